// The fields of a DocType and of its tables, each with its rule.

import { make_dialog } from "../lib/dialog.js";
import { escape, html, safe } from "../lib/html.js";
import * as model from "./model.js";
import {
	ALL,
	ONLY_ALLOWED,
	changes,
	choices,
	counts,
	effective,
	path_of,
	rules_of,
	table_is_shown,
	with_rule,
} from "./field_rules.js";
import { fields_of, may_ask } from "./server.js";

const RULES = ["Allowed", "Restricted", "Read Only", "Masked"];
const STYLES = ["Full", "Last Four", "Hash"];

const rule_label = (rule) =>
	({
		Allowed: __("Allowed"),
		Restricted: __("Restricted"),
		"Read Only": __("Read Only"),
		Masked: __("Masked"),
	})[rule] || rule;

const style_label = (style) =>
	({ Full: __("Full"), "Last Four": __("Last Four"), Hash: __("Hash") })[style] || style;

const mode_meaning = (mode) =>
	mode === ONLY_ALLOWED
		? __("Only the fields that are allowed, read only or masked below exist for the agent, and the name. Fields that are added to the DocType later stay hidden.")
		: __("The agent sees and writes what the user may, except where a rule below says less. Fields that are added to the DocType later are open.");

export async function open_fields(frm, row, editable) {
	const rows = model.rows_of(frm, "field_rules", row.document_type);
	const catalogue = may_ask() ? await fields_of(row.document_type) : stored_only(row.document_type, rows);
	new FieldsDialog(frm, row, rows, catalogue, editable).show();
}

/** What there is to show to somebody whom the server does not tell the fields. */
function stored_only(doctype, rows) {
	const tables = [...new Set(rows.map((row) => row.table_field || ""))];
	return {
		groups: tables.map((table_field) => ({
			table_field,
			label: table_field || doctype,
			fields: rows
				.filter((row) => (row.table_field || "") === table_field)
				.map((row) => ({ fieldname: row.fieldname, label: row.fieldname, rules_by_mode: {} })),
		})),
	};
}

class FieldsDialog {
	constructor(frm, row, rows, catalogue, editable) {
		Object.assign(this, { frm, row, rows, catalogue, editable });
		this.mode = row.field_mode || ALL;
		this.rules = rules_of(rows);
		this.selected = new Set();
		this.fields = {};
		for (const group of catalogue.groups) {
			for (const field of group.fields) {
				field.table_field = group.table_field;
				field.path = path_of({ ...field, table_field: group.table_field });
				this.fields[field.path] = field;
			}
		}
		// Rules on fields that are gone: shown, so that they can be taken away.
		this.strays = Object.keys(this.rules).filter((path) => !(path in this.fields));
	}

	show() {
		const { dialog } = this.make();
		this.render();
		dialog.show();
		dialog.$wrapper.on("shown.bs.modal", () => this.$search.trigger("focus"));
	}

	make() {
		this.dialog = make_dialog({
			title: __("Fields of {0}", [escape(__(this.row.document_type))]),
			size: "extra-large",
		});
		this.dialog.set_primary_action(this.editable ? __("Done") : __("Close"), () => {
			if (this.editable) this.done();
			this.dialog.hide();
		});
		this.$body = $(`<div class="mcp-fields"></div>`).appendTo(this.dialog.$body);
		this.$body.html(String(this.head()));
		this.$search = this.$body.find("[data-search-box]").on("input", () => this.filter());
		this.$only = this.$body.find("[data-only]").on("change", () => this.filter());
		this.$mode = this.$body.find("[data-mode]").on("change", () => {
			this.mode = this.$mode.val();
			this.render();
		});
		this.$bulk_rule = this.$body.find("[data-bulk-rule]").on("change", () => this.bulk_style());
		this.$body.find("[data-bulk]").on("click", () => this.set_many());
		this.$list = this.$body
			.find(".mcp-fields-list")
			.on("change", "[data-rule]", (e) => this.set($(e.currentTarget).closest("tr").data("path"), e.currentTarget.value))
			.on("change", "[data-style]", (e) => {
				this.set($(e.currentTarget).closest("tr").data("path"), "Masked", e.currentTarget.value);
			})
			.on("change", "[data-select]", (e) => this.select(e.currentTarget))
			.on("change", "[data-select-group]", (e) => this.select_group(e.currentTarget));
		return this;
	}

