// Values of conditions: the JSON that is stored, and what it means by operator and kind of field. Pure.
//
// Kinds are those of policy/conditions.py: number, check, date, datetime, time, text, presence.

/** What an operator takes: none, one, list, range. */
export function arity_of(operator) {
	if (operator === "set" || operator === "not set") return "none";
	if (operator === "in" || operator === "not in") return "list";
	return operator === "between" ? "range" : "one";
}

/** The value of a condition as it stands in its row: JSON, or a plain text without quotes; null when empty. */
export function read_value(text) {
	const trimmed = String(text ?? "").trim();
	if (!trimmed) return null;
	try {
		return JSON.parse(trimmed);
	} catch {
		return trimmed;
	}
}

/** The text that is stored; "" for no value. */
export function write_value(value) {
	return value === null || value === undefined ? "" : JSON.stringify(value);
}

/**
 * A value in the shape that another operator takes, as much of it as can be kept.
 *
 * @param value as `read_value` gives it
 */
export function reshape(value, operator) {
	const list = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
	switch (arity_of(operator)) {
		case "none":
			return null;
		case "list":
			return list;
		case "range":
			return [list[0] ?? null, list[1] ?? null];
		default:
			return list.length ? list[0] : null;
	}
}

/**
 * A number as somebody typed it, in his number format.
 *
 * @param format `{decimal_str, group_sep}`
 * @returns a number; a text where a number of JavaScript would lose digits; null when it is none
 */
export function read_number(text, { decimal_str = ".", group_sep = "," } = {}) {
	const decimal = quoted(decimal_str || ".");
	const group = group_sep ? `(?:${quoted(group_sep)}\\d{3})*` : "";
	// Groups only where they belong: 12.5 is no German number, and must not become 125.
	const number = new RegExp(`^[-+]?(?:\\d{1,3}${group}|\\d+)?(?:${decimal}\\d*)?$`);
	const given = String(text ?? "").trim();
	if (!number.test(given) || !/\d/.test(given)) return null;
	const plain = given.split(group_sep || "\0").join("").replace(decimal_str || ".", ".");
	return plain.replace(/\D/g, "").replace(/^0+/, "").length > 15 ? plain : Number(plain);
}

const quoted = (character) => `\\${character}`;

/** A number as it is typed in a number format, without groups; "" for what is none. */
export function write_number(value, { decimal_str = "." } = {}) {
	if (value === null || value === undefined || value === "" || isNaN(Number(value))) return "";
	return String(value).replace(".", decimal_str || ".");
}

/**
 * What is missing or wrong with the value of a condition, as far as the form can tell; "" when nothing is. The server
 * has the last word.
 */
export function value_problem(operator, value, kind) {
	const empty = (v) => v === null || v === undefined || v === "";
	if (kind === "number") {
		const strange = [value].flat().find((v) => !empty(v) && isNaN(Number(v)));
		if (strange !== undefined) return __("{0} is not a number.", [strange]);
	}
	switch (arity_of(operator)) {
		case "none":
			return "";
		case "list":
			return Array.isArray(value) && value.length ? "" : __("Choose at least one value.");
		case "range":
			if (!Array.isArray(value) || value.some(empty)) return __("Give both values.");
			if (kind === "number" ? Number(value[0]) > Number(value[1]) : value[0] > value[1]) {
				return __("The first value is larger than the second.");
			}
			return "";
		default:
			if (!empty(value)) return "";
			return kind === "check" || kind === "number"
				? __("Give a value.")
				: __("Give a value; for empty fields there are the operators “is set” and “is empty”.");
	}
}
