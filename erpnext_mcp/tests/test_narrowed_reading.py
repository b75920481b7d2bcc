"""Field rules, masks, row filters, searches, counts and aggregates on a site, as restricted users."""

import json

import frappe
import pytest

from erpnext_mcp import masks


@pytest.fixture
def narrowed(changed, world):
	"""narrowed(rule=..., fields=[...], conditions=[...]): the profile of READER and MASTER with Customer narrowed."""

	def narrowed(fields=(), conditions=(), **rule):
		rules = [
			{
				"document_type": "Customer",
				"can_read": 1,
				"can_create": 1,
				"can_update": 1,
				"acknowledge_hidden_name": 1,
				"acknowledge_hidden_required": 1,
				**rule,
			},
			{"document_type": "Territory", "can_read": 1},
		]
		return changed(
			"MCP Permission Profile",
			world.PROFILE,
			doctype_rules=rules,
			field_rules=[{"document_type": "Customer", **f} for f in fields],
			conditions=[{"document_type": "Customer", "document_state": "After", **c} for c in conditions],
		)

	return narrowed


def names(answer) -> list[str]:
	assert answer.error is None, answer.text
	return sorted(row["name"] for row in answer.content["documents"])


def ours(world) -> dict:
	return {"name": ["in", [*world.NORTHERN, world.HIDDEN]]}


EVERYWHERE = {
	"list_generic_documents": [
		{"fields": ["{f}"]},
		{"filters": {"{f}": "x"}},
		{"filters": [["Customer", "{f}", "=", "x"]]},
		{"filters": json.dumps([["{f}", "=", "x"]])},
		{"filters": [["name", "=", "x"], "or", ["{f}", "=", "x"]]},
		{"or_filters": [["{f}", "=", "x"]]},
		{"order_by": "{f}"},
		{"order_by": "name, {f} desc"},
	],
	"get_generic_document": [{"name": "MCP Alpha", "fields": ["{f}"]}],
	"search_generic_documents": [{"search_term": "x", "fields": ["{f}"]}],
	"count_generic_documents": [{"filters": {"{f}": "x"}}, {"or_filters": {"{f}": "x"}}],
	"aggregate_generic_documents": [
		{"aggregates": [{"function": "count", "field": "{f}"}]},
		{"aggregates": [{"function": "min", "field": "{f}"}]},
		{"aggregates": [{"function": "max", "field": "{f}"}]},
		{"aggregates": [{"function": "count_distinct", "field": "{f}"}]},
		{"aggregates": [{"function": "count"}], "group_by": ["{f}"]},
		{"aggregates": [{"function": "count"}], "filters": {"{f}": "x"}},
		{"aggregates": [{"function": "count"}], "order_by": "{f}"},
	],
}


@pytest.mark.parametrize(
	("tool", "arguments"), [(tool, arguments) for tool, many in EVERYWHERE.items() for arguments in many]
)
@pytest.mark.parametrize(
	"hidden", ["website", "mcp_secret", "`website`", "tabCustomer.website", "count(name)"]
)
def test_t04_t05_t09_t12_a_hidden_field_is_an_unknown_field_everywhere(
	call, world, narrowed, tool, arguments, hidden
):
	"""Hidden by the profile or by its permission level, misspelt or decorated: one answer, but for the name."""

	def ask(fieldname: str):
		return call(
			world.READER,
			tool,
			doctype="Customer",
			**json.loads(json.dumps(arguments).replace("{f}", fieldname)),
		)

	with narrowed(fields=[{"fieldname": "website", "rule": "Restricted"}]):
		answer = ask(hidden)
		assert answer.error is not None and answer.error.code == "field_not_permitted", answer.text
		if hidden.isidentifier():
			assert answer.text.replace(hidden, "zzz") == ask("zzz").text


GUESSES = {
	"list_generic_documents": [
		{"filters": {"website": "{g}"}},
		{"filters": {"website": ["like", "{g}%"]}},
		{"or_filters": [["website", "=", "{g}"]]},
	],
	"count_generic_documents": [{"filters": {"website": "{g}"}}],
	"aggregate_generic_documents": [
		{"aggregates": [{"function": "count"}], "filters": {"website": "{g}"}},
	],
	"update_generic_document": [
		{"name": "{n}", "data": {"website": "{g}"}},
		{"name": "{n}", "data": {"website": "{g}"}, "dry_run": True},
	],
	"create_generic_document": [
		{"data": {"customer_name": "{n}", "website": "{g}"}, "dry_run": True},
		{"data": {"customer_name": "MCP Guess", "website": "{g}"}, "dry_run": True},
	],
}


