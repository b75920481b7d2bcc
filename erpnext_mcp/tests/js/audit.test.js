// The parts of the audit's form that need no browser.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.__ = (text, values = []) => text.replace(/\{(\d)\}/g, (_, i) => values[i]);

const { as_text, is_new, read_changes, read_fields } = await import("../audit/changes.js");
const { html } = await import("../lib/html.js");
const { indicator, meaning, sentence } = await import("../audit/words.js");

const NASTY = "<img src=x onerror=alert(1)>";

test("values and rows", () => {
	const found = read_changes(
		JSON.stringify({
			website: ["old", "new"],
			items: {
				changed: { r1: { qty: [1, 2] } },
				added: { r2: { qty: 3 } },
				removed: { r3: { idx: 7, qty: 4 } },
			},
			secrets: "[redacted]",
		})
	);
	assert.deepEqual(found.fields, [
		{ fieldname: "website", before: "old", after: "new" },
		{ fieldname: "secrets", before: "[redacted]", after: "[redacted]" },
	]);
	assert.deepEqual(found.tables, [
		{
			fieldname: "items",
			rows: [
				{ name: "r1", change: "changed", values: [{ fieldname: "qty", before: 1, after: 2 }] },
				{ name: "r2", change: "added", values: [{ fieldname: "qty", before: null, after: 3 }] },
				{ name: "r3", change: "removed", values: [{ fieldname: "qty", before: 4, after: null }] },
			],
		},
	]);
	assert.equal(is_new(found), false);
});

test("what was created", () => {
	const found = read_changes('{"customer_name": [null, "A"], "items": {"added": {"r": {"qty": 1}}}}');
	assert.equal(is_new(found), true);
});

test("nothing to show", () => {
	for (const text of ["", undefined, null, "{}", "null", '{"cut off'])
		assert.equal(read_changes(text), null);
});

test("texts", () => {
	assert.deepEqual([null, undefined, "", 0, false, { a: 1 }].map(as_text), ["", "", "", "0", "false", '{"a":1}']);
	assert.deepEqual(read_fields('["a", "b"]'), ["a", "b"]);
	assert.deepEqual(read_fields('["a", "b'), ['["a", "b']);
	assert.deepEqual(read_fields(""), []);
});

test("sentences are escaped", () => {
	const target = html`<a>${NASTY}</a>`;
	for (const outcome of ["Allowed", "Refused", "Failed"]) {
		for (const operation of ["read", "update", "", "something new"]) {
			for (const about of [target, null]) {
				const doc = { user: NASTY, tool: NASTY, outcome, operation };
				const text = String(sentence(doc, about));
				assert.ok(!text.includes("<img"), text);
				assert.ok(text.includes("&lt;img"), text);
				assert.ok(!/\{\d\}/.test(text), text);
			}
		}
	}
});

test("what a simulation says", () => {
	const doc = { user: "admin", simulated_user: "clerk", tool: "t", outcome: "Allowed", operation: "read" };
	assert.match(String(sentence(doc, null)), /admin.*simulated.*clerk/);
	assert.deepEqual(indicator(doc), ["Allowed (simulated)", "purple"]);
});

test("colors", () => {
	assert.deepEqual(indicator({ outcome: "Refused" }), ["Refused", "orange"]);
	assert.deepEqual(indicator({ outcome: "Allowed", dry_run: 1 }), ["Allowed (dry run)", "blue"]);
	assert.deepEqual(indicator({ outcome: "Failed", dry_run: 1 }), ["Failed (dry run)", "red"]);
});

test("reason codes", () => {
	assert.equal(meaning(""), "");
	assert.equal(meaning("unheard_of"), "");
	assert.ok(meaning("not_found"));
});
