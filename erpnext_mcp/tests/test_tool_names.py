"""T41: names of tools of one DocType, and how they are found again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp.mcp_server.registry import TOOLS
from erpnext_mcp.policy.tool_names import (
	LONGEST_NAME,
	LONGEST_SLUG,
	RESERVED,
	VERBS,
	assign,
	assign_all,
	parse,
	tool_name,
)

NAME = re.compile(r"[a-z0-9_]+", re.ASCII)
DOCTYPES = st.one_of(
	st.sampled_from(
		["Customer X", "Customer_X", "Customer-X", "customer x", "Customer  X", "Generic", "generic", "عميل"]
	),
	st.text(min_size=1, max_size=140),
	st.text("AaBb _-/é", min_size=1, max_size=6),
)


@pytest.mark.parametrize(
	("doctype", "slug"),
	[
		("Customer", "customer"),
		("POS Invoice", "pos_invoice"),
		("GL Entry", "gl_entry"),
		("BOM", "bom"),
		("UOM", "uom"),
		("Sales Taxes and Charges Template", "sales_taxes_and_charges_template"),
		("In/Out Log", "in_out_log"),
		("3D Part", "3d_part"),
	],
)
def test_plain_names_are_plain(doctype, slug):
	assert assign(doctype, ()) == slug
	assert parse(f"get_{slug}_document") == ("get", slug)
	assert parse(f"list_{slug}_documents") == ("list", slug)


@pytest.mark.parametrize(
	("doctype", "pattern"),
	[
		("Generic", r"generic_[0-9a-f]{8}"),
		("generic ", r"generic_[0-9a-f]{8}"),
		("شركة", r"doctype_[0-9a-f]{8}"),
		("Größe", r"gr_e_[0-9a-f]{8}"),
		("//", r"doctype_[0-9a-f]{8}"),
		("Very " * 20 + "Long", r"very_[a-z_]+_[0-9a-f]{8}"),
	],
)
def test_others_get_a_hash(doctype, pattern):
	slug = assign(doctype, ())
	assert re.fullmatch(pattern, slug) and len(slug) <= LONGEST_SLUG
	assert assign(doctype, ()) == slug, "the same wherever it is given"


@given(DOCTYPES)
def test_every_name_is_a_good_one(doctype):
	slug = assign(doctype, ())
	names = {tool_name(verb, slug) for verb in VERBS}
	assert len(names) == len(VERBS)
	for verb in VERBS:
		name = tool_name(verb, slug)
		assert NAME.fullmatch(name) and len(name) <= LONGEST_NAME
		assert parse(name) == (verb, slug)
	assert names.isdisjoint(TOOLS) and slug not in RESERVED


@given(st.lists(st.tuples(DOCTYPES, st.booleans()), unique_by=lambda d: d[0], max_size=12), st.data())
def test_slugs_are_distinct_and_never_change(doctypes, data):
	"""In whatever portions and order the DocTypes come."""
	known: dict[str, str] = {}
	while doctypes:
		size = data.draw(st.integers(1, len(doctypes)))
		portion = dict(data.draw(st.permutations(doctypes))[:size])
		given_now = assign_all(portion, known)
		assert set(given_now) == set(portion)
		for doctype, slug in given_now.items():
			assert slug or not portion[doctype]
			assert doctype not in known or known[doctype] == slug
			if slug:
				known[doctype] = slug
		assert len(set(known.values())) == len(known)
		doctypes = [d for d in doctypes if d[0] not in known and portion.get(d[0], True)]


def test_a_slug_given_twice_by_two_saves_at_once_is_mended():
	known = {"Customer X": "customer_x", "Customer-X": "customer_x"}
	slugs = assign_all({"Customer-X": True, "Customer X": True}, known)
	assert slugs["Customer X"] == "customer_x"
	assert re.fullmatch(r"customer_x_[0-9a-f]{8}", slugs["Customer-X"])


@pytest.mark.parametrize(
	"name",
	[
		"",
		"get_customer_documents",
		"list_customer_document",
		"get__document",
		"drop_customer_document",
		"get_Customer_document",
		"get_customer_document\n",
		"get_k\u0661_document",
		"get_" + "x" * 60 + "_document",
	],
)
def test_what_is_no_such_name(name):
	assert parse(name) is None


def test_no_tool_for_all_doctypes_can_be_mistaken_for_one_of_a_doctype():
	for name in TOOLS:
		parsed = parse(name)
		assert parsed is None or parsed[1] in RESERVED, f"{name}: reserve {parsed} in policy.tool_names"
