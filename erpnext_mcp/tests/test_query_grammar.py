"""Every argument that names a field, in every shape, by tables over the pure grammar (T04 to T08, T10, T17)."""

import json

import pytest

from erpnext_mcp.access import AllOf, AnyOf, Field, FieldSets, Filter
from erpnext_mcp.errors import CallError, FieldNotPermitted, InvalidArguments
from erpnext_mcp.policy.query import parse_fields, parse_filters, parse_order_by

ROWS = {
	"name": Field("name", "ID", "Data"),
	"rate": Field("rate", "Rate", "Currency"),
	"cost": Field("cost", "Cost", "Currency", mask="Full"),
}
SETS = FieldSets(
	{
		"name": Field("name", "ID", "Data"),
		"status": Field("status", "Status", "Select", in_list_view=True),
		"total": Field("total", "Total", "Currency"),
		"due": Field("due", "Due", "Date"),
		"phone": Field("phone", "Phone", "Data", mask="Full"),
		"computed": Field("computed", "Computed", "Data", stored=False),
		"items": Field("items", "Items", "Table", options="Row", stored=False, rows=ROWS),
	},
	title_field="status",
)


@pytest.mark.parametrize(
	("filters", "expected"),
	[
		(None, []),
		({}, []),
		([], []),
		({"status": "Open"}, [("status", "=", "Open")]),
		({"status": ["in", ["Open", "Paid"]]}, [("status", "in", ["Open", "Paid"])]),
		({"total": [">", 5]}, [("total", ">", 5)]),
		(["status", "=", "Open"], [("status", "=", "Open")]),
		([["status", "=", "Open"], ["total", ">=", 1]], [("status", "=", "Open"), ("total", ">=", 1)]),
		([["Order", "status", "=", "Open"]], [("status", "=", "Open")]),
		(json.dumps([["status", "=", "Open"]]), [("status", "=", "Open")]),
		('{"status": "Open"}', [("status", "=", "Open")]),
		([["status", "NOT  IN", ["a"]]], [("status", "not in", ["a"])]),
		([["status", "is", "Set"]], [("status", "is", "set")]),
		(
			[["due", "between", ["2026-01-01", "2026-02-01"]]],
			[("due", "between", ["2026-01-01", "2026-02-01"])],
		),
		({"total": True}, [("total", "=", 1)]),
		({"total": "1.50"}, [("total", "=", 1.5)]),
		([["Row", "rate", ">", "2"]], [("rate", ">", 2.0, "Row")]),
		([["status", "=", "Open"], "and", ["total", "=", 1]], [("status", "=", "Open"), ("total", "=", 1)]),
		({"status": ""}, [("status", "=", "")]),
	],
)
def test_filter_shapes(filters, expected):
	assert parse_filters(filters, SETS, "Order") == tuple(Filter(*row) for row in expected)


HIDDEN = [
	"secret",
	"phone",
	"computed",
	"items",
	"total)",
	"",
	"`total`",
	"tabOrder.total",
	"items.rate",
	5,
	None,
]


@pytest.mark.parametrize("fieldname", HIDDEN)
@pytest.mark.parametrize(
	"shape",
	[
		lambda f: {f: 1},
		lambda f: {f: ["like", "a%"]},
		lambda f: [[f, "=", 1]],
		lambda f: [["Order", f, "=", 1]],
		lambda f: [["status", "=", "Open"], [f, ">", 1]],
		lambda f: json.dumps([[f, "=", 1]]),
	],
	ids=["dict", "dict-operator", "triple", "quadruple", "second", "json"],
)
def test_t04_hidden_fields_cannot_be_filtered_in_any_shape(fieldname, shape):
	with pytest.raises(FieldNotPermitted) as caught:
		parse_filters(shape(fieldname), SETS, "Order")
	assert caught.value.details["allowed_fields"] == ["name", "status", "total", "due"]


@pytest.mark.parametrize("fieldname", ["cost", "secret", "parent", "idx", "`rate`"])
def test_t03_t04_fields_of_rows_are_checked_too(fieldname):
	with pytest.raises(FieldNotPermitted) as caught:
		parse_filters([["Row", fieldname, ">", 1]], SETS, "Order")
	assert caught.value.details["allowed_fields"] == ["name", "rate"]


def test_between_is_spelled_out_for_what_is_no_date():
	expected = AllOf((Filter("total", ">=", 1), Filter("total", "<=", 2)))
	assert parse_filters([["total", "between", [1, 2]]], SETS, "Order") == (expected,)
	assert parse_filters({"total": ["between", [1, 2]]}, SETS, "Order") == (expected,)


def test_nested_conditions():
	status, total = Filter("status", "=", "Open"), Filter("total", ">", 1)
	condition = [["status", "=", "Open"], "or", [["total", ">", 1], "and", ["status", "=", "Open"]]]
	assert parse_filters(condition, SETS, "Order") == (AnyOf((status, AllOf((total, status)))),)
	assert parse_filters([condition], SETS, "Order") == (AnyOf((status, AllOf((total, status)))),)


