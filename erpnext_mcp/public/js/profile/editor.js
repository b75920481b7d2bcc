// The DocType Rules as rows of checkboxes, above the tables that hold them.

import { escape, html, safe } from "../lib/html.js";
import { open_conditions } from "./conditions_dialog.js";
import { open_fields } from "./fields_dialog.js";
import * as model from "./model.js";
import { open_more } from "./more_dialog.js";
import { operations, why_not } from "./operations.js";
import { item } from "./overview.js";
import { open_rows } from "./rows_dialog.js";
import { doctypes, may_ask, told } from "./server.js";
import { conditions_in_words, fields_in_words, more_in_words, rows_in_words } from "./words.js";

const FILTERED_FROM = 6; // rows from which on the filter box helps

const DIALOGS = { fields: open_fields, conditions: open_conditions, rows: open_rows, more: open_more };

export class RulesEditor {
	constructor(frm, reviewer) {
		this.frm = frm;
		this.reviewer = reviewer;
		this.facts = {};
		this.operations = operations();
		this.make();
	}

	make() {
		this.$wrapper = $(`<div class="mcp-rules">
			<div class="mcp-rules-bar">
				<input type="search" class="form-control input-xs mcp-rules-filter">
				<span class="text-muted small mcp-rules-count" aria-live="polite"></span>
				<div class="mcp-rules-add"></div>
			</div>
			<div class="mcp-rules-scroll"></div>
		</div>`);
		this.$filter = this.$wrapper
			.find(".mcp-rules-filter")
			.attr({ placeholder: __("Filter DocTypes"), "aria-label": __("Filter DocTypes") })
			.on("input", () => this.filter());
		this.$count = this.$wrapper.find(".mcp-rules-count");
		this.$table = this.$wrapper.find(".mcp-rules-scroll");
		this.$table
			.on("change", "input[type=checkbox]", (e) => this.tick(e.currentTarget))
			.on("keydown", "input[type=checkbox]", (e) => this.move(e))
			.on("click", "button[data-open]", (e) => this.open($(e.currentTarget)))
			.on("click", "button[data-remove]", (e) => this.remove($(e.currentTarget).closest("tbody").data("name")));
		this.add_control = frappe.ui.form.make_control({
			parent: this.$wrapper.find(".mcp-rules-add"),
			df: {
				fieldtype: "Link",
				fieldname: "mcp_add_doctype",
				options: "DocType",
				only_select: 1,
				placeholder: __("Add a DocType…"),
				get_query: () => ({ filters: { istable: 0 } }),
				filter_description: __("Child tables are opened with their parent."),
				change: () => this.chosen(),
			},
			only_input: true,
			render_input: true,
		});
		this.add_control.$input.attr("aria-label", __("Add a DocType"));
	}

	mount() {
		const field = this.frm.get_field("rules_editor");
		if (!this.$wrapper.parent().is(field.$wrapper)) this.$wrapper.appendTo(field.$wrapper.empty());
		this.facts = {};
	}

	render() {
		const rows = this.frm.doc.doctype_rules || [];
		this.editable = model.can_edit(this.frm);
		this.$wrapper.find(".mcp-rules-add").toggle(this.editable);
		this.$filter.toggle(rows.length >= FILTERED_FROM);
		const focused = this.focused();
		this.draw(rows);
		this.filter();
		this.focus(focused);
		told(this.learn(rows));
	}

	/** Only what has changed: a profile may have many rows. */
	draw(rows) {
		const bodies = rows.map((row) => String(this.row(row)));
		const drawn = this.$table.find("tbody").get();
		const names = rows.map((row) => row.name).join();
		if (!rows.length || names !== this.drawn?.names || drawn.length !== rows.length) {
			this.$table.html(String(rows.length ? this.table(bodies) : this.empty()));
		} else {
			bodies.forEach((body, i) => {
				if (body !== this.drawn.bodies[i]) drawn[i].outerHTML = body;
			});
		}
		this.drawn = { names, bodies };
	}

	empty() {
		return html`<div class="mcp-rules-empty text-muted">
			${this.editable
				? __("Nothing is open yet. Add a DocType, or start from a preset with the button above.")
				: __("Nothing is open: the profile has no rules.")}
		</div>`;
	}

