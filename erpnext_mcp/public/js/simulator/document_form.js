// What is done with a DocType: operation, document, fields, filters, values.

import { html } from "../lib/html.js";
import { RowFilterGroup } from "../profile/filter_group.js";
import { from_group } from "../profile/row_filters.js";
import { fields_of } from "../profile/server.js";
import { choose_fields } from "./fields_dialog.js";
import { INPUTS, OPERATIONS, call_of, operation_of } from "./operations.js";
import * as server from "./server.js";
import { suggestions } from "./suggestions.js";
import { operation_labels } from "./words.js";

const NO_COLUMN = ["Table", "Table MultiSelect", "Password"];

export class DocumentForm {
	constructor($parent, question) {
		this.question = question;
		this.$wrapper = $parent;
		/** What the server knows of the fields of the chosen DocType. */
		this.facts = null;
		this.group = null;
		$parent.html(String(this.layout()));
		this.make();
		this.show_inputs();
	}

	layout() {
		return html`<div data-top></div>
			<div data-input="name"></div>
			<div data-input="text"></div>
			<div data-input="assignee"></div>
			<div data-input="fields">
				<div data-fields></div>
				<button type="button" class="btn btn-xs btn-default" data-choose="fields">${__("Choose Fields…")}</button>
			</div>
			<div data-input="filters" class="form-group">
				<label class="control-label">${__("Filters")}</label>
				<div data-group class="mcp-filter-group"></div>
				<textarea data-filters class="form-control mcp-json" rows="4" spellcheck="false" hidden
					aria-label="${__("Filters as JSON")}"></textarea>
				<button type="button" class="btn btn-xs btn-link mcp-switch" data-switch>${__("Show as JSON")}</button>
			</div>
			<div data-input="order_by"></div>
			<div data-input="limit"></div>
			<div data-input="data" class="form-group">
				<label class="control-label">${__("Data")}</label>
				<textarea data-data class="form-control mcp-json" rows="9" spellcheck="false"
					aria-label="${__("Data as JSON")}">{}</textarea>
				<button type="button" class="btn btn-xs btn-default" data-choose="data">${__("Add Fields…")}</button>
			</div>`;
	}

	make() {
		const $top = this.$wrapper.find("[data-top]");
		this.doctype = suggestions($top, {
			fieldname: "doctype",
			label: __("DocType"),

			suggest: async (text) => this.doctypes(text),
			change: () => this.doctype_changed(),
		});
		const labels = operation_labels();
		this.operation = this.control($top, {
			fieldtype: "Select",
			fieldname: "operation",
			label: __("Operation"),
			options: OPERATIONS.map((value) => ({ value, label: labels[value] })),
			change: () => this.show_inputs(),
		});
		this.operation.set_value("read");
		this.name = suggestions(this.$input("name"), {
			fieldname: "name",
			label: __("Document"),
			placeholder: __("Its exact name (ID)"),
			suggest: (text) => server.documents(this.doctype.get_value(), text),
			change: () => this.show_inputs(),
		});
		this.text = this.control(this.$input("text"), { fieldtype: "Small Text", fieldname: "text", label: __("Text") });
		this.assignee = suggestions(this.$input("assignee"), {
			fieldname: "assignee",
			label: __("Assign To"),
			suggest: (text) => server.users(text),
		});
		this.fields = this.control(this.$wrapper.find("[data-fields]"), {
			fieldtype: "Data",
			fieldname: "fields",
			label: __("Fields"),
			placeholder: __("All that the tool shows by itself"),
		});
		this.order_by = this.control(this.$input("order_by"), {
			fieldtype: "Data",
			fieldname: "order_by",
			label: __("Order By"),
			placeholder: "modified desc",
		});
		this.limit = this.control(this.$input("limit"), { fieldtype: "Int", fieldname: "limit", label: __("Limit") });
		this.$filters = this.$wrapper.find("[data-filters]");
		this.$data = this.$wrapper.find("[data-data]");
		this.$wrapper.find("[data-switch]").on("click", () => this.toggle_json());
		this.$wrapper.find("[data-choose]").on("click", (event) => this.choose($(event.currentTarget).attr("data-choose")));
	}

	control($parent, df) {
		return frappe.ui.form.make_control({ parent: $parent, df, render_input: true });
	}

	$input(name) {
		return this.$wrapper.find(`[data-input="${name}"]`);
	}

	/** DocTypes of the user first; all that the viewer reads where nothing is known of the user yet. */
	doctypes(text) {
		const known = Object.entries(this.question.known.doctypes).map(([value, operations]) => ({
			value,
			description: operations.join(", "),
		}));
		const all = known.length ? known : (frappe.boot.user?.can_read || []).map((value) => ({ value }));
		const wanted = text.toLowerCase();
		return all.filter(({ value }) => value.toLowerCase().includes(wanted)).slice(0, 30);
	}

