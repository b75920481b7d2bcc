// Which documents of a DocType exist for the agent: Frappe's own filters, conditions that depend on the user, or JSON.

import { make_dialog } from "../lib/dialog.js";
import { escape, html, safe } from "../lib/html.js";
import { RowFilterGroup } from "./filter_group.js";
import * as model from "./model.js";
import {
	PLACEHOLDER_OPERATORS,
	from_group,
	is_placeholder,
	read_filters,
	split_filters,
	write_filters,
} from "./row_filters.js";
import { fields_of, may_ask } from "./server.js";

const NO_COLUMN = ["Table", "Table MultiSelect", "Password"];

export async function open_rows(frm, row, editable) {
	const facts = may_ask() ? await fields_of(row.document_type) : null;
	await new Promise((resolve) => frappe.model.with_doctype(row.document_type, resolve));
	new RowsDialog(frm, row, facts, editable).show();
}

/** The fields of the DocType itself that rows can be filtered by, as the filter group wants them. */
function filterable(facts) {
	const of = (field) => ({ ...field, parent: facts.doctype });
	const name = of({ fieldname: "name", label: __("ID"), fieldtype: "Data" });
	const own = facts.groups.find((group) => !group.table_field);
	return [name, ...own.fields.filter((f) => !f.permlevel && !NO_COLUMN.includes(f.fieldtype)).map(of)].sort((a, b) =>
		a.label.localeCompare(b.label)
	);
}

class RowsDialog {
	constructor(frm, row, facts, editable) {
		Object.assign(this, { frm, row, editable });
		this.text = (row.row_filter || "").trim();
		this.fields = facts && !facts.issingle ? filterable(facts) : [];
		this.single = Boolean(facts?.issingle);
	}

	show() {
		this.dialog = make_dialog({
			title: __("Rows of {0}", [escape(__(this.row.document_type))]),
			size: "large",
		});
		this.dialog.set_primary_action(this.editable ? __("Done") : __("Close"), () => {
			if (!this.editable || this.done()) this.dialog.hide();
		});
		this.$body = $(`<div class="mcp-rows"></div>`).appendTo(this.dialog.$body);
		this.$body.html(String(this.layout()));
		this.$visual = this.$body.find("[data-visual]");
		this.$raw = this.$body.find("[data-raw]");
		this.$json = this.$raw.find("textarea");
		this.$message = this.$body.find("[data-message]");
		this.$body.find("[data-switch]").on("click", () => this.toggle());
		this.$body.find("[data-add-bound]").on("click", () => this.add_bound());
		this.$bound = this.$body.find("[data-bound]");
		if (!this.fields.length || !this.editable) this.show_raw(this.text, "");
		else this.show_visual(this.text);
		this.dialog.show();
	}

	layout() {
		return html`<p class="text-muted small">
				${this.single
					? __("There is only one document of this DocType: it has no rows to filter.")
					: __("Only documents that match all of these exist for the agent. Without any, all that the user may see.")}
			</p>
			<div data-visual>
				<div data-group class="mcp-filter-group"></div>
				<h6>${__("Depending on the user")}</h6>
				<div data-bound></div>
				<button type="button" class="btn btn-xs btn-default" data-add-bound>${__("Add a Placeholder")}</button>
			</div>
			<div data-raw hidden>
				<label class="small text-muted" for="mcp-row-filter">${__("Filters as JSON")}</label>
				<textarea
					id="mcp-row-filter"
					class="form-control mcp-json"
					rows="8"
					spellcheck="false"
					${safe(this.editable ? "" : "readonly")}
				></textarea>
				<p class="text-muted small">
					${__("Such as {0}. Placeholders: {1}.", [
						'[["territory", "=", "{{defaults.territory}}"]]',
						"{{user}}, {{today}}, {{defaults.KEY}}",
					])}
				</p>
			</div>
			<div data-message class="small" aria-live="polite"></div>
			${this.editable && this.fields.length
				? html`<button type="button" class="btn btn-xs btn-link mcp-switch" data-switch></button>`
				: ""}`;
	}

	label_of(fieldname) {
		return this.fields.find((field) => field.fieldname === fieldname)?.label || fieldname;
	}

	show_visual(text) {
		const { filters, problem } = read_filters(text, this.row.document_type);
		const split = problem
			? { problem }
			: split_filters(
					filters,
					this.fields.map((field) => field.fieldname)
			  );
		if (split.problem) return this.show_raw(text, split.problem);
		this.raw = false;
		this.say("");
		this.$raw.prop("hidden", true);
		this.$visual.prop("hidden", false);
		this.$body.find("[data-switch]").text(__("Show as JSON"));
		this.group = new RowFilterGroup({
			parent: this.$body.find("[data-group]").empty(),
			doctype: this.row.document_type,
			row_fields: this.fields,
			on_change: () => {},
		});
		this.group.add_filters_to_filter_group(
			split.plain.map(([fieldname, operator, value]) => [
				this.row.document_type,
				fieldname,
				operator === "between" ? "Between" : operator,
				value,
			])
		);
		this.$bound.empty();
		this.bound = [];
		for (const given of split.bound) this.add_bound(given);
	}

