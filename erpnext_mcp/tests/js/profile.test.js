// The pure parts of the profile form. Run by test_desk_profile_js.py.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.__ = (text, values = []) => text.replace(/\{(\d)\}/g, (_, i) => values[i]);

const { html, safe } = await import("../lib/html.js");
const fields = await import("../profile/field_rules.js");
const operations = await import("../profile/operations.js");
const filters = await import("../profile/row_filters.js");
const { state_of } = await import("../profile/state.js");
const values = await import("../profile/values.js");
const words = await import("../profile/words.js");

test("what is filled into HTML is escaped, once", () => {
	const label = `<img src=x onerror="alert('1')">&`;
	const inner = html`<b title="${label}">${label}</b>`;
	const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;";
	assert.equal(String(inner), `<b title="${escaped}">${escaped}</b>`);
	assert.equal(String(html`<p>${[inner, null, false, undefined, 0]}</p>`), `<p>${inner}0</p>`);
	assert.equal(String(html`${safe("<i>x</i>")}`), "<i>x</i>");
});

test("operations that make no sense say why", () => {
	const facts = { operations: ["can_read"], is_submittable: false, issingle: true };
	assert.equal(operations.why_not("can_read", facts), "");
	assert.match(operations.why_not("can_submit", facts), /submitted/);
	assert.match(operations.why_not("can_delete", facts), /only one document/);
	assert.equal(operations.why_not("can_submit", null), "");
	assert.equal(operations.operations().length, 12);
});

test("field rules in words", () => {
	const rows = [["Restricted"], ["Restricted"], ["Masked"], ["Read Only"]].map(([rule]) => ({ rule }));
	assert.equal(words.fields_in_words("All Fields", rows), "2 hidden, 1 masked, 1 read only");
	assert.equal(words.fields_in_words("All Fields", []), "All fields");
	assert.equal(words.fields_in_words("Only Allowed", []), "Only the name");
	assert.equal(words.fields_in_words("Only Allowed", [{ rule: "Allowed" }]), "Only 1 field");
});

test("conditions in words", () => {
	const row = { operation: "create", field: "customer_group", operator: "in", value: '["A", "B"]', document_state: "After" };
	assert.equal(words.condition_in_words(row, "Customer Group"), "Create: only if Customer Group is one of A, B");
	assert.equal(
		words.condition_in_words(
			{ ...row, operation: "update", field: "items.rate", operator: "between", value: "[1,5]", document_state: "Before" },
			"Rate"
		),
		"Update: only if before the change Rate is between 1 and 5 in every row"
	);
	assert.equal(words.condition_in_words({ ...row, operator: "set", value: "" }, "Group"), "Create: only if Group is set");
	const check = { ...row, field: "disabled", operator: "=", value: "0" };
	assert.equal(words.condition_in_words(check, "Disabled", "check"), "Create: only if Disabled is No");
	assert.equal(words.conditions_in_words([]), "No conditions");
	assert.equal(words.conditions_in_words([row, row]), "2 conditions");
});

test("row filters in words", () => {
	assert.equal(words.rows_in_words(""), "All rows");
	assert.equal(words.rows_in_words('{"territory": "Germany"}'), "territory = Germany");
	assert.equal(words.rows_in_words('[["a","in",["x","y"]],["b",">",5]]'), "a in x, y and b > 5");
	assert.equal(words.rows_in_words('[["a","=","x"],"or",["b","=","y"]]'), "Filtered");
	assert.ok(words.rows_in_words(JSON.stringify([["a", "=", "x".repeat(200)]])).length <= 70);
});

test("row filters are read in every simple shape", () => {
	const want = [["territory", "=", "Germany"]];
	for (const text of [
		'[["territory","=","Germany"]]',
		'["territory","=","Germany"]',
		'{"territory":"Germany"}',
		'{"territory":["=","Germany"]}',
		'[["Customer","territory","=","Germany"]]',
	]) {
		assert.deepEqual(filters.read_filters(text, "Customer"), { filters: want, problem: "" }, text);
	}
	for (const text of ["{", "5", '[["a","=","x"],"and",["b","=","y"]]', '[["Other","a","=","x"]]', "[[1,2,3]]"]) {
		assert.ok(filters.read_filters(text, "Customer").problem, text);
	}
	assert.deepEqual(filters.read_filters("  "), { filters: [], problem: "" });
	assert.deepEqual(filters.read_filters('[["a","NOT  IN",["x"]]]').filters, [["a", "not in", ["x"]]]);
	assert.equal(filters.write_filters([]), "");
	assert.deepEqual(filters.read_filters(filters.write_filters(want)).filters, want);
});

