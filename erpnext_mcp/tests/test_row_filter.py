"""Row filters: how they are read and bound, by tables over the pure part."""

import pytest

from erpnext_mcp.access import Filter
from erpnext_mcp.policy.field_rules import MetaDocType
from erpnext_mcp.policy.row_filter import bind, parse
from erpnext_mcp.tests.test_field_rules import field

CUSTOMER = MetaDocType(
	"Customer",
	(
		field("territory", "Link"),
		field("company"),
		field("disabled", "Check"),
		field("opened", "Date"),
		field("secret", permlevel=1),
		field("computed", stored=False),
		field("rows", "Table", options="Row"),
	),
)
DEFAULTS = {"company": ["Acme"], "territory": ["North", "South"], "empty": []}


def bound(text: str):
	return bind(parse(text, CUSTOMER), "ann@example.com", "2026-11-22", lambda key: DEFAULTS.get(key, []))


@pytest.mark.parametrize(
	("text", "expected"),
	[
		("", ()),
		('{"disabled": 0}', (Filter("disabled", "=", 0),)),
		('[["disabled", "=", "0"]]', (Filter("disabled", "=", 0),)),
		('{"owner": "{{user}}"}', (Filter("owner", "=", "ann@example.com"),)),
		('{"opened": ["<=", "{{ today }}"]}', (Filter("opened", "<=", "2026-11-22"),)),
		('{"company": "{{defaults.company}}"}', (Filter("company", "=", "Acme"),)),
		('{"territory": "{{defaults.territory}}"}', (Filter("territory", "in", ["North", "South"]),)),
		(
			'{"territory": ["!=", "{{defaults.territory}}"]}',
			(Filter("territory", "not in", ["North", "South"]),),
		),
		(
			'{"territory": ["in", ["East", "{{defaults.territory}}"]]}',
			(Filter("territory", "in", ["East", "North", "South"]),),
		),
		('{"disabled": ["between", [0, 1]]}', (Filter("disabled", ">=", 0), Filter("disabled", "<=", 1))),
		('{"company": "{{defaults.empty}}"}', None),
		('{"company": "{{defaults.nowhere}}"}', None),
		('[["territory", ">", "{{defaults.territory}}"]]', None),
	],
)
def test_what_a_filter_means_for_a_user(text, expected):
	assert bound(text) == expected


@pytest.mark.parametrize(
	("text", "said"),
	[
		("territory = 1", "not JSON"),
		("{}", "no effect"),
		('{"nowhere": 1}', "can't filter by nowhere"),
		('{"secret": 1}', "can't filter by secret"),
		('{"computed": 1}', "can't filter by computed"),
		('{"rows": 1}', "can't filter by rows"),
		('[["Row", "item", "=", 1]]', "own|only"),
		('[["disabled", "=", 0], "or", ["disabled", "=", 1]]', "all hold"),
		('{"disabled": "maybe"}', "takes a number"),
		('{"opened": "tomorrow"}', "takes a date"),
		('{"owner": "{{usr}}"}', "is no placeholder"),
		('{"owner": "x{{user}}"}', "is no placeholder"),
		('{"owner": ["like", "{{user}}"]}', "takes no placeholder"),
		('{"owner": "{{ frappe.session.user }}"}', "is no placeholder"),
	],
)
def test_what_is_wrong_with_a_filter_is_said(text, said):
	with pytest.raises(ValueError, match=said):
		parse(text, CUSTOMER)


def test_a_value_is_never_part_of_the_text():
	"""A user's default that looks like a filter or a placeholder stays a value."""
	nasty = '"]], ["owner", "=", "{{user}}'
	found = bind(parse('{"company": "{{defaults.company}}"}', CUSTOMER), "u", "t", lambda key: [nasty])
	assert found == (Filter("company", "=", nasty),)