	async doctype_changed() {
		const doctype = this.doctype.get_value();
		if (doctype === this.facts_of) return;
		this.facts_of = doctype;
		this.facts = doctype ? await fields_of(doctype).catch(() => null) : null;
		if (this.facts_of === doctype) this.make_filters();
	}

	make_filters() {
		const $group = this.$wrapper.find("[data-group]").empty();
		this.group = null;
		if (!this.facts || this.facts.issingle || !this.facts.groups) return this.show_json(true);
		const of = (field) => ({ ...field, parent: this.facts.doctype });
		const own = this.facts.groups.filter((group) => !group.table_field).flatMap((group) => group.fields);
		const fields = [of({ fieldname: "name", label: __("ID"), fieldtype: "Data" }), ...own.map(of)].filter(
			(field) => !NO_COLUMN.includes(field.fieldtype)
		);
		const unique = [...new Map(fields.map((field) => [field.fieldname, field])).values()];
		frappe.model.with_doctype(this.facts.doctype, () => {
			this.group = new RowFilterGroup({
				parent: $group,
				doctype: this.facts.doctype,
				row_fields: unique,
				on_change: () => {},
			});
			this.show_json(this.is_json && Boolean(this.$filters.val()));
		});
	}

	show_json(is_json) {
		this.is_json = is_json;
		this.$filters.prop("hidden", !is_json);
		this.$wrapper.find("[data-group]").prop("hidden", is_json);
		this.$wrapper
			.find("[data-switch]")
			.prop("hidden", !this.group)
			.text(is_json ? __("Show as Filters") : __("Show as JSON"));
	}

	toggle_json() {
		if (!this.is_json) {
			const { filters } = this.grouped();
			this.$filters.val(filters.length ? JSON.stringify(filters, null, 2) : "");
		}
		this.show_json(!this.is_json);
	}

	grouped() {
		return this.group ? from_group(this.group.get_filters(), this.facts.doctype) : { filters: [], refused: [] };
	}

	show_inputs() {
		const operation = this.operation?.get_value() || "read";
		const inputs = new Set(INPUTS[operation]);
		// A document that is named is read by itself.
		if (operation === "read" && this.name?.get_value()) ["filters", "order_by", "limit"].forEach((i) => inputs.delete(i));
		this.$wrapper.find("[data-input]").each((_i, element) => {
			$(element).prop("hidden", !inputs.has($(element).attr("data-input")));
		});
		if (this.text) {
			this.text.df.label = operation === "select" ? __("Search for") : __("Comment");
			this.text.refresh();
		}
	}

	async choose(input) {
		if (!this.facts?.groups) {
			return frappe.show_alert({ message: __("Choose a DocType first."), indicator: "orange" });
		}
		if (input === "fields") {
			const chosen = await choose_fields(this.facts, { with_tables: Boolean(this.name.get_value()) });
			return this.fields.set_value(chosen.map(({ fieldname }) => fieldname).join(", "));
		}
		const data = read_json(this.$data.val()) || {};
		for (const field of await choose_fields(this.facts, { with_tables: true })) {
			data[field.fieldname] ??= NO_COLUMN.includes(field.fieldtype) ? [{}] : field.default ?? "";
		}
		this.$data.val(JSON.stringify(data, null, 2));
	}

	takes({ doctype, tool }) {
		return Boolean(doctype) && (!tool || operation_of(tool) !== undefined);
	}

	async fill({ doctype, name, tool }) {
		await this.doctype.set_value(doctype || "");
		await this.doctype_changed();
		await this.name.set_value(name || "");
		await this.operation.set_value(operation_of(tool) || "read");
		this.show_inputs();
	}

	/** `{tool, arguments}`, or `{problem}`. */
	call() {
		const doctype = this.doctype.get_value();
		const operation = this.operation.get_value();
		const name = this.name.get_value();
		if (!doctype) return { problem: __("Choose a DocType.") };
		if (INPUTS[operation].includes("name") && operation !== "read" && !name) {
			return { problem: __("Name the document.") };
		}
		const data = read_json(this.$data.val());
		if (INPUTS[operation].includes("data") && !data) return { problem: __("The data is no JSON object.") };
		let filters = [];
		if (operation === "read" && !name) {
			if (this.is_json) {
				const text = this.$filters.val().trim();
				filters = text ? read_json(text) : [];
				if (!filters) return { problem: __("The filters are no JSON.") };
			} else {
				const { filters: found, refused } = this.grouped();
				if (refused.length) return { problem: refused.join(" ") };
				filters = found;
			}
		}
		return call_of(operation, {
			doctype,
			name,
			data,
			filters,
			text: this.text.get_value() || "",
			assignee: this.assignee.get_value() || "",
			fields: (this.fields.get_value() || "").split(",").map((f) => f.trim()).filter(Boolean),
			order_by: this.order_by.get_value() || "",
			limit: this.limit.get_value() || null,
		});
	}
}

/** An object or array; null for anything else. */
function read_json(text) {
	try {
		const found = JSON.parse(text);
		return found && typeof found === "object" ? found : null;
	} catch {
		return null;
	}
}