test("conditions with a placeholder are told from plain ones", () => {
	const given = [
		["territory", "=", "{{defaults.territory}}"],
		["owner", "in", ["{{ user }}"]],
		["status", "=", "Open"],
	];
	const found = filters.split_filters(given, ["territory", "owner", "status"]);
	assert.deepEqual(found.bound, [
		["territory", "=", "{{defaults.territory}}"],
		["owner", "in", "{{ user }}"],
	]);
	assert.deepEqual(found.plain, [["status", "=", "Open"]]);
	assert.ok(filters.split_filters([["gone", "=", 1]], ["a"]).problem);
	assert.ok(filters.split_filters([["a", "in", ["x", "{{user}}"]]], ["a"]).problem);
	assert.ok(filters.split_filters([["a", "like", "{{user}}"]], ["a"]).problem);
});

test("what the filter group offers and a row filter does not take is refused", () => {
	const given = [
		["Customer", "territory", "=", "Germany"],
		["Customer", "creation", "Timespan", "last week"],
		["Customer", "territory", "descendants of", "Europe"],
		["Sales Team", "sales_person", "=", "X"],
		["Customer", "name", "like", ""],
		["Customer", "disabled", "=", 0],
		["Customer", "creation", "Between", ["2026-01-01", "2026-02-01"]],
		["Customer", "tax_id", "is", "set"],
		["Customer", "status", "in", ["Paid", "", null]],
	];
	const { filters: kept, refused } = filters.from_group(given, "Customer");
	assert.deepEqual(kept, [
		["territory", "=", "Germany"],
		["disabled", "=", 0],
		["creation", "between", ["2026-01-01", "2026-02-01"]],
		["tax_id", "is", "set"],
		["status", "in", ["Paid"]],
	]);
	assert.equal(refused.length, 4);
});

test("values are JSON, old ones may be plain texts", () => {
	assert.equal(values.read_value("Open"), "Open");
	assert.equal(values.read_value('"Open"'), "Open");
	assert.equal(values.read_value(" 5 "), 5);
	assert.equal(values.read_value(""), null);
	assert.equal(values.write_value(null), "");
	assert.equal(values.write_value(["a"]), '["a"]');
	for (const value of ["Open", "5", 5, ["a", 1], null]) {
		assert.deepEqual(values.read_value(values.write_value(value)), value);
	}
});

test("a value follows its operator", () => {
	assert.deepEqual(values.reshape("a", "in"), ["a"]);
	assert.deepEqual(values.reshape(["a", "b"], "="), "a");
	assert.deepEqual(values.reshape(5, "between"), [5, null]);
	assert.equal(values.reshape("a", "set"), null);
	assert.deepEqual(values.reshape(null, "in"), []);
	assert.match(values.value_problem("in", [], "text"), /at least one/);
	assert.match(values.value_problem("between", [5, 1], "number"), /larger/);
	assert.equal(values.value_problem("between", [5, 10], "number"), "");
	assert.equal(values.value_problem("between", ["9", "10"], "number"), "");
	assert.equal(values.value_problem("=", 0, "check"), "");
	assert.match(values.value_problem("<=", "50,000.50", "number"), /not a number/);
	assert.match(values.value_problem("in", [1, "x"], "number"), /not a number/);
	assert.match(values.value_problem("=", "", "text"), /is empty/);
	assert.equal(values.value_problem("set", null, "text"), "");
});

test("numbers are read in the number format of the user", () => {
	const german = { decimal_str: ",", group_sep: "." };
	assert.equal(values.read_number("1,234.5"), 1234.5);
	assert.equal(values.read_number("1.234,5", german), 1234.5);
	assert.equal(values.read_number("-3"), -3);
	assert.equal(values.read_number("1234567.5"), 1234567.5);
	assert.equal(values.read_number("12.500", german), 12500);
	assert.equal(values.read_number("12.5", german), null);
	assert.equal(values.read_number("50,000.50", german), null);
	assert.equal(values.read_number("1 234,5", { decimal_str: ",", group_sep: " " }), 1234.5);
	assert.equal(values.read_number("1234", { decimal_str: "", group_sep: "," }), 1234);
	assert.equal(values.read_number("."), null);
	assert.equal(values.read_number("-"), null);
	assert.equal(values.read_number("abc"), null);
	assert.equal(values.read_number(""), null);
	assert.equal(values.read_number("1e5"), null);
	assert.equal(values.read_number("12345678901234567.12"), "12345678901234567.12");
	assert.equal(values.write_number(12.5, german), "12,5");
	assert.equal(values.write_number(null), "");
});

