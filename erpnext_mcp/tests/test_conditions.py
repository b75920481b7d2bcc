"""Value conditions (T28, T29): tables over the pure evaluation, and what is said of conditions that can't be evaluated."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp.policy import conditions
from erpnext_mcp.policy.conditions import KINDS, OPERATORS, check, holds, violations
from erpnext_mcp.policy.field_rules import MetaDocType, MetaField
from erpnext_mcp.policy.profile import AFTER, BEFORE, Condition


def condition(operator, value=None, field="f", operation="create", state=AFTER) -> Condition:
	return Condition(operation, field, operator, value, state)


DAY = datetime.date(2026, 1, 31)
NOON = datetime.datetime(2026, 1, 31, 12, 0)
TWELVE = datetime.timedelta(hours=12)


@pytest.mark.parametrize(
	("fieldtype", "value", "operator", "wanted", "expected"),
	[
		# numbers are numbers, however they are written
		("Int", 1, "=", "1", True),
		("Int", "1", "=", 1, True),
		("Int", 1.0, "=", 1, True),
		("Int", "1.0", "=", 1, True),
		("Int", True, "=", 1, True),
		("Int", 10, ">", 9, True),  # as text "10" < "9"
		("Int", 1.9, "<=", 1, True),  # stored as 1
		("Float", "10", "in", [10.0, "20"], True),
		("Float", "1e1", "=", 10, True),
		("Currency", 0.1 + 0.2, "=", 0.3, True),
		("Currency", 0.1 + 0.2, "<=", "0.3", True),
		("Currency", Decimal("100.000000001"), "<=", 100, False),
		("Currency", 100.0000000001, "<=", 100, True),  # tenth decimal: Frappe does not store it
		("Currency", 1e15 + 1, ">", 1e15, True),
		("Currency", -5, "between", [-10, 0], True),
		("Currency", -5, "between", [-4, 0], False),
		("Percent", 0, "between", [0, 0], True),
		("Rating", 0.6, ">=", "0.6", True),
		("Duration", 3600, "<", 3601, True),
		# not set: what Frappe stores then is 0
		("Currency", None, "<=", 100, True),
		("Currency", None, ">", 0, False),
		("Currency", "", "=", 0, True),
		("Int", None, "set", None, False),
		("Int", 0, "set", None, False),
		("Int", 0, "not set", None, True),
		("Int", 5, "set", None, True),
		# Check
		("Check", 1, "=", True, True),
		("Check", "1", "=", 1, True),
		("Check", True, "=", "1", True),
		("Check", "0", "=", 0, True),
		("Check", None, "=", 0, True),
		("Check", None, "!=", 1, True),
		("Check", 5, "=", 1, True),  # stored as 1
		("Check", 0, "in", [0, 1], True),
		# dates, as text and as Frappe gives them
		("Date", "2026-01-31", "=", "2026-01-31", True),
		("Date", DAY, "=", "2026-01-31", True),
		("Date", NOON, "=", "2026-01-31", True),
		("Date", "2026-01-31 23:59:59", "<=", "2026-01-31", True),
		("Date", DAY, "between", ["2026-01-01", "2026-12-31"], True),
		("Date", DAY, "in", ["2026-01-30", "2026-02-01"], False),
		("Date", None, "<", "2026-01-31", False),
		("Date", None, ">=", "2026-01-31", False),
		("Date", None, "!=", "2026-01-31", True),
		("Date", None, "between", ["0001-01-01", "9999-12-31"], False),
		("Date", None, "in", [None, "2026-01-31"], True),
		("Date", "", "in", ["", "2026-01-31"], True),
		("Date", "", "not set", None, True),
		("Date", "31.01.2026", "!=", "2026-02-01", False),  # no date we know: nothing holds
		("Date", "2026-02-30", "set", None, False),
		("Datetime", "2026-01-31T12:00:00", "=", "2026-01-31 12:00", True),
		("Datetime", "2026-01-31 12:00:00.000000", "=", "2026-01-31T12:00:00", True),
		("Datetime", "2026-01-31 12:00:00.5", ">", NOON, True),
		("Datetime", NOON, "<", "2026-02-01", True),
		("Datetime", DAY, "<", NOON, True),
		("Datetime", NOON.replace(tzinfo=datetime.timezone.utc), "<", "2027-01-01", False),
		("Datetime", "2026-01-31T12:00:00Z", "<", "2027-01-01", False),
		("Time", "9:05:00", "<", "10:00:00", True),  # as text "9" > "1"
		("Time", datetime.time(12), "=", "12:00", True),
		("Time", TWELVE, "=", "12:00:00", True),
		("Time", datetime.timedelta(0), "set", None, True),
		("Time", "25:00:00", "!=", "12:00:00", False),
		# text: exactly
		("Data", "a", "=", "A", False),
		("Data", "a ", "=", "a", False),
		("Data", "1.0", "=", "1", False),
		("Data", 5, "=", "5", True),
		("Data", "5", "=", 5, True),
		("Link", "South", "not in", ["South"], False),
		("Link", "south", "in", ["South"], False),
		("Select", None, "in", ["", "Open"], True),
		("Select", None, "in", ["Open"], False),
		("Select", None, "not in", ["Open"], True),
		("Select", "Open", "!=", "Open", False),
		("Data", "شركة", "in", ["شركة"], True),
		("Data", ["a"], "!=", "a", False),
		("Data", {"a": 1}, "set", None, False),
		("Data", "SO-0001", "matches", r"SO-\d{4}", True),
		("Data", "SO-0001x", "matches", r"SO-\d{4}", False),
		("Data", "xSO-0001", "matches", r"SO-\d{4}", False),
		("Data", "a\nb", "matches", "a.b", False),
		("Data", None, "matches", ".+", False),
		("Data", None, "matches", ".*", True),
		("Data", "a" * 1001, "matches", ".*", False),
		# tables and other things that are only there or not
		("Table", [], "set", None, False),
		("Table", [{}], "set", None, True),
		("JSON", {"a": 1}, "set", None, True),
		("JSON", "", "not set", None, True),
		# never: what can't be compared, or a condition that has become nonsense
		("Int", "abc", "=", 0, False),
		("Int", "abc", "!=", 0, False),
		("Int", "abc", "not in", [0], False),
		("Int", float("nan"), "!=", 0, False),
		("Float", float("inf"), ">", 0, False),
		("Float", "1" * 50, ">", 0, False),
		("Float", [1], "!=", 0, False),
		("Int", 1, "!=", "abc", False),
		("Int", 1, "not in", 5, False),
		("Int", 1, "!=", None, False),
		("Int", 1, "between", [1], False),
		("Int", 1, "matches", "1", False),
		("Data", "b", ">", "a", False),
		("Data", "a", "matches", "(a", False),
		("Data", "a", "like", "a", False),
		("Password", "a", "set", None, False),
	],
)
def test_t29_values_are_compared_by_field_type(fieldtype, value, operator, wanted, expected):
	assert holds(condition(operator, wanted), fieldtype, value) is expected


TYPES = {
	"territory": "Link",
	"total": "Currency",
	"items": "Table",
	"items.qty": "Float",
	"items.note": "Data",
}


@pytest.mark.parametrize(
	("field", "operator", "value", "document", "expected"),
	[
		("territory", "=", "North", {"territory": "North"}, True),
		# T28: a missing key is a field that is not set, never one that is skipped
		("territory", "=", "North", {}, False),
		("territory", "set", None, {}, False),
		("territory", "not set", None, {}, True),
		("total", "<=", 100, {}, True),
		("total", ">=", 1, {}, False),
		# every row
		("items.qty", "<=", 5, {"items": [{"qty": 1}, {"qty": "5"}]}, True),
		("items.qty", "<=", 5, {"items": [{"qty": 1}, {"qty": 6}]}, False),
		("items.qty", ">", 0, {"items": [{"qty": 1}, {}]}, False),
		("items.note", "set", None, {"items": [{"note": "a"}, {"note": ""}]}, False),
		# no rows
		("items.qty", "<=", 5, {"items": []}, True),
		("items.qty", "=", 5, {}, True),
		("items.note", "not set", None, {"items": None}, True),
		("items.note", "set", None, {"items": []}, False),
		("items", "set", None, {"items": []}, False),
		# a field that is not there (any more)
		("gone", "not set", None, {}, False),
		("items.gone", "!=", 1, {"items": []}, False),
		("gone.qty", "!=", 1, {}, False),
	],
)
def test_t28_a_document_holds_a_condition(field, operator, value, document, expected):
	given = condition(operator, value, field)
	assert violations([given], "create", document, TYPES, AFTER) == ([] if expected else [given])


def test_t28_all_conditions_of_the_operation_and_the_state_must_hold():
	update_before = condition("=", "a", "territory", "update", BEFORE)
	update_after = condition("=", "b", "territory", "update", AFTER)
	create = condition("=", "c", "territory", "create")
	both = condition(">", 0, "total", "update", AFTER)
	given = [update_before, update_after, create, both]
	assert violations(given, "update", {"territory": "a"}, TYPES, BEFORE) == []
	assert violations(given, "update", {"territory": "a"}, TYPES, AFTER) == [update_after, both]
	assert violations(given, "create", {"territory": "a"}, TYPES, AFTER) == [create]
	assert violations(given, "submit", {}, TYPES, AFTER) == []


@pytest.mark.parametrize("state", [AFTER, BEFORE])
def test_t28_what_is_deleted_has_one_state_only(state):
	given = [
		condition("=", "a", "territory", "delete", AFTER),
		condition("=", "b", "territory", "delete", BEFORE),
	]
	assert violations(given, "delete", {"territory": "c"}, TYPES, state) == given


def test_types_of_everything_that_a_condition_can_name():
	def df(fieldname, fieldtype):
		return MetaField(fieldname, "", fieldtype, "", 0, False, False, True, "", False, fieldtype == "Table")

	order = MetaDocType("Order", (df("total", "Currency"), df("items", "Table")))
	item = MetaDocType("Order Item", (df("qty", "Float"),))
	types = conditions.fieldtypes(order, {"items": item})
	assert types["items.qty"] == "Float"
	assert types["total"] == "Currency"
	assert types["owner"] == "Data"
	assert "qty" not in types


@pytest.mark.parametrize(
	("fieldtype", "operator", "value", "expected"),
	[
		("Int", "=", 5, None),
		("Int", "in", [5, "6"], None),
		("Currency", "between", [1, "2.5"], None),
		("Check", "=", True, None),
		("Date", "in", ["2026-01-31", None], None),
		("Datetime", "<", "2026-01-31", None),
		("Time", "between", ["08:00", "18:00"], None),
		("Data", "=", 12345, None),
		("Select", "in", ["", "Open"], None),
		("Data", "matches", "[A-Z]{2}-.*", None),
		("Table", "set", None, None),
		("Int", "=", "abc", "abc is not a number"),
		("Int", "=", 1.5, "1.5 is not a whole number"),
		("Int", "=", True, "true is not a number"),
		("Int", "=", None, "a value is missing"),
		("Int", "in", [1, None], "a value is missing"),
		("Currency", "<", "inf", "inf is not a number"),
		("Check", "=", 2, "2 is not 1 or 0"),
		("Check", "=", "Yes", "Yes is not 1 or 0"),
		("Check", "set", None, "set can't be used with a field of type Check"),
		("Date", "=", "31.01.2026", "31.01.2026 is not a date"),
		("Date", "=", "2026-13-01", "is not a date"),
		("Datetime", ">", "2026-01-31T12:00:00Z", "is not a date"),
		("Time", "=", "noon", "noon is not a time"),
		("Data", "=", True, "True is not a text"),
		("Data", "=", 1.5, "1.5 is not a text"),
		("Data", "<", "a", "< can't be used with a field of type Data"),
		("Data", "like", "a", "like can't be used"),
		("Link", "in", "North", "in takes a list"),
		("Link", "in", [], "in takes 1 to 500 values"),
		("Link", "in", [["North"]], "is not a text"),
		("Int", "between", [1], "between takes a list of two values"),
		("Int", "between", [2, 1], "the first value is larger"),
		("Data", "set", "x", "set takes no value"),
		("Data", "matches", 5, "matches takes a pattern"),
		("Data", "matches", "a" * 201, "at most 200 characters"),
		("Data", "matches", "(a", "a bracket is not closed"),
		("Table", "=", "x", "= can't be used with a field of type Table"),
		("Password", "set", None, "a field of type Password can't be compared"),
		("Section Break", "set", None, "can't be compared"),
	],
)
def test_t29_what_is_wrong_with_a_condition(fieldtype, operator, value, expected):
	found = check(condition(operator, value), fieldtype)
	assert found is None if expected is None else expected in found


def test_a_message_can_be_translated_in_parts():
	"""The controller translates template and arguments apart."""
	message = check(condition("=", "abc"), "Int")
	assert (message.template, message.args) == ("{0} is not a number", ("abc",))


JSON_VALUES = st.recursive(
	st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates().map(str),
	lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
	max_leaves=5,
)
FIELDTYPES = st.sampled_from(sorted(KINDS))


@given(
	FIELDTYPES,
	st.sampled_from(sorted({o for known in OPERATORS.values() for o in known})),
	JSON_VALUES,
	JSON_VALUES,
)
def test_t29_a_condition_with_something_wrong_is_never_held(fieldtype, operator, wanted, value):
	"""And nothing that JSON can hold makes the evaluation fail."""
	given = condition(operator, wanted)
	found = holds(given, fieldtype, value)
	if check(given, fieldtype) is not None and operator not in ("set", "not set"):
		assert found is False


@given(FIELDTYPES, st.sampled_from(["=", "in", "<", "<=", "between", "set"]), JSON_VALUES, JSON_VALUES)
def test_t29_an_operator_and_its_opposite_are_never_held_both(fieldtype, operator, wanted, value):
	opposite = {"=": "!=", "in": "not in", "<": ">=", "<=": ">", "between": "not set", "set": "not set"}[
		operator
	]
	if operator == "between" and KINDS[fieldtype] == "number":
		return  # 0 is both: a number, and what Frappe stores for none
	assert not (
		holds(condition(operator, wanted), fieldtype, value)
		and holds(condition(opposite, wanted), fieldtype, value)
	)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**11), max_value=10**11, places=9))
def test_t29_an_amount_is_itself_however_it_is_written(amount):
	for written in (amount, str(amount), f" {amount}"):
		assert holds(condition("=", str(amount)), "Currency", written)
		assert holds(condition("between", [str(amount), str(amount)]), "Currency", written)
		assert not holds(condition("!=", str(amount)), "Currency", written)
