// Row filters: from the JSON that policy/row_filter.py takes to what the dialog shows, and back. Pure.
//
// The dialog shows a list of conditions that must all hold. Those of Frappe's filter group have plain values; those that
// depend on the user have a placeholder. What is neither stays JSON.

const OPERATORS = new Set(["=", "!=", ">", "<", ">=", "<=", "like", "not like", "in", "not in", "between", "is"]);
const PLACEHOLDER = /^\{\{\s*(user|today|defaults\.[\w ]+?)\s*\}\}$/;

/** Operators that take a placeholder. */
export const PLACEHOLDER_OPERATORS = ["=", "!=", ">", "<", ">=", "<=", "in", "not in"];

export const is_placeholder = (value) => typeof value === "string" && PLACEHOLDER.test(value.trim());

const has_placeholder = (value) => [value].flat().some((v) => typeof v === "string" && v.includes("{{"));

/**
 * A row filter as a list of conditions.
 *
 * @returns `{filters: [[fieldname, operator, value]], problem}`; a problem says why it can only be shown as JSON
 */
export function read_filters(text, doctype = "") {
	const trimmed = String(text ?? "").trim();
	if (!trimmed) return { filters: [], problem: "" };
	let data;
	try {
		data = JSON.parse(trimmed);
	} catch {
		return { filters: [], problem: __("This is not JSON.") };
	}
	if (Array.isArray(data) && typeof data[0] === "string") data = [data];
	if (data && typeof data === "object" && !Array.isArray(data)) {
		data = Object.entries(data).map(([fieldname, value]) =>
			Array.isArray(value) ? [fieldname, ...value] : [fieldname, "=", value]
		);
	}
	if (!Array.isArray(data)) return { filters: [], problem: __("This is neither a list nor an object.") };
	const filters = [];
	for (let row of data) {
		if (!Array.isArray(row)) return { filters: [], problem: __("Conditions joined by “and” or “or” are shown as JSON only.") };
		if (row.length === 4 && row[0] === doctype) row = row.slice(1);
		if (row.length !== 3 || typeof row[0] !== "string" || typeof row[1] !== "string") {
			return { filters: [], problem: __("Each condition is a list of field, operator and value.") };
		}
		filters.push([row[0], row[1].trim().toLowerCase().replace(/\s+/g, " "), row[2]]);
	}
	return { filters, problem: "" };
}

/** The stored text; "" for no filter. */
export function write_filters(filters) {
	return filters.length ? JSON.stringify(filters) : "";
}

/**
 * What of a filter the dialog can show where.
 *
 * @param fieldnames that the filter group offers
 * @returns `{plain, bound, problem}`: conditions of the filter group, conditions with one placeholder
 */
export function split_filters(filters, fieldnames) {
	const plain = [];
	const bound = [];
	for (const [fieldname, operator, value] of filters) {
		if (!fieldnames.includes(fieldname)) {
			return { plain: [], bound: [], problem: __("{0} is no field that rows can be filtered by.", [fieldname]) };
		}
		const single = Array.isArray(value) && value.length === 1 ? value[0] : value;
		if (is_placeholder(single) && PLACEHOLDER_OPERATORS.includes(operator)) {
			bound.push([fieldname, operator, single.trim()]);
		} else if (has_placeholder(value) || !OPERATORS.has(operator)) {
			return {
				plain: [],
				bound: [],
				problem: __("The condition on {0} can only be shown as JSON.", [fieldname]),
			};
		} else {
			plain.push([fieldname, operator, value]);
		}
	}
	return { plain, bound, problem: "" };
}

/**
 * What Frappe's filter group holds, as conditions of a row filter.
 *
 * @param given `[doctype, fieldname, operator, value]`, as `FilterGroup.get_filters()` gives them
 * @param label_of label of a field, by its name
 * @returns `{filters, refused}`: sentences about what a row filter does not take
 */
export function from_group(given, doctype, label_of = (fieldname) => fieldname) {
	const filters = [];
	const refused = [];
	for (const [of, fieldname, condition, chosen] of given) {
		const operator = String(condition).toLowerCase();
		const label = label_of(fieldname);
		// v15 makes empty values of the comma after the last one.
		const value = operator.endsWith("in") && Array.isArray(chosen) ? chosen.filter((v) => v || v === 0) : chosen;
		const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
		if (of && of !== doctype) {
			refused.push(__("{0} is a field of a table: rows are filtered by fields of {1} itself.", [label, doctype]));
		} else if (operator === "timespan") {
			refused.push(__("{0}: a row filter knows no timespans. Use Between, or a placeholder.", [label]));
		} else if (!OPERATORS.has(operator)) {
			refused.push(__("{0}: a row filter does not take “{1}”. List the values with In.", [label, condition]));
		} else if (empty) {
			refused.push(__("{0}: give a value, or remove the filter. For empty fields there is Is → Not Set.", [label]));
		} else {
			filters.push([fieldname, operator, value]);
		}
	}
	return { filters, refused };
}