	head() {
		const disabled = safe(this.editable ? "" : "disabled");
		return html`<div class="mcp-fields-head">
				<label class="mcp-inline-control">
					<span>${__("Field Mode")}</span>
					<select class="form-control input-xs" data-mode ${disabled}>
						${[ALL, ONLY_ALLOWED].map((mode) => option(mode, mode === ALL ? __("All Fields") : __("Only Allowed"), this.mode))}
					</select>
				</label>
				<p class="text-muted small" data-meaning></p>
			</div>
			<div class="mcp-fields-bar">
				<input
					type="search"
					class="form-control input-xs"
					data-search-box
					placeholder="${__("Search by label, name or type")}"
					aria-label="${__("Search by label, name or type")}"
				/>
				<label class="mcp-inline-check"><input type="checkbox" data-only /> ${__("Only with a rule")}</label>
				<span class="text-muted small" data-counts aria-live="polite"></span>
				${this.editable
					? html`<span class="mcp-fields-bulk">
							<span class="small" data-bulk-target></span>
							<select class="form-control input-xs" data-bulk-rule aria-label="${__("Rule")}"></select>
							<select class="form-control input-xs" data-bulk-style aria-label="${__("Mask Style")}">
								${STYLES.map((style) => option(style, style_label(style)))}
							</select>
							<button type="button" class="btn btn-xs btn-default" data-bulk>${__("Set")}</button>
						</span>`
					: ""}
			</div>
			<div class="mcp-fields-list"></div>
			<p class="text-muted" data-none>${__("No field fits this search.")}</p>`;
	}

	render() {
		this.$body.find("[data-meaning]").text(mode_meaning(this.mode));
		this.$bulk_rule.html(
			String(html`${["", ...RULES.filter((rule) => this.is_offered(rule))].map((rule) =>
				option(rule, rule ? rule_label(rule) : __("— (no rule)"), this.$bulk_rule.val())
			)}`)
		);
		this.bulk_style();
		const focused = this.focused();
		const groups = this.catalogue.groups.map((group) => this.group(group));
		if (this.strays.length) groups.push(this.stray_group());
		this.draw(groups);
		this.filter();
		if (focused) this.$list.find("[data-key]").filter((_, element) => element.dataset.key === focused).trigger("focus");
	}

	/** Only the lines that have changed: a DocType may have hundreds of fields. */
	draw(groups) {
		const lines = groups.flat().map(String);
		if (this.lines) {
			const drawn = this.$list.find("tr").get();
			lines.forEach((line, i) => {
				if (line !== this.lines[i]) drawn[i].outerHTML = line;
			});
		} else {
			const bodies = groups.map((group) => html`<tbody>${group}</tbody>`);
			this.$list.html(String(html`<table class="mcp-fields-table">${bodies}</table>`));
		}
		this.lines = lines;
	}

	is_offered(rule) {
		return Object.values(this.fields).some((field) => choices(field, this.mode).includes(rule));
	}

	bulk_style() {
		this.$body.find("[data-bulk-style]").toggle(this.$bulk_rule.val() === "Masked");
	}

	focused() {
		const active = document.activeElement;
		return this.$list.get(0).contains(active) ? active.dataset.key : "";
	}

	/** The lines of a group: its head, and its fields. */
	group(group) {
		const { table_field } = group;
		const shown = !table_field || table_is_shown(table_field, this.mode, this.rules);
		const open = shown && this.is_open_without_rule(table_field);
		const head = html`<tr class="mcp-fields-group">
				<td>
					${this.editable
						? html`<input
								type="checkbox"
								data-select-group
								aria-label="${__("Select all shown fields of {0}", [group.label])}"
							/>`
						: ""}
				</td>
				<th colspan="4" scope="rowgroup">
					${group.label} ${table_field ? html`<code>${table_field}</code>` : ""}
					${group.note ? html`<span class="text-muted small">${safe(group.note)}</span>` : ""}
					${shown
						? ""
						: html`<span class="text-muted small"
								>${__("This table is hidden, and its fields with it.")}
								${this.mode === ONLY_ALLOWED ? __("A rule on one of them opens it.") : ""}</span
							>`}
				</th>
			</tr>`;
		return [head, ...group.fields.map((field) => this.field(field, open, shown))];
	}