const catalogue = {
	customer_name: { table_field: "", rules_by_mode: { "All Fields": ["Restricted"], "Only Allowed": ["Allowed"] } },
	items: { table_field: "", rules_by_mode: { "All Fields": ["Restricted"], "Only Allowed": ["Allowed"] } },
	"items.rate": {
		table_field: "items",
		rules_by_mode: { "All Fields": ["Restricted", "Masked"], "Only Allowed": ["Allowed", "Restricted"] },
		mask_styles: ["Full", "Hash"],
	},
};

test("rules of the other field mode, and of hidden tables, are left out", () => {
	const rules = {
		customer_name: { rule: "Restricted", mask_style: "" },
		"items.rate": { rule: "Restricted", mask_style: "" },
		gone: { rule: "Masked", mask_style: "Full" },
	};
	assert.deepEqual(fields.effective(rules, "All Fields", catalogue).dropped, []);
	assert.deepEqual(fields.effective(rules, "Only Allowed", catalogue).dropped, ["customer_name", "items.rate"]);
	const open = { ...rules, items: { rule: "Allowed", mask_style: "" } };
	assert.deepEqual(fields.effective(open, "Only Allowed", catalogue).dropped, ["customer_name"]);
	assert.deepEqual(fields.effective(open, "All Fields", catalogue).dropped, ["items"]);
});

test("a masked field gets a style that it can have", () => {
	const field = catalogue["items.rate"];
	assert.deepEqual(fields.with_rule({}, "items.rate", "Masked", field), {
		"items.rate": { rule: "Masked", mask_style: "Full" },
	});
	assert.equal(fields.with_rule({}, "items.rate", "Masked", field, "Last Four")["items.rate"].mask_style, "Full");
	assert.equal(fields.with_rule({}, "items.rate", "Masked", field, "Hash")["items.rate"].mask_style, "Hash");
	assert.deepEqual(fields.with_rule({ a: { rule: "Allowed" } }, "a", ""), {});
});

test("rows are changed no more than needed", () => {
	const rows = [
		{ name: "1", table_field: "", fieldname: "a", rule: "Restricted", mask_style: null },
		{ name: "2", table_field: "items", fieldname: "rate", rule: "Restricted", mask_style: "" },
		{ name: "3", table_field: "", fieldname: "b", rule: "Masked", mask_style: "Full" },
		{ name: "4", table_field: "", fieldname: "a", rule: "Masked", mask_style: "Full" },
	];
	const rules = fields.rules_of(rows);
	assert.deepEqual(Object.keys(rules), ["a", "items.rate", "b"]);
	const same = fields.changes(rows, rules);
	assert.deepEqual([same.remove.map((r) => r.name), same.update, same.add], [["4"], [], []]);
	delete rules.b;
	rules["items.rate"] = { rule: "Masked", mask_style: "Hash" };
	rules["items.qty"] = { rule: "Read Only", mask_style: "" };
	const { remove, update, add } = fields.changes(rows, rules);
	assert.deepEqual(remove.map((r) => r.name), ["3", "4"]);
	assert.deepEqual(update.map(([row, given]) => [row.name, given.rule]), [["2", "Masked"]]);
	assert.deepEqual(add, [{ table_field: "items", fieldname: "qty", rule: "Read Only", mask_style: "" }]);
	assert.deepEqual(fields.counts(rules), { Restricted: 1, Masked: 1, "Read Only": 1 });
});

test("the state of a profile", () => {
	const doc = { enabled: 1, users: [{}], valid_from: "2026-01-01 00:00:00", valid_upto: "2026-12-31 00:00:00" };
	const label = (changed, now = "2026-06-01 00:00:00") => state_of({ ...doc, ...changed }, now).label;
	assert.equal(label({}), "Enabled");
	assert.equal(label({ enabled: 0 }), "Disabled");
	assert.equal(label({}, "2025-06-01 00:00:00"), "Not Yet Valid");
	assert.equal(label({}, "2027-06-01 00:00:00"), "Expired");
	assert.equal(label({ read_only: 1 }), "Read Only");
	assert.equal(label({ read_only: 1, write_until: "2026-07-01 00:00:00" }), "Write Window");
	assert.equal(label({ users: [] }), "Names Nobody");
	assert.equal(label({ users: [], roles: [{}] }), "Enabled");
});
