// The rest of a DocType Rule: what few rules need. Labels and descriptions are those of the table's own fields.

import { make_dialog } from "../lib/dialog.js";
import { escape, safe, html } from "../lib/html.js";
import * as model from "./model.js";
import { fields_of, may_ask } from "./server.js";

export async function open_more(frm, row, editable) {
	const facts = may_ask() ? await fields_of(row.document_type) : null;
	const field = (fieldname, more = {}) => {
		const df = frappe.meta.get_docfield("MCP DocType Rule", fieldname);
		return {
			fieldname,
			fieldtype: df.fieldtype,
			label: __(df.label, null, df.parent),
			description: __(df.description, null, df.parent),
			default: row[fieldname],
			read_only: editable ? 0 : 1,
			...more,
		};
	};
	const formats = (row.print_formats || "").split("\n").map((name) => name.trim()).filter(Boolean);
	const no_own_tools = facts && !facts.own_tools && !row.own_tools;
	const dialog = make_dialog({
		title: __("More about {0}", [escape(__(row.document_type))]),
		fields: [
			field("max_rows"),
			field("own_tools", no_own_tools ? { read_only: 1, description: __("This DocType has no operations that own tools could be made for.") } : {}),
			field("cache_documents"),
			{
				fieldtype: "Section Break",
				label: __("Ask a Person Before"),
				description: __("A person confirms in the client where it can ask, else in the desk."),
			},
			field("ask_delete"),
			field("ask_submit"),
			{ fieldtype: "Column Break" },
			field("ask_cancel"),
			field("ask_bulk"),
			{ fieldtype: "Section Break", label: __("Acknowledged") },
			field("acknowledge_hidden_name"),
			field("acknowledge_hidden_required"),
			...(facts?.closed_by_passwords || row.acknowledge_password_fields
				? [field("acknowledge_password_fields", { description: passwords(facts) })]
				: []),
			...(row.can_print || formats.length || row.acknowledge_print
				? [
						{ fieldtype: "Section Break", label: __("Print") },
						field("print_formats", facts ? of_list(facts.print_formats, formats, editable) : {}),
						field("acknowledge_print"),
					]
				: []),
		],
	});
	dialog.set_primary_action(editable ? __("Done") : __("Close"), (values) => {
		dialog.hide();
		if (editable) model.set(row, changed(row, values));
	});
	dialog.show();
}

/** The print formats as checkboxes instead of names, one a line; those that are named and gone are there, too. */
function of_list(names, chosen, editable) {
	return {
		fieldtype: "MultiCheck",
		columns: 2,
		select_all: false,
		read_only: editable ? 0 : 1,
		options: [...new Set([...names, ...chosen])].map((name) => ({
			label: escape(name),
			value: name,
			checked: chosen.includes(name) ? 1 : 0,
		})),
	};
}

function passwords(facts) {
	return String(html`<span class="text-danger">${safe(facts?.closed_by_passwords || "")}</span>
		${__("The passwords themselves are never shown, whatever is ticked.")}`);
}

function changed(row, values) {
	const given = { ...values };
	if (Array.isArray(given.print_formats)) given.print_formats = given.print_formats.join("\n");
	return Object.fromEntries(
		Object.entries(given).filter(([fieldname, value]) => (row[fieldname] ?? "") != (value ?? ""))
	);
}