@pytest.mark.parametrize("rule", ["Restricted", "Masked"])
@pytest.mark.parametrize(
	("tool", "arguments"), [(tool, arguments) for tool, many in GUESSES.items() for arguments in many]
)
def test_t15_a_right_guess_is_answered_as_a_wrong_one(call, world, narrowed, changed, tool, arguments, rule):
	right, wrong = "guess.right.example", "guess.wrong.example"

	def ask(guess: str) -> str:
		text = json.dumps(arguments).replace("{g}", guess).replace("{n}", world.ALPHA)
		answer = call(world.READER, tool, doctype="Customer", **json.loads(text))
		return answer.text.replace(guess, "...")

	style = {"mask_style": "Full"} if rule == "Masked" else {}
	with changed("Customer", world.ALPHA, website=right):
		with narrowed(fields=[{"fieldname": "website", "rule": rule, **style}]):
			assert ask(right) == ask(wrong)


def test_t01_t13_a_restricted_field_is_in_no_answer(call, world, narrowed, changed):
	with changed("Customer", world.ALPHA, website="https://tell-nobody.example"):
		with narrowed(fields=[{"fieldname": "website", "rule": "Restricted"}]):
			for tool, arguments in (
				("get_generic_document", {"name": world.ALPHA}),
				("list_generic_documents", {"fields": ["*"], "limit": 50}),
				("search_generic_documents", {"search_term": "MCP"}),
				("get_doctype_schema", {}),
				("get_doctype_permissions", {}),
			):
				answer = call(world.READER, tool, doctype="Customer", **arguments)
				assert answer.error is None
				assert "website" not in answer.text and "tell-nobody" not in answer.text, tool


def test_t17_only_allowed_without_rules_leaves_the_name(call, world, narrowed):
	with narrowed(field_mode="Only Allowed"):
		answer = call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert answer.content["document"] == {"name": world.ALPHA}
		answer = call(world.READER, "list_generic_documents", doctype="Customer", filters=ours(world))
		assert answer.content["documents"] and all(set(d) == {"name"} for d in answer.content["documents"])


@pytest.mark.parametrize(
	("style", "expected"),
	[("Full", masks.FULL_MASK), ("Last Four", masks.FULL_MASK + "6789"), ("Hash", masks.HASH_PREFIX)],
)
def test_masks_in_documents_and_lists(call, world, narrowed, changed, style, expected):
	with changed("Customer", world.ALPHA, tax_id="DE123456789"):
		with narrowed(fields=[{"fieldname": "tax_id", "rule": "Masked", "mask_style": style}]):
			document = call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
			shown = document.content["document"]["tax_id"]
			listed = call(
				world.READER,
				"list_generic_documents",
				doctype="Customer",
				fields=["tax_id"],
				filters={"name": world.ALPHA},
			).content["documents"][0]["tax_id"]
			assert shown == listed and shown.startswith(expected)
			assert "DE12345" not in document.text
			permissions = call(world.READER, "get_doctype_permissions", doctype="Customer").content["fields"]
			assert permissions["masked"] == ["tax_id"] and "tax_id" not in permissions["writable"]
			refused = call(
				world.READER, "list_generic_documents", doctype="Customer", filters={"tax_id": "DE123456789"}
			)
			assert refused.error.code == "field_not_permitted"


ROW_FILTERS = [
	{"territory": "{NORTH}"},
	[["territory", "=", "{NORTH}"], ["disabled", "=", 0]],
]


