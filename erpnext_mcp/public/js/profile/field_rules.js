// The rules of a DocType's fields as the dialog edits them: by path, `fieldname` or `table_field.fieldname`. Pure.

export const ALL = "All Fields";
export const ONLY_ALLOWED = "Only Allowed";

export const path_of = (row) => (row.table_field ? `${row.table_field}.${row.fieldname}` : row.fieldname);

/** The rules that rows hold: `{path: {rule, mask_style}}`. Of two rows for one field the first counts, as in the form. */
export function rules_of(rows) {
	const rules = {};
	for (const row of rows) {
		if (row.fieldname && row.rule) rules[path_of(row)] ??= { rule: row.rule, mask_style: row.mask_style || "" };
	}
	return rules;
}

/**
 * The rules that can be chosen for a field in a field mode.
 *
 * @param field of the catalogue: `{rules_by_mode}`
 */
export const choices = (field, mode) => field.rules_by_mode?.[mode] || [];

/** Whether the rows of a table exist for the agent. */
export function table_is_shown(table_field, mode, rules) {
	const given = rules[table_field]?.rule;
	return given ? given !== "Restricted" : mode !== ONLY_ALLOWED;
}

/**
 * The rules that have an effect in a mode; those of the other mode, and of fields of hidden tables, are left out.
 *
 * @param fields every field of the catalogue by path, with its `table_field`; rules on others are kept, to be seen to
 * @returns `{rules, dropped: [path]}`
 */
export function effective(rules, mode, fields) {
	const kept = {};
	const dropped = [];
	for (const [path, given] of Object.entries(rules)) {
		const field = fields[path];
		const table_field = field?.table_field || "";
		const fits = !field || choices(field, mode).includes(given.rule);
		if (fits && (!table_field || table_is_shown(table_field, mode, rules))) kept[path] = given;
		else dropped.push(path);
	}
	return { rules: kept, dropped };
}

/**
 * Gives a field a rule, or takes it away.
 *
 * @param rule "" for none
 * @param field of the catalogue, with `mask_styles`
 * @returns the rules as they are then
 */
export function with_rule(rules, path, rule, field = {}, mask_style = "") {
	const changed = { ...rules };
	if (!rule) {
		delete changed[path];
		return changed;
	}
	const styles = field.mask_styles || [];
	const style = mask_style || rules[path]?.mask_style || "";
	changed[path] = {
		rule,
		mask_style: rule !== "Masked" ? "" : styles.length && !styles.includes(style) ? styles[0] : style || "Full",
	};
	return changed;
}

/** How many of each rule: `{Restricted: 3, ...}`. */
export function counts(rules) {
	const found = {};
	for (const { rule } of Object.values(rules)) found[rule] = (found[rule] || 0) + 1;
	return found;
}

/**
 * What is to be done with the rows of a table so that they hold the rules.
 *
 * @param rows of this DocType, as they stand
 * @returns `{remove: [row], update: [[row, values]], add: [values]}`
 */
export function changes(rows, rules) {
	const remove = [];
	const update = [];
	const seen = new Set();
	for (const row of rows) {
		const path = path_of(row);
		const wanted = rules[path];
		if (!wanted || seen.has(path)) {
			remove.push(row);
			continue;
		}
		seen.add(path);
		if (row.rule !== wanted.rule || (row.mask_style || "") !== wanted.mask_style) update.push([row, wanted]);
	}
	const add = Object.entries(rules)
		.filter(([path]) => !seen.has(path))
		.map(([path, given]) => {
			const [fieldname, table_field = ""] = path.split(".").reverse();
			return { table_field, fieldname, ...given };
		});
	return { remove, update, add };
}
