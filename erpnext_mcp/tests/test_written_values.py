"""What a caller sends, read against the fields that he can write: tables and properties over the pure code (T21, T27)."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp import masks
from erpnext_mcp.access import Field, FieldSets
from erpnext_mcp.errors import CallError, FieldNotPermitted, InvalidArguments
from erpnext_mcp.policy.change import parse_change
from erpnext_mcp.policy.written_values import written_value

REFUSED = object()

TABLE = [
	("Int", 5, 5),
	("Int", "5", 5),
	("Int", " -5 ", -5),
	("Int", "+5", 5),
	("Int", "1e3", 1000),
	("Int", 5.0, 5),
	("Int", 5.5, REFUSED),
	("Int", "5,5", REFUSED),
	("Int", "five", REFUSED),
	("Int", True, REFUSED),
	("Int", "", None),
	("Int", None, None),
	("Int", "9007199254740993", 9007199254740993),
	("Int", 10**30, REFUSED),
	("Int", "1" * 400, REFUSED),
	("Long Int", "9223372036854775807", REFUSED),
	("Float", "12,5", REFUSED),
	("Float", "1.234,5", REFUSED),
	("Float", "12.5", 12.5),
	("Float", "1_000", REFUSED),
	("Float", "１２", REFUSED),
	("Float", "٣", REFUSED),
	("Float", "nan", REFUSED),
	("Float", "Infinity", REFUSED),
	("Float", "0x10", REFUSED),
	("Float", math.nan, REFUSED),
	("Float", math.inf, REFUSED),
	("Float", "1e400", REFUSED),
	("Currency", 999_999_999_999, 999_999_999_999),
	("Currency", 1e12, REFUSED),
	("Currency", -1e300, REFUSED),
	("Percent", "101.5", 101.5),
	("Check", True, 1),
	("Check", False, 0),
	("Check", "1", 1),
	("Check", 1.0, 1),
	("Check", 2, REFUSED),
	("Check", "yes", REFUSED),
	("Check", "", REFUSED),
	("Date", "2024-02-29", "2024-02-29"),
	("Date", " 2024-02-29 ", "2024-02-29"),
	("Date", "2023-02-29", REFUSED),
	("Date", "29.02.2024", REFUSED),
	("Date", "02/03/2024", REFUSED),
	("Date", "tomorrow", REFUSED),
	("Date", "2024-02-29 10:00:00", REFUSED),
	("Date", 20240229, "2024-02-29"),
	("Date", "", None),
	("Date", "0000-00-00", REFUSED),
	("Datetime", "2024-02-29", "2024-02-29 00:00:00"),
	("Datetime", "2024-02-29T10:00:00", "2024-02-29 10:00:00"),
	("Datetime", "2024-02-29T10:00:00.5", "2024-02-29 10:00:00.500000"),
	("Datetime", "2024-02-29T10:00:00Z", REFUSED),
	("Datetime", "2024-02-29T10:00:00+02:00", REFUSED),
	("Datetime", "2024-02-29 25:00:00", REFUSED),
	("Time", "10:00", "10:00:00"),
	("Time", "10:00:00+02:00", REFUSED),
	("Time", "10:00:00Z", REFUSED),
	("Time", "24:00", REFUSED),
	("JSON", '{"a": 1}', '{"a": 1}'),
	("JSON", {"a": "é"}, '{"a": "é"}'),
	("JSON", [1, None], "[1, null]"),
	("JSON", 5, "5"),
	("JSON", "", None),
	("JSON", "not json", REFUSED),
	("JSON", '{"a": NaN}', REFUSED),
	("JSON", {"a": math.inf}, REFUSED),
	("JSON", "[" * 100_000, REFUSED),
	("Data", "x", "x"),
	("Data", 5, "5"),
	("Data", True, "1"),
	("Data", ["x"], REFUSED),
	("Data", {"x": 1}, REFUSED),
	("Data", "a\0b", REFUSED),
	("Link", {"name": "x"}, REFUSED),
	("Link", 5, "5"),
	("Small Text", "x" * 1_000_001, REFUSED),
	("Attach", "/files/x.png", REFUSED),
	("Attach Image", "http://example.com/x.png", REFUSED),
	("Attach", "", None),
	("Attach", None, None),
]


@pytest.mark.parametrize(("fieldtype", "sent", "expected"), TABLE, ids=lambda v: repr(v)[:30])
def test_values_by_the_type_of_their_field(fieldtype, sent, expected):
	field = Field("f", "F", fieldtype, writable=True)
	if expected is REFUSED:
		with pytest.raises(InvalidArguments) as caught:
			written_value(field, sent, "data.f")
		assert caught.value.message.startswith("data.f: ")
		assert len(caught.value.message) < 200
	else:
		value = written_value(field, sent, "data.f")
		assert value == expected and type(value) is type(expected)


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize(
	("sent", "expected"),
	[
		("Red", "Red"),
		(" Red ", "Red"),
		("red", REFUSED),
		("Pink", REFUSED),
		("Blue, and more", "Blue, and more"),
	],
)
def test_choices(required, sent, expected):
	field = Field("colour", "C", "Select", "\nRed\nBlue, and more", required=required, writable=True)
	if expected is REFUSED:
		with pytest.raises(InvalidArguments) as caught:
			written_value(field, sent, "data.colour")
		assert caught.value.details["choices"] == ["Red", "Blue, and more"]
	else:
		assert written_value(field, sent, "data.colour") == expected


@pytest.mark.parametrize("fieldtype", ["Select", "Data"])
@pytest.mark.parametrize("options", ["", "SO-.####\nSO-.YYYY.-"])
@pytest.mark.parametrize("sent", ["X-.{tax_id}.-.####", "tax_id", ".tax_id.", "{tax_id}", "SO-.#"])
def test_t69_a_naming_series_of_ones_own_would_tell_hidden_fields(fieldtype, options, sent):
	field = Field("naming_series", "Series", fieldtype, options, writable=True)
	with pytest.raises(InvalidArguments):
		written_value(field, sent, "data.naming_series")


@given(st.sampled_from(masks.STYLES), st.text(max_size=30))
def test_t27_every_mask_is_known_again(style, value):
	shown = masks.mask(style, value, b"key")
	for fieldtype in ("Data", "Int", "Link", "Check", "Date", "JSON", "Attach"):
		with pytest.raises(InvalidArguments):
			written_value(Field("f", "F", fieldtype, writable=True), shown, "data.f")


# ---------------------------------------------------------------- properties

ROWS = {
	"name": Field("name", "ID", "Data"),
	"qty": Field("qty", "Qty", "Float", writable=True),
	"note": Field("note", "Note", "Data", writable=True),
	"amount": Field("amount", "Amount", "Currency"),
	"masked": Field("masked", "M", "Data", mask="Full"),
}
SETS = FieldSets(
	{
		"name": Field("name", "ID", "Data"),
		"docstatus": Field("docstatus", "Status", "Int"),
		"title": Field("title", "Title", "Data", writable=True),
		"count": Field("count", "Count", "Int", writable=True),
		"total": Field("total", "Total", "Currency"),
		"secret": Field("secret", "Secret", "Data", mask="Hash"),
		"items": Field("items", "Items", "Table", "Row", writable=True, rows=ROWS),
		"log": Field("log", "Log", "Table", "Row", rows=ROWS),
	}
)
KEYS = st.one_of(
	st.sampled_from(
		[*SETS.fields, *ROWS, "hidden", "owner", "__islocal", "flags", "parent", "idx", "Title", "title "]
	),
	st.text(max_size=12),
)
SCALARS = st.one_of(
	st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(["1", "2.5"])
)
VALUES = st.recursive(
	SCALARS,
	lambda inner: st.one_of(
		st.lists(inner, max_size=3), st.lists(st.dictionaries(KEYS, inner, max_size=4), max_size=3)
	),
	max_leaves=8,
)


@given(
	st.dictionaries(KEYS, VALUES, max_size=5),
	st.one_of(st.none(), st.dictionaries(KEYS, VALUES, max_size=2)),
	st.booleans(),
	st.booleans(),
)
def test_t21_nothing_but_what_can_be_written_comes_through(data, remove, creating, takes_name):
	"""Whatever is sent: either every key of it is one that can be written, or the call is refused in words of ours."""
	before = json.dumps(data, default=str), json.dumps(remove, default=str)
	try:
		change = parse_change(data, SETS, remove=remove, creating=creating, takes_name=takes_name)
	except CallError as e:
		assert isinstance(e, FieldNotPermitted | InvalidArguments)
		assert "hidden" not in e.details.get("allowed_fields", [])
		return
	named = {"name"} if creating and takes_name else set()
	assert set(change.values) <= {"title", "count"} | named
	assert set(change.rows) <= {"items"} and set(change.remove) <= {"items"}
	for row in change.rows.get("items", ()):
		assert set(row.values) <= {"qty", "note"} and isinstance(row.name, str)
		assert all(isinstance(v, str | int | float | None) for v in row.values.values())
	assert set(data) == set(change.values) | set(change.rows), "nothing is dropped"
	assert all(isinstance(v, str | int | float | None) for v in change.values.values())
	assert (json.dumps(data, default=str), json.dumps(remove, default=str)) == before, "nothing is changed"


@given(KEYS)
def test_t13_hidden_and_unknown_keys_get_the_same_words(key):
	def words(sent: str) -> dict:
		with pytest.raises(FieldNotPermitted) as caught:
			parse_change({sent: 1}, SETS)
		return caught.value.as_dict()

	if key in SETS.fields:
		return
	unknown = "zzz" if key.isidentifier() else "z z"
	expected = words(unknown)
	assert words(key) == {**expected, "message": expected["message"].replace(unknown, key)} or key in (
		"owner",
		"docstatus",
	)
