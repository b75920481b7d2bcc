// Rules in words: the summaries of the editor's rows and the sentences of the dialogs. Pure; texts, not HTML.

import { operation_label } from "./operations.js";
import { read_filters } from "./row_filters.js";
import { read_value } from "./values.js";

const LONGEST = 70;

export const operator_label = (operator) =>
	({
		in: __("is one of"),
		"not in": __("is none of"),
		"=": __("is"),
		"!=": __("is not"),
		"<": __("is less than"),
		"<=": __("is at most"),
		">": __("is more than"),
		">=": __("is at least"),
		between: __("is between"),
		matches: __("matches the pattern"),
		set: __("is set"),
		"not set": __("is empty"),
		like: __("is like"),
		"not like": __("is not like"),
	})[operator] || operator;

/** What a rule does with the fields: `12 hidden, 1 masked`. */
export function fields_in_words(field_mode, rows) {
	const count = (...rules) => rows.filter((row) => rules.includes(row.rule)).length;
	const parts = [];
	if (field_mode === "Only Allowed") {
		const open = count("Allowed", "Read Only", "Masked");
		if (!open) return __("Only the name");
		parts.push(open === 1 ? __("Only 1 field") : __("Only {0} fields", [open]));
	}
	const hidden = count("Restricted");
	const masked = count("Masked");
	const read_only = count("Read Only");
	if (hidden) parts.push(__("{0} hidden", [hidden]));
	if (masked) parts.push(__("{0} masked", [masked]));
	if (read_only) parts.push(__("{0} read only", [read_only]));
	return parts.join(", ") || __("All fields");
}

export function conditions_in_words(rows) {
	if (!rows.length) return __("No conditions");
	return rows.length === 1 ? __("1 condition") : __("{0} conditions", [rows.length]);
}

/** Which documents there are: `territory = Germany`. */
export function rows_in_words(text) {
	if (!String(text ?? "").trim()) return __("All rows");
	const { filters, problem } = read_filters(text);
	if (problem) return __("Filtered");
	return shortened(filters.map(filter_in_words).join(__(" and ")));
}

/** `territory = Germany`, `status in Open, Closed`. */
export function filter_in_words([fieldname, operator, value]) {
	return `${fieldname} ${operator} ${said(value)}`;
}

/** The rest of a DocType Rule: `at most 50 rows, own tools`. */
export function more_in_words(row) {
	const parts = [];
	if (row.max_rows) parts.push(__("at most {0} rows", [row.max_rows]));
	if (row.own_tools) parts.push(__("own tools"));
	if (row.cache_documents) parts.push(__("cached"));
	if (row.ask_delete || row.ask_submit || row.ask_cancel || row.ask_bulk) parts.push(__("asks before"));
	const acknowledged = [
		"acknowledge_hidden_name",
		"acknowledge_hidden_required",
		"acknowledge_print",
		"acknowledge_password_fields",
	].filter((fieldname) => row[fieldname]).length;
	if (acknowledged) parts.push(__("{0} acknowledged", [acknowledged]));
	return parts.join(", ");
}

/**
 * A condition as a sentence.
 *
 * @param label of the field, as the reader knows it
 * @param kind of the field, where it is known
 */
export function condition_in_words(row, label, kind = "") {
	const yes_or_no = (v) => (kind === "check" ? (Number(v) ? __("Yes") : __("No")) : v);
	const read = read_value(row.value);
	const value = Array.isArray(read) ? read.map(yes_or_no) : read === null ? read : yes_or_no(read);
	const said_value =
		row.operator === "between" && Array.isArray(value)
			? __("{0} and {1}", [said(value[0]), said(value[1])])
			: said(value);
	const takes_none = row.operator === "set" || row.operator === "not set";
	const where = row.field.includes(".") ? __("in every row") : "";
	const claim = [label, operator_label(row.operator), takes_none ? "" : said_value, where].filter(Boolean);
	const values = [operation_label(row.operation), claim.join(" ")];
	return row.document_state === "Before" && row.operation !== "delete"
		? __("{0}: only if before the change {1}", values)
		: __("{0}: only if {1}", values);
}

function said(value) {
	if (Array.isArray(value)) return value.map(said).join(", ");
	return value === null || value === undefined || value === "" ? "…" : String(value);
}

export function shortened(text, longest = LONGEST) {
	return text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text;
}
