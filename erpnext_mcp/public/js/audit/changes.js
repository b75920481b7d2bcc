// What an audit entry keeps of a write (`changes`, see documents/changes.py), as rows that can be shown. Pure.

const ROWS = ["changed", "added", "removed"];

/**
 * @param {string} text the JSON of the entry
 * @returns `{fields: [{fieldname, before, after}], tables: [{fieldname, rows: [{name, change, values: [{fieldname, before, after}]}]}]}`;
 *   `change` is changed, added or removed, `name` that of the row. Of fields that were never kept both values are the
 *   words that stand there for them. null where there is nothing to be shown.
 */
export function read_changes(text) {
	const record = parsed(text);
	if (!record || !Object.keys(record).length) return null;
	const fields = [];
	const tables = [];
	for (const [fieldname, change] of Object.entries(record)) {
		if (Array.isArray(change)) {
			fields.push({ fieldname, before: change[0], after: change[1] });
		} else if (is_object(change)) {
			tables.push({ fieldname, rows: ROWS.flatMap((kind) => rows(kind, change[kind])) });
		} else {
			fields.push({ fieldname, before: change, after: change });
		}
	}
	return { fields, tables };
}

/** Whether the document was new: nothing was there before. */
export function is_new({ fields, tables }) {
	return (
		fields.every(({ before }) => before === null) &&
		tables.every(({ rows }) => rows.every(({ change }) => change === "added"))
	);
}

/** A value as text; "" for what is empty. */
export function as_text(value) {
	if (value === null || value === undefined) return "";
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The fields of a call: a JSON list, which may have been cut off. */
export function read_fields(text) {
	const found = parsed(text);
	if (Array.isArray(found)) return found.map(String);
	return text ? [text] : [];
}

function rows(change, kept) {
	return Object.entries(kept || {}).map(([name, values]) => ({
		name,
		change,
		values: Object.entries(values)
			.filter(([fieldname]) => !(change === "removed" && fieldname === "idx"))
			.map(([fieldname, value]) => {
				if (change === "changed") return { fieldname, before: value[0], after: value[1] };
				return change === "added"
					? { fieldname, before: null, after: value }
					: { fieldname, before: value, after: null };
			}),
	}));
}

function parsed(text) {
	try {
		return JSON.parse(text || "null");
	} catch {
		return null;
	}
}

function is_object(value) {
	return typeof value === "object" && value !== null;
}