	table(bodies) {
		return html`<table class="mcp-rules-table">
			<thead>
				<tr>
					<th scope="col">${__("DocType")}</th>
					${this.operations.map(
						([, head, meaning]) => html`<th scope="col" class="mcp-operation" title="${meaning}">${head}</th>`
					)}
					<th scope="col"><span class="sr-only">${__("Remove")}</span></th>
				</tr>
			</thead>
			${bodies.map(safe)}
		</table>`;
	}

	row(row) {
		const doctype = row.document_type || "";
		const label = doctype ? __(doctype) : __("No DocType");
		const facts = this.facts[doctype];
		return html`<tbody data-name="${row.name}" data-search="${`${doctype} ${label}`.toLowerCase()}">
			<tr>
				<th scope="row" title="${doctype}">${label}</th>
				${this.operations.map((operation) => this.checkbox(row, label, facts, operation))}
				<td class="mcp-rules-remove">
					${this.editable
						? html`<button
								type="button"
								class="btn btn-xs btn-link"
								data-remove
								data-key="${row.name} remove"
								aria-label="${__("Remove {0}", [label])}"
								title="${__("Remove {0}", [label])}"
							>
								${safe(frappe.utils.icon("close", "xs"))}
							</button>`
						: ""}
				</td>
			</tr>
			<tr class="mcp-rules-more">
				<td colspan="${this.operations.length + 2}">${doctype ? this.buttons(row, label) : ""}${this.findings(doctype)}</td>
			</tr>
		</tbody>`;
	}

	checkbox(row, label, facts, [fieldname, head, meaning]) {
		const why = why_not(fieldname, facts);
		const ticked = Boolean(row[fieldname]);
		// What was ticked by other ways can be taken away all the same.
		const disabled = !this.editable || (why && !ticked);
		return html`<td class="mcp-operation ${why ? "mcp-impossible" : ""}" title="${why || `${head}: ${meaning}`}">
			<input
				type="checkbox"
				data-field="${fieldname}"
				data-key="${row.name} ${fieldname}"
				aria-label="${why ? `${label}: ${head}. ${why}` : `${label}: ${head}`}"
				${safe(ticked ? "checked" : "")}
				${safe(disabled ? "disabled" : "")}
			/>
		</td>`;
	}

	buttons(row, label) {
		const of = (table) => model.rows_of(this.frm, table, row.document_type);
		const rest = more_in_words(row);
		const texts = {
			fields: [__("Fields…"), fields_in_words(row.field_mode, of("field_rules"))],
			conditions: [__("Conditions…"), conditions_in_words(of("conditions"))],
			rows: [__("Rows…"), rows_in_words(row.row_filter)],
			more: [__("More…"), rest],
		};
		const narrowed = {
			fields: row.field_mode === "Only Allowed" || of("field_rules").length,
			conditions: of("conditions").length,
			rows: (row.row_filter || "").trim(),
			more: rest,
		};
		return html`<div class="mcp-rules-buttons">
			${Object.entries(texts).map(
				([what, [text, summary]]) => html`<button
					type="button"
					class="btn btn-xs btn-default ${narrowed[what] ? "mcp-narrowed" : ""}"
					data-open="${what}"
					data-key="${row.name} ${what}"
					aria-label="${[label, text, summary].filter(Boolean).join(" ")}"
				>
					${text} ${summary ? html`<span class="mcp-summary">${summary}</span>` : ""}
				</button>`
			)}
		</div>`;
	}

	findings(doctype) {
		const findings = doctype ? this.reviewer.findings_of(doctype) : [];
		if (!findings.length) return "";
		return html`<ul class="mcp-findings list-unstyled">
			${findings.map(({ severity, message }) => item(severity, safe(message)))}
		</ul>`;
	}

	/** What can be done with the DocTypes of new rows; shown when the server has answered. */
	async learn(rows) {
		const unknown = rows.map((row) => row.document_type).filter((doctype) => doctype && !(doctype in this.facts));
		if (!unknown.length || !may_ask()) return;
		const { facts } = this;
		for (const doctype of unknown) facts[doctype] = null;
		Object.assign(facts, await doctypes(unknown));
		if (facts === this.facts) this.render();
	}