@pytest.mark.parametrize("row_filter", ROW_FILTERS, ids=str)
def test_t10_t11_rows_outside_the_row_filter_do_not_exist(call, world, narrowed, row_filter):
	"""As MASTER, who has no User Permission: only the row filter stands between him and HIDDEN."""
	text = json.dumps(row_filter).replace("{NORTH}", world.NORTH)
	with narrowed(row_filter=text):
		listed = call(world.MASTER, "list_generic_documents", doctype="Customer", filters=ours(world))
		assert names(listed) == sorted(world.NORTHERN)
		for or_filters in ({"territory": world.SOUTH}, [["name", "=", world.HIDDEN], ["name", "like", "%"]]):
			answer = call(
				world.MASTER,
				"list_generic_documents",
				doctype="Customer",
				filters=ours(world),
				or_filters=or_filters,
				limit=50,
			)
			assert world.HIDDEN not in names(answer)
		count = call(world.MASTER, "count_generic_documents", doctype="Customer", filters=ours(world))
		assert count.content["count"] == 3
		found = call(world.MASTER, "search_generic_documents", doctype="Customer", search_term="MCP Hidden")
		assert found.content["documents"] == []
		sums = call(
			world.MASTER,
			"aggregate_generic_documents",
			doctype="Customer",
			aggregates=[{"function": "count"}],
			group_by=["territory"],
			filters=ours(world),
		)
		assert sums.content["rows"] == [{"territory": world.NORTH, "count": 3}]
		hidden = call(world.MASTER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
		missing = call(world.MASTER, "get_generic_document", doctype="Customer", name="Nobody")
		assert hidden.text == missing.text and hidden.error.code == "not_found"
		assert call(world.MASTER, "get_generic_document", doctype="Customer", name=world.ALPHA).error is None


def test_row_filters_know_the_user_and_his_defaults(call, world, narrowed):
	with narrowed(row_filter='{"owner": "{{user}}"}'):
		assert names(call(world.MASTER, "list_generic_documents", doctype="Customer")) == []
	with narrowed(row_filter='{"territory": "{{defaults.mcp_test_territory}}"}'):
		tool, listing = "list_generic_documents", {"doctype": "Customer", "filters": ours(world)}
		assert names(call(world.MASTER, tool, **listing)) == [], "no default: nothing matches"
		frappe.defaults.add_user_default("mcp_test_territory", world.SOUTH, world.MASTER)
		frappe.db.commit()
		try:
			assert names(call(world.MASTER, tool, **listing)) == [world.HIDDEN]
		finally:
			frappe.defaults.clear_user_default("mcp_test_territory", world.MASTER)
			frappe.db.commit()


def test_search(call, world):
	def search(term: str, **arguments) -> list[str]:
		return names(
			call(world.READER, "search_generic_documents", doctype="Customer", search_term=term, **arguments)
		)

	assert search("mcp alpha") == [world.ALPHA]
	assert search("شركة النور") == [world.ARABIC]
	assert search("Odd / 100% #1?") == [world.ODD]
	assert search(world.HIDDEN) == []


@pytest.mark.parametrize("term", ["MCP%Alpha", "MCP_Alpha", "%", "_CP", "\\", "M\\CP", "' or 1=1 --", '"'])
def test_t12_wildcards_are_only_characters(call, world, term):
	answer = call(world.READER, "search_generic_documents", doctype="Customer", search_term=term, limit=100)
	assert world.ALPHA not in names(answer)


def test_t57_the_most_rows_of_a_rule(call, world, narrowed):
	with narrowed(max_rows=2):
		answer = call(world.MASTER, "list_generic_documents", doctype="Customer")
		assert len(answer.content["documents"]) == 2 and answer.content["has_more"]
		answer = call(world.MASTER, "list_generic_documents", doctype="Customer", limit=3)
		assert answer.error.code == "invalid_arguments"
		answer = call(
			world.MASTER,
			"aggregate_generic_documents",
			doctype="Customer",
			aggregates=[{"function": "count"}],
			group_by=["name"],
		)
		assert len(answer.content["rows"]) == 2 and answer.content["has_more"]


def test_t11_a_count_is_what_can_be_listed(call, world):
	for user in (world.READER, world.MASTER):
		count = call(user, "count_generic_documents", doctype="Customer", filters=ours(world)).content[
			"count"
		]
		listed = call(user, "list_generic_documents", doctype="Customer", filters=ours(world))
		assert count == len(listed.content["documents"])
	assert call(world.READER, "count_generic_documents", doctype="Customer", filters=ours(world)).content == {
		"doctype": "Customer",
		"count": 3,
	}


def test_nested_and_row_conditions(call, world):
	def listed(filters) -> list[str]:
		return names(
			call(world.MASTER, "list_generic_documents", doctype="Customer", filters=filters, limit=100)
		)

	either = [["name", "=", world.ALPHA], "or", ["name", "=", world.HIDDEN]]
	assert listed(either) == sorted([world.ALPHA, world.HIDDEN])
	assert listed([["territory", "=", world.NORTH], "and", either]) == [world.ALPHA]
	rows = ["Customer Credit Limit", "credit_limit", "=", 4711.5]
	assert listed([rows, ["territory", "=", world.NORTH]]) == sorted(world.NORTHERN)
	count = call(
		world.MASTER,
		"count_generic_documents",
		doctype="Customer",
		filters=[rows, ["territory", "=", world.NORTH]],
	)
	assert count.content["count"] == 3


def test_t03_t04_hidden_fields_of_rows_are_no_filters(call, world):
	answer = call(
		world.READER,
		"list_generic_documents",
		doctype="Customer",
		filters=[["Customer Credit Limit", world.ROW_SECRET, "=", world.SECRET_VALUE]],
	)
	assert answer.error is not None and answer.error.code in ("field_not_permitted", "invalid_arguments")


def test_t10_other_doctypes_are_no_filters(call, world):
	for doctype in ("User", "Territory", "Sales Invoice", "No Such DocType"):
		answer = call(
			world.READER, "list_generic_documents", doctype="Customer", filters=[[doctype, "name", "=", "x"]]
		)
		assert answer.error.code == "invalid_arguments"


def aggregate(call, user: str, **arguments):
	answer = call(user, "aggregate_generic_documents", doctype="Customer", **arguments)
	assert answer.error is None, answer.text
	return answer.content["rows"]


def test_aggregates(call, world):
	assert aggregate(call, world.MASTER, aggregates=[{"function": "count"}], filters=ours(world)) == [
		{"count": 4}
	]
	assert aggregate(
		call,
		world.MASTER,
		aggregates=[
			{"function": "count", "as": "customers"},
			{"function": "min", "field": "name", "as": "first"},
			{"function": "max", "field": "disabled"},
			{"function": "sum", "field": "disabled"},
			{"function": "avg", "field": "disabled"},
		],
		group_by=["territory"],
		filters=ours(world),
		order_by="customers desc",
	) == [
		{
			"territory": territory,
			"customers": customers,
			"first": first,
			"max_disabled": 0,
			"sum_disabled": 0.0,
			"avg_disabled": 0.0,
		}
		for territory, customers, first in ((world.NORTH, 3, world.ALPHA), (world.SOUTH, 1, world.HIDDEN))
	]
	assert aggregate(
		call,
		world.READER,
		aggregates=[{"function": "count_distinct", "field": "territory"}],
		filters=ours(world),
	) == [{"count_distinct_territory": 1}]
	assert aggregate(
		call,
		world.MASTER,
		aggregates=[{"function": "count_distinct", "field": "territory", "as": "n"}],
		group_by=["customer_type"],
		filters=ours(world),
	) == [{"customer_type": "Company", "n": 2}]
	nothing = {"name": "Nobody at all"}
	assert aggregate(call, world.MASTER, aggregates=[{"function": "count"}], filters=nothing) == [
		{"count": 0}
	]


@pytest.mark.parametrize(
	("arguments", "code"),
	[
		({"aggregates": []}, "invalid_arguments"),
		({"aggregates": [{"function": "median", "field": "name"}]}, "invalid_arguments"),
		({"aggregates": [{"function": "sum"}]}, "invalid_arguments"),
		({"aggregates": [{"function": "sum", "field": "name"}]}, "invalid_arguments"),
		({"aggregates": [{"function": "count", "as": "a b"}]}, "invalid_arguments"),
		({"aggregates": [{"function": "count", "as": "`x`"}]}, "invalid_arguments"),
		({"aggregates": [{"function": "count"}, {"function": "count"}]}, "invalid_arguments"),
		(
			{"aggregates": [{"function": "count", "as": "territory"}], "group_by": ["territory"]},
			"invalid_arguments",
		),
		(
			{"aggregates": [{"function": "count"}, {"function": "count_distinct", "field": "territory"}]},
			"invalid_arguments",
		),
		({"aggregates": [{"function": "count", "distinct": True}]}, "invalid_arguments"),
		({"aggregates": [{"function": "count"}], "order_by": "name"}, "field_not_permitted"),
		({"aggregates": [{"function": "count"}], "group_by": ["sleep(1)"]}, "field_not_permitted"),
		(
			{
				"aggregates": [{"function": "count"}],
				"filters": [["Customer Credit Limit", "credit_limit", ">", 0]],
			},
			"unsupported",
		),
	],
	ids=str,
)
def test_t07_t08_aggregates_that_are_refused(call, world, arguments, code):
	answer = call(world.MASTER, "aggregate_generic_documents", doctype="Customer", **arguments)
	assert answer.error is not None and answer.error.code == code, answer.text


def test_t66_restrictions_are_told_on_readable_fields_only(call, world, narrowed):
	conditions = [
		{"operation": "create", "field": "customer_type", "operator": "in", "value": '["Company"]'},
		{"operation": "update", "field": "website", "operator": "set"},
	]
	row_filter = json.dumps([["territory", "=", world.NORTH], ["website", "is", "not set"]])
	with narrowed(conditions=conditions, row_filter=row_filter):
		told = call(world.MASTER, "get_doctype_permissions", doctype="Customer").content
		assert len(told["conditions"]) == 2 and len(told["row_filter"]) == 2
		assert told["other_restrictions"] is False
	with narrowed(
		conditions=conditions,
		row_filter=row_filter,
		fields=[{"fieldname": "website", "rule": "Restricted"}],
	):
		answer = call(world.MASTER, "get_doctype_permissions", doctype="Customer")
		assert answer.content["conditions"] == [
			{"operation": "create", "field": "customer_type", "operator": "in", "value": ["Company"]}
		]
		assert answer.content["row_filter"] == [["territory", "=", world.NORTH]]
		assert answer.content["other_restrictions"] is True
		explained = call(world.MASTER, "explain_access", doctype="Customer", operation="update")
		assert explained.content["allowed"] and explained.content["conditions"] == []
		assert explained.content["other_restrictions"] is True
		assert "website" not in answer.text + explained.text


@pytest.mark.parametrize(
	("arguments", "allowed", "layer"),
	[
		({"operation": "read"}, True, "operation"),
		({"operation": "delete"}, False, "operation"),
		({"operation": "read", "doctype": "Sales Invoice"}, False, "doctype"),
		({"operation": "read", "doctype": "No Such DocType"}, False, "doctype"),
		({"operation": "read", "fieldname": "territory"}, True, "operation"),
		({"operation": "read", "fieldname": "mcp_secret"}, False, "fields"),
		({"operation": "update", "fieldname": "email_id"}, False, "fields"),
		({"operation": "read", "name": "MCP Alpha"}, True, "operation"),
		({"operation": "read", "name": "MCP Hidden"}, False, "document"),
		({"operation": "update", "name": "MCP Hidden"}, False, "document"),
	],
	ids=str,
)
def test_explain_access(call, world, arguments, allowed, layer):
	answer = call(world.READER, "explain_access", **{"doctype": "Customer", **arguments}).content
	assert (answer["allowed"], answer["layer"]) == (allowed, layer)
	assert answer["reason"]


def test_t66_explain_access_is_no_oracle(call, world):
	"""What exists and is hidden is explained like what does not exist."""

	def explained(**arguments) -> str:
		return call(
			world.READER, "explain_access", **{"doctype": "Customer", "operation": "read", **arguments}
		).text

	assert explained(doctype="Sales Invoice") == explained(doctype="No Such DocType")
	assert explained(name=world.HIDDEN) == explained(name="Nobody")
	assert explained(fieldname=world.SECRET) == explained(fieldname="nonsense")


def test_t65_t66_unused_operations_of_closed_doctypes_are_not_told(call, world):
	answers = {
		call(world.READER, "explain_access", doctype=doctype, operation=operation).text
		for doctype in ("User", "Role", "Nonsense", "MCP Permission Profile")
		for operation in ("read", "delete", "submit")
	}
	assert len(answers) == 1