@pytest.mark.parametrize("position", range(4))
def test_t04_hidden_fields_in_nested_conditions(position):
	names = ["status"] * 4
	names[position] = "phone"
	condition = [
		[names[0], "=", "a"],
		"or",
		[[names[1], "=", "a"], "and", [[names[2], "=", "a"], "or", [names[3], "=", "a"]]],
	]
	with pytest.raises(FieldNotPermitted):
		parse_filters(condition, SETS, "Order")


def test_hidden_and_unknown_fields_get_the_same_words():
	answers = []
	for fieldname in ("phone", "nowhere"):
		with pytest.raises(FieldNotPermitted) as caught:
			parse_filters({fieldname: 1}, SETS, "Order")
		answers.append(json.dumps(caught.value.as_dict()).replace(fieldname, "X"))
	assert answers[0] == answers[1]


@pytest.mark.parametrize(
	"filters",
	[
		"status = 'Open'",
		"[",
		'"status"',
		5,
		[5],
		["status"],
		["status", "="],
		[["status", "="]],
		[["Customer", "status", "=", "Open"]],
		[["Order", "status", "=", "Open", "x"]],
		[["status", "=", "Open"], "and", ["total", "=", 1], "or", ["total", "=", 2]],
		[["status", "=", "Open"], "and"],
		[["status", "=", "Open"], "xor", ["total", "=", 1]],
		[[[[[[[[["status", "=", "a"], "or", ["total", "=", 1]], "and", ["total", "=", 1]]]]]]]],
		{"total": "many"},
		{"total": ["like", "1%"]},
		{"due": ["like", "2026%"]},
		{"total": float("nan")},
		{"total": ["in", ["1", "x"]]},
		{"due": "tomorrow"},
		{"due": ["between", ["2026-01-01", "2026-13-01"]]},
		{"status": "a" * 1001},
		{"status": "a\0"},
		[["Other", "rate", ">", 2]],
		{"and": [["status", "=", "Open"]]},
		[["status", "regexp", "a"]],
		[["status", "= 1 or 1", "a"]],
		[["status", None, "a"]],
		[["status", "=", None]],
		[["status", "=", {"a": 1}]],
		[["status", "=", ["a"]]],
		[["status", "in", "Open,Paid"]],
		[["status", "in", []]],
		[["status", "in", [["a"]]]],
		[["status", "in", [None]]],
		[["total", "between", [1]]],
		[["total", "between", "1,2"]],
		[["status", "like", 5]],
		[["status", "is", "null"]],
		[["status", "=", "a"]] * 51,
		[["status", "in", list(range(1001))]],
	],
	ids=lambda f: str(f)[:50],
)
def test_t06_what_is_not_recognised_is_refused(filters):
	with pytest.raises(CallError):
		parse_filters(filters, SETS, "Order")


@pytest.mark.parametrize(
	"order_by",
	[
		"secret",
		"phone desc",
		"items",
		"computed",
		"total desc, secret",
		"`total`",
		"tabOrder.total",
		"total desc nulls",
		"total sideways",
		"sleep(1)",
		"1",
		"total,,name",
		"(select 1)",
	],
)
def test_t05_order_by_takes_readable_columns_only(order_by):
	with pytest.raises(CallError):
		parse_order_by(order_by, SETS.filterable)


@pytest.mark.parametrize(
	("order_by", "expected"),
	[
		(None, ()),
		("  ", ()),
		("total", (("total", "asc"),)),
		("total DESC, name", (("total", "desc"), ("name", "asc"))),
	],
)
def test_order_by(order_by, expected):
	assert parse_order_by(order_by, SETS.filterable) == expected


@pytest.mark.parametrize(
	"field",
	[
		"secret",
		"count(name) as n",
		"total as x",
		"replace(name,name,secret) as x",
		"`total`",
		"tabOrder.total",
		"owner.email",
		"items.rate",
		"status, secret",
		"* ",
		"",
	],
)
def test_t07_t08_fields_take_bare_names_only(field):
	with pytest.raises(FieldNotPermitted):
		parse_fields(["name", field], SETS)


def test_a_table_in_fields_says_where_to_read_it():
	with pytest.raises(InvalidArguments, match="items is a table"):
		parse_fields(["items"], SETS)


@pytest.mark.parametrize(
	("fields", "expected"),
	[
		(None, ("name", "status")),
		([], ("name", "status")),
		(["total"], ("name", "total")),
		(["total", "name", "total"], ("name", "total")),
		(["*"], ("name", "status", "total", "due", "phone")),
	],
)
def test_t17_rows_can_always_be_addressed(fields, expected):
	assert parse_fields(fields, SETS) == expected
