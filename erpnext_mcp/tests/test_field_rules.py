"""Which fields exist for a caller: tables over the pure resolver (T01, T03, T13, T17)."""

from dataclasses import replace

import pytest

from erpnext_mcp.access import FRAPPE_MASK
from erpnext_mcp.policy.field_rules import MetaDocType, MetaField, UserLevels, resolve
from erpnext_mcp.policy.profile import ALL_FIELDS, ONLY_ALLOWED, DocTypeRule, FieldRule

STANDARD = ["name", "owner", "creation", "modified", "modified_by", "docstatus"]


def field(fieldname: str, fieldtype: str = "Data", permlevel: int = 0, **values) -> MetaField:
	return MetaField(
		fieldname=fieldname,
		label=fieldname.title(),
		fieldtype=fieldtype,
		options=values.get("options", ""),
		permlevel=permlevel,
		required=False,
		read_only=values.get("read_only", False),
		stored=values.get("stored", True),
		description="",
		in_list_view=values.get("in_list_view", False),
		is_table=fieldtype == "Table",
	)


ROW = MetaDocType("Row", (field("item"), field("rate", "Currency"), field("cost", "Currency", 1)))
ORDER = MetaDocType(
	"Order",
	(
		field("title_text", in_list_view=True),
		field("total", "Currency"),
		field("status", "Read Only", read_only=True),
		field("margin", "Currency", 1),
		field("computed", stored=False),
		field("items", "Table", options="Row"),
	),
	title_field="title_text",
	search_fields=("title_text", "margin", "total"),
)
CHILDREN = {"items": ROW}
CLERK = UserLevels(frozenset({0}), frozenset({0}))
MANAGER = UserLevels(frozenset({0, 1}), frozenset({0, 1}))
READER = UserLevels(frozenset({0}), frozenset())


def sets(*rules: FieldRule, mode: str = ALL_FIELDS, levels: UserLevels = CLERK):
	return resolve(ORDER, CHILDREN, levels, DocTypeRule("Order", frozenset({"read"}), mode, rules))


def rule(fieldname: str, what: str, table_field: str = "", mask_style: str = "") -> FieldRule:
	return FieldRule(fieldname, what, table_field, mask_style)


def own(found) -> list[str]:
	return [f for f in found.readable if f not in STANDARD]


def rows(found) -> list[str]:
	return list(found.fields["items"].rows)


def test_without_a_rule_it_is_what_frappe_opens():
	found = resolve(ORDER, CHILDREN, CLERK)
	assert found.readable == [*STANDARD, "title_text", "total", "status", "computed", "items"]
	assert rows(found) == ["name", "item", "rate"]
	assert rows(resolve(ORDER, CHILDREN, MANAGER)) == ["name", "item", "rate", "cost"]
	assert "margin" in resolve(ORDER, CHILDREN, MANAGER).readable


@pytest.mark.parametrize(
	("mode", "rules", "expected"),
	[
		(ALL_FIELDS, [], ["title_text", "total", "status", "computed", "items"]),
		(ALL_FIELDS, [rule("total", "Restricted")], ["title_text", "status", "computed", "items"]),
		(ALL_FIELDS, [rule("items", "Restricted")], ["title_text", "total", "status", "computed"]),
		(ALL_FIELDS, [rule("margin", "Allowed")], ["title_text", "total", "status", "computed", "items"]),
		(ONLY_ALLOWED, [], []),
		(ONLY_ALLOWED, [rule("total", "Allowed")], ["total"]),
		(
			ONLY_ALLOWED,
			[rule("total", "Read Only"), rule("status", "Masked", "", "Full")],
			["total", "status"],
		),
		(ONLY_ALLOWED, [rule("margin", "Allowed")], []),
		(ONLY_ALLOWED, [rule("items", "Allowed")], ["items"]),
		(ONLY_ALLOWED, [rule("item", "Allowed", "items")], []),
	],
)
def test_modes(mode, rules, expected):
	assert own(sets(*rules, mode=mode)) == expected


def test_t17_only_the_name_is_left_without_rules_in_mode_only_allowed():
	assert sets(mode=ONLY_ALLOWED).readable == ["name"]