	/** What no rule means for a field of the DocType or of a table that is shown. */
	is_open_without_rule(table_field) {
		if (this.mode !== ONLY_ALLOWED) return true;
		if (!table_field) return false;
		return !Object.entries(this.rules).some(
			([path, { rule }]) => this.fields[path]?.table_field === table_field && rule !== "Restricted"
		);
	}

	field(field, open, table_shown) {
		const { path } = field;
		const given = this.rules[path];
		const possible = choices(field, this.mode);
		const rules = given && !possible.includes(given.rule) ? [given.rule, ...possible] : possible;
		const without_effect = given && (!possible.includes(given.rule) || !table_shown);
		// In a hidden table of this mode only a rule that opens it makes sense.
		const closed = !table_shown && this.mode !== ONLY_ALLOWED;
		const type = [field.fieldtype && __(field.fieldtype), link_target(field)].filter(Boolean).join(": ");
		const search = [field.label, field.fieldname, type].join(" ").toLowerCase();
		return html`<tr data-path="${path}" data-search="${search}" class="${given ? "mcp-has-rule" : ""}">
			<td>
				${this.editable && possible.length
					? html`<input
							type="checkbox"
							data-select
							data-key="${path} select"
							aria-label="${__("Select {0}", [field.label])}"
							${safe(this.selected.has(path) ? "checked" : "")}
						/>`
					: ""}
			</td>
			<td>
				<span class="mcp-field-label">${field.label}</span>
				${field.reqd ? html`<span class="text-danger" title="${__("Mandatory")}">*</span>` : ""}
				<code>${field.fieldname}</code>
				${field.note ? html`<div class="text-muted small">${safe(field.note)}</div>` : ""}
			</td>
			<td class="text-muted small">${type}</td>
			<td class="small">
				${field.permlevel
					? html`<span class="indicator-pill no-indicator-dot no-margin gray" title="${__("Permission Level in Frappe")}"
							>${__("Level {0}", [field.permlevel])}</span
						>`
					: ""}
			</td>
			<td>
				<div class="mcp-field-rule">${rules.length
					? html`<select
							class="form-control input-xs ${without_effect ? "mcp-without-effect" : ""}"
							data-rule
							data-key="${path} rule"
							aria-label="${__("Rule for {0}", [field.label])}"
							title="${without_effect ? __("Has no effect in this field mode, and is left out.") : ""}"
							${safe(this.editable && (!closed || given) ? "" : "disabled")}
						>
							${option("", open ? __("— open") : __("— hidden"), given?.rule || "")}
							${rules.map((rule) => option(rule, rule_label(rule), given?.rule))}
						</select>`
					: ""}
				${given?.rule === "Masked" ? this.style(field, given) : ""}</div>
			</td>
		</tr>`;
	}

	style(field, given) {
		const styles = field.mask_styles?.length ? field.mask_styles : [given.mask_style || "Full"];
		const all = given.mask_style && !styles.includes(given.mask_style) ? [given.mask_style, ...styles] : styles;
		return html`<select
			class="form-control input-xs"
			data-style
			data-key="${field.path} style"
			aria-label="${__("Mask style for {0}", [field.label])}"
			${safe(this.editable ? "" : "disabled")}
		>
			${all.map((style) => option(style, style_label(style), given.mask_style))}
		</select>`;
	}

	stray_group() {
		const head = html`<tr class="mcp-fields-group">
			<td></td>
			<th colspan="4" scope="rowgroup">${__("No fields of this DocType any more")}</th>
		</tr>`;
		const fields = this.strays.map((path) =>
			this.field({ path, fieldname: path, label: path, rules_by_mode: {}, note: "" }, false, true)
		);
		return [head, ...fields];
	}

