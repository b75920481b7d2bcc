// The rows of the child tables, which stay what is stored: every change goes through here into `frm.doc`.

export const rows_of = (frm, table, doctype) =>
	(frm.doc[table] || []).filter((row) => row.document_type === doctype);

export const rule_of = (frm, name) => (frm.doc.doctype_rules || []).find((row) => row.name === name);

/** Whether the user can change the rules. */
export function can_edit(frm) {
	const df = frappe.meta.get_docfield(frm.doctype, "doctype_rules", frm.docname);
	return frappe.perm.get_field_display_status(df, frm.doc, frm.perm) === "Write";
}

/** Gives a row values; the form is changed and told of it. */
export const set = (row, values) => frappe.model.set_value(row.doctype, row.name, values);

export function add(frm, table, values) {
	return Object.assign(frm.add_child(table), values);
}

export function remove(rows) {
	for (const row of [...rows]) frappe.model.clear_doc(row.doctype, row.name);
}

/** To be called after `add` and `remove`. */
export function changed(frm, ...tables) {
	for (const table of tables) frm.refresh_field(table);
	frm.dirty();
}

/** Puts values of another profile (a preset, a file) into the form; what they don't mention stays. */
export async function fill(frm, values) {
	for (const [fieldname, value] of Object.entries(values)) {
		if (!Array.isArray(value)) continue;
		frm.clear_table(fieldname);
		for (const row of value) add(frm, fieldname, row);
	}
	const plain = Object.entries(values).filter(
		([fieldname, value]) => !Array.isArray(value) && (fieldname !== "profile_name" || frm.is_new())
	);
	await frm.set_value(Object.fromEntries(plain));
	frm.dirty();
	frm.refresh_fields();
}