def test_standard_fields_follow_the_rules_and_the_name_stays():
	found = sets(rule("owner", "Restricted"), rule("modified", "Restricted"), rule("name", "Restricted"))
	assert found.readable[:4] == ["name", "creation", "modified_by", "docstatus"]
	assert sets(rule("creation", "Allowed"), mode=ONLY_ALLOWED).readable == ["name", "creation"]
	assert not {"owner", "name", "creation"} & set(sets().writable)


@pytest.mark.parametrize(
	("mode", "rules", "expected"),
	[
		(ALL_FIELDS, [rule("rate", "Restricted", "items")], ["name", "item"]),
		(ALL_FIELDS, [rule("cost", "Allowed", "items")], ["name", "item", "rate"]),
		(ONLY_ALLOWED, [rule("items", "Allowed")], ["name", "item", "rate"]),
		(ONLY_ALLOWED, [rule("items", "Allowed"), rule("rate", "Allowed", "items")], ["name", "rate"]),
		(ONLY_ALLOWED, [rule("items", "Allowed"), rule("rate", "Restricted", "items")], ["name", "item"]),
		(ONLY_ALLOWED, [rule("items", "Allowed"), rule("rate", "Read Only", "items")], ["name", "rate"]),
	],
)
def test_t03_rows_of_tables(mode, rules, expected):
	assert rows(sets(*rules, mode=mode)) == expected


def test_what_can_be_written():
	found = sets(rule("total", "Read Only"), rule("title_text", "Masked", "", "Full"))
	assert not {"total", "title_text", "status"} & set(found.writable)
	assert sets(levels=READER).writable == []
	assert "margin" in sets(levels=MANAGER).writable
	read_only_table = sets(rule("items", "Read Only"))
	assert "items" not in read_only_table.writable
	assert not any(f.writable for f in read_only_table.fields["items"].rows.values())
	assert sets(rule("rate", "Read Only", "items")).fields["items"].rows["item"].writable


def test_t04_t09_masked_fields_are_readable_and_nothing_else():
	found = sets(rule("total", "Masked", "", "Full"))
	assert "total" in found.readable and "total" in found.columns and found.masked == ["total"]
	assert "total" not in found.filterable and "total" not in found.writable
	assert "total" not in found.search_fields


def test_a_mask_without_a_style_is_full():
	assert sets(rule("total", "Masked")).fields["total"].mask == "Full"
	assert sets(rule("owner", "Masked")).fields["owner"].mask == "Full"


def test_a_mask_of_frappes_beats_the_profiles():
	levels = UserLevels(frozenset({0}), frozenset({0}), frozenset({("", "total"), ("items", "rate")}))
	found = sets(rule("total", "Masked", "", "Hash"), levels=levels)
	assert found.fields["total"].mask == FRAPPE_MASK and "total" not in found.filterable
	assert found.fields["items"].rows["rate"].mask == FRAPPE_MASK


def test_t12_search_looks_only_in_what_can_be_filtered():
	assert sets().search_fields == ("name", "title_text", "total")
	assert sets(levels=MANAGER).search_fields == ("name", "title_text", "margin", "total")
	assert sets(rule("title_text", "Restricted")).search_fields == ("name", "total")
	assert sets(rule("title_text", "Masked", "", "Full")).title_field is None


def test_a_search_for_a_text_does_not_look_in_dates():
	"""v15 takes the text for a date and breaks: GL Entry, Quotation and invoices name dates among their search fields."""
	dated = replace(
		ORDER,
		fields=(*ORDER.fields, field("day", "Date"), field("at", "Datetime"), field("hour", "Time")),
		search_fields=("title_text", "day", "at", "hour"),
	)
	assert resolve(dated, CHILDREN, CLERK).search_fields == ("name", "title_text")


def test_lists_show_the_title_and_the_columns_of_the_desk():
	assert sets().list_defaults == ["name", "title_text"]
	assert sets(rule("title_text", "Restricted")).list_defaults == ["name"]


def test_computed_fields_are_read_but_not_filtered():
	assert "computed" in sets().readable and "computed" not in sets().filterable


def test_singles_have_no_columns():
	single = MetaDocType("Settings", (field("limit", "Int"),), issingle=True)
	found = resolve(single, {}, CLERK)
	assert found.readable == ["name", "modified", "modified_by", "limit"]
	assert found.filterable == []