	set(path, rule, style) {
		const field = this.fields[path];
		this.rules = with_rule(this.rules, path, rule, field, style);
		const table = field?.table_field;
		if (table && rule && rule !== "Restricted" && !table_is_shown(table, this.mode, this.rules)) {
			this.rules = with_rule(this.rules, table, "Allowed");
		}
		this.render();
	}

	select(box) {
		const path = $(box).closest("tr").data("path");
		if (box.checked) this.selected.add(path);
		else this.selected.delete(path);
		this.say_counts();
	}

	select_group(box) {
		const rows = $(box).closest("tbody").find("tr[data-path]:not([hidden])");
		rows.find("[data-select]").each((_, other) => {
			other.checked = box.checked;
			this.select(other);
		});
	}

	/** The paths that "Set" is about: those selected, else those shown. */
	targets() {
		const shown = this.$list
			.find("tr[data-path]:not([hidden])")
			.get()
			.map((line) => line.dataset.path)
			.filter((path) => path in this.fields);
		return this.selected.size ? [...this.selected] : shown;
	}

	set_many() {
		const rule = this.$bulk_rule.val();
		const style = this.$body.find("[data-bulk-style]").val();
		const targets = this.targets();
		let set = 0;
		for (const path of targets) {
			const field = this.fields[path];
			if (rule && !choices(field, this.mode).includes(rule)) continue;
			set += 1;
			this.rules = with_rule(this.rules, path, rule, field, rule === "Masked" ? style : "");
			const table = field.table_field;
			if (table && rule && rule !== "Restricted" && !table_is_shown(table, this.mode, this.rules)) {
				this.rules = with_rule(this.rules, table, "Allowed");
			}
		}
		this.selected.clear();
		this.render();
		if (set < targets.length) {
			frappe.show_alert({
				message: __("{0} of {1} fields set: the others can't have this rule.", [set, targets.length]),
				indicator: "orange",
			});
		}
	}

	filter() {
		const wanted = this.$search.val().trim().toLowerCase();
		const only = this.$only.prop("checked");
		this.$list.find("tbody").each((_, body) => {
			let shown = 0;
			for (const line of body.querySelectorAll("tr[data-path]")) {
				line.hidden = !line.dataset.search.includes(wanted) || (only && !(line.dataset.path in this.rules));
				shown += !line.hidden;
			}
			body.hidden = !shown;
		});
		this.say_counts();
	}

	say_counts() {
		const shown = this.$list.find("tr[data-path]:not([hidden])").length;
		const all = Object.keys(this.fields).length + this.strays.length;
		this.$body.find("[data-none]").toggle(!shown);
		this.$list.toggle(shown > 0);
		const found = counts(this.rules);
		const parts = [
			shown === all ? __("{0} fields", [all]) : __("{0} of {1} fields", [shown, all]),
			...RULES.filter((rule) => found[rule]).map((rule) => `${rule_label(rule)}: ${found[rule]}`),
		];
		this.$body.find("[data-counts]").text(parts.join(" · "));
		const target = this.selected.size
			? __("Set {0} selected to", [this.selected.size])
			: __("Set {0} shown to", [this.targets().length]);
		this.$body.find("[data-bulk-target]").text(target);
	}

	done() {
		const { rules, dropped } = effective(this.rules, this.mode, this.fields);
		const { remove, update, add } = changes(this.rows, rules);
		if ((this.row.field_mode || ALL) !== this.mode) model.set(this.row, { field_mode: this.mode });
		for (const [row, values] of update) model.set(row, values);
		model.remove(remove);
		for (const values of add) model.add(this.frm, "field_rules", { document_type: this.row.document_type, ...values });
		if (remove.length || add.length) model.changed(this.frm, "field_rules");
		if (dropped.length) {
			frappe.show_alert({
				message: __("{0} rules have no effect in this field mode and were left out.", [dropped.length]),
				indicator: "blue",
			});
		}
	}
}

function option(value, label, chosen) {
	return html`<option value="${value}" ${safe(value === chosen ? "selected" : "")}>${label}</option>`;
}

function link_target(field) {
	return ["Link", "Table", "Table MultiSelect"].includes(field.fieldtype) && field.options ? __(field.options) : "";
}