	show_raw(text, why) {
		this.raw = true;
		this.$visual.prop("hidden", true);
		this.$raw.prop("hidden", false);
		this.$json.val(pretty(text));
		this.$body.find("[data-switch]").text(__("Show as Filters"));
		this.say(why ? [why] : [], "text-muted");
	}

	toggle() {
		if (this.raw) return this.show_visual(this.$json.val());
		const { filters, refused } = this.filters();
		if (refused.length) return this.say(refused, "text-danger");
		this.show_raw(write_filters(filters), "");
	}

	/** A condition whose value is the user's own. */
	add_bound([fieldname, operator, placeholder] = ["", "=", "{{user}}"]) {
		const [kind, key] = parts_of(placeholder);
		const $row = $(
			String(html`<div class="mcp-bound">
				<select class="form-control input-xs" data-field aria-label="${__("Field")}">
					<option value=""></option>
					${this.fields.map(
						(field) =>
							html`<option value="${field.fieldname}" ${safe(field.fieldname === fieldname ? "selected" : "")}>
								${field.label} (${field.fieldname})
							</option>`
					)}
				</select>
				<select class="form-control input-xs" data-operator aria-label="${__("Operator")}">
					${PLACEHOLDER_OPERATORS.map(
						(one) => html`<option value="${one}" ${safe(one === operator ? "selected" : "")}>${one}</option>`
					)}
				</select>
				<select class="form-control input-xs" data-kind aria-label="${__("Placeholder")}">
					${Object.entries({
						user: __("the user"),
						today: __("today"),
						defaults: __("the user's default of"),
					}).map(([one, text]) => html`<option value="${one}" ${safe(one === kind ? "selected" : "")}>${text}</option>`)}
				</select>
				<input
					type="text"
					class="form-control input-xs"
					data-default
					value="${key}"
					placeholder="company"
					aria-label="${__("Key of the user default")}"
				/>
				<button type="button" class="btn btn-xs btn-link" aria-label="${__("Remove this condition")}">
					${safe(frappe.utils.icon("close", "xs"))}
				</button>
			</div>`)
		).appendTo(this.$bound);
		const bound = { $row };
		const show_key = () => $row.find("[data-default]").toggle($row.find("[data-kind]").val() === "defaults");
		$row.find("[data-kind]").on("change", show_key);
		$row.find("[data-field]").on("change", (e) => {
			const field = this.fields.find((one) => one.fieldname === e.currentTarget.value);
			const $key = $row.find("[data-default]");
			if (field?.fieldtype === "Link" && !$key.val()) $key.val(frappe.model.scrub(field.options));
		});
		$row.find("button").on("click", () => {
			$row.remove();
			this.bound = this.bound.filter((other) => other !== bound);
		});
		show_key();
		this.bound.push(bound);
	}

	/** What the dialog holds: `{filters, refused}`. */
	filters() {
		const { filters, refused } = from_group(this.group.get_filters(), this.row.document_type, (fieldname) =>
			this.label_of(fieldname)
		);
		for (const { $row } of this.bound) {
			const value = (name) => $row.find(`[data-${name}]`).val().trim();
			const kind = value("kind");
			const placeholder = kind === "defaults" ? `{{defaults.${value("default")}}}` : `{{${kind}}}`;
			const operator = value("operator");
			if (!value("field")) refused.push(__("Choose the field that is compared with a placeholder, or remove the line."));
			else if (!is_placeholder(placeholder)) refused.push(__("{0}: give the key of the user default, such as company.", [this.label_of(value("field"))]));
			else filters.push([value("field"), operator, operator.endsWith("in") ? [placeholder] : placeholder]);
		}
		return { filters, refused };
	}

	done() {
		let text;
		if (this.raw) {
			text = this.$json.val().trim();
			// The server reads every shape of it; here only what could not even be sent on as meant.
			if (text && !is_json(text)) return this.refuse([__("This is not JSON.")]);
			if (text) text = JSON.stringify(JSON.parse(text));
			if (text === "[]" || text === "{}") text = "";
		} else {
			const { filters, refused } = this.filters();
			if (refused.length) return this.refuse(refused);
			text = write_filters(filters);
		}
		if (text !== this.text && !(text && text === compact(this.text))) model.set(this.row, { row_filter: text });
		return true;
	}

	refuse(sentences) {
		this.say(sentences, "text-danger");
		return false;
	}

	say(sentences, color = "") {
		this.$message
			.attr("class", `small ${color}`)
			.html(String(html`${[sentences].flat().filter(Boolean).map((sentence) => html`<div>${sentence}</div>`)}`));
	}
}

/** `{{defaults.company}}` as ["defaults", "company"]. */
function parts_of(placeholder) {
	const [kind, key = ""] = placeholder.replace(/[{}]/g, "").trim().split(".");
	return [kind, key];
}

function is_json(text) {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

const compact = (text) => (is_json(text) ? JSON.stringify(JSON.parse(text)) : text);

/** One condition a line, where it is a list of them. */
function pretty(text) {
	if (!is_json(text)) return text;
	const data = JSON.parse(text);
	if (!Array.isArray(data) || !Array.isArray(data[0])) return JSON.stringify(data, null, 1);
	return `[\n${data.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n]`;
}