	filter() {
		const wanted = this.$filter.is(":visible") ? this.$filter.val().trim().toLowerCase() : "";
		const bodies = this.$table.find("tbody");
		let shown = 0;
		bodies.each((_, body) => {
			const fits = body.dataset.search.includes(wanted);
			body.hidden = !fits;
			shown += fits;
		});
		const all = bodies.length;
		this.$count.text(
			!all ? "" : shown === all ? (all === 1 ? __("1 DocType") : __("{0} DocTypes", [all])) : __("{0} of {1} DocTypes", [shown, all])
		);
	}

	/** The control that has the focus, by a key that outlives the next rendering. */
	focused() {
		const active = document.activeElement;
		return this.$table.get(0).contains(active) ? active.dataset.key : "";
	}

	focus(key) {
		if (!key) return;
		const found = this.$table.find("[data-key]").filter((_, element) => element.dataset.key === key);
		found.get(0)?.focus({ preventScroll: true });
	}

	tick(box) {
		const row = model.rule_of(this.frm, $(box).closest("tbody").data("name"));
		if (row) model.set(row, { [box.dataset.field]: box.checked ? 1 : 0 });
	}

	/** Arrow keys go from checkbox to checkbox. */
	move(event) {
		const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
		const step = steps[event.key];
		if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		const lines = this.$table
			.find("tbody:not([hidden])")
			.get()
			.map((body) => [...body.querySelectorAll("input[type=checkbox]")]);
		let line = lines.findIndex((boxes) => boxes.includes(event.currentTarget));
		let column = lines[line].indexOf(event.currentTarget);
		do {
			line += step[0];
			column += step[1];
		} while (lines[line]?.[column]?.disabled);
		lines[line]?.[column]?.focus();
	}

	open($button) {
		const row = model.rule_of(this.frm, $button.closest("tbody").data("name"));
		if (row) told(DIALOGS[$button.data("open")](this.frm, row, this.editable));
	}

	async chosen() {
		const doctype = this.add_control.get_value();
		if (!doctype || this.adding) return;
		this.adding = true;
		try {
			await told(this.add(doctype));
		} finally {
			this.adding = false;
			await this.add_control.set_value("");
		}
	}

	async add(doctype) {
		const there = (this.frm.doc.doctype_rules || []).find((row) => row.document_type === doctype);
		if (there) {
			this.$filter.val("");
			this.filter();
			this.focus(`${there.name} can_select`);
			frappe.show_alert({ message: __("{0} is there already.", [escape(__(doctype))]), indicator: "blue" });
			return;
		}
		const facts = may_ask() ? (await doctypes([doctype]))[doctype] : null;
		if (facts?.closed) {
			frappe.msgprint({
				title: __("This DocType stays closed"),
				message: facts.closed,
				indicator: "red",
			});
			return;
		}
		if (facts?.closed_by_passwords && !(await accepts_passwords(facts.closed_by_passwords))) return;
		this.facts[doctype] = facts;
		const row = model.add(this.frm, "doctype_rules", {
			document_type: doctype,
			can_select: 1,
			can_read: 1,
			acknowledge_password_fields: facts?.closed_by_passwords ? 1 : 0,
		});
		model.changed(this.frm, "doctype_rules");
		this.$filter.val("");
		this.render();
		this.focus(`${row.name} can_read`);
	}

	remove(name) {
		const row = model.rule_of(this.frm, name);
		if (!row) return;
		const fields = model.rows_of(this.frm, "field_rules", row.document_type);
		const conditions = model.rows_of(this.frm, "conditions", row.document_type);
		const doit = () => {
			const next = this.frm.doc.doctype_rules[row.idx] || this.frm.doc.doctype_rules[row.idx - 2];
			model.remove([row, ...fields, ...conditions]);
			model.changed(this.frm, "doctype_rules", "field_rules", "conditions");
			this.render();
			if (next) this.focus(`${next.name} remove`);
		};
		if (!fields.length && !conditions.length) return doit();
		const said = [escape(__(row.document_type)), fields.length, conditions.length];
		frappe.confirm(__("Remove {0}, and what belongs to it (field rules: {1}, conditions: {2})?", said), doit);
	}
}

function accepts_passwords(reason) {
	return new Promise((resolve) => {
		frappe.warn(
			__("This DocType holds passwords"),
			String(html`<p>${safe(reason)}</p><p>${__("The passwords themselves are never shown, whatever is ticked.")}</p>`),
			() => resolve(true),
			__("Open It All the Same")
		).onhide = () => setTimeout(() => resolve(false));
	});
}
