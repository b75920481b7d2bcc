"""Non-interference (T01 to T15, T66, T70): what a caller may not know has no influence on anything he is told.

For random rules, users, documents and calls: two data sets that differ only in hidden values or in documents that don't
exist for the caller give the same answers, errors, counts and order; masked values are equal up to the mask.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import frappe
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from erpnext_mcp.access import Field
from erpnext_mcp.policy import field_rules, query, store
from erpnext_mcp.policy.profile import RESTRICTED, DocTypeRule, FieldRule
from erpnext_mcp.tests.noninterference import parcels
from erpnext_mcp.tests.noninterference.asking import PROFILE, asking, asking_pipeline, check
from erpnext_mcp.tests.noninterference.calls import (
	AGGREGATE,
	COUNT,
	EXPLAIN,
	GET,
	LIST,
	OWN_FIELDS,
	PERMISSIONS,
	SCHEMA,
	SEARCH,
)
from erpnext_mcp.tests.noninterference.model import ROW_FILTERS, exists, view_of
from erpnext_mcp.tests.noninterference.parcels import EXTRAS, ITEMS, PARCEL, ROW, SEARCHED, USERS
from erpnext_mcp.tests.noninterference.strategies import Case, Dice, cases, parcel

TIMES = int(os.environ.get("NONINTERFERENCE_TIMES", "1"))
"""Above 1: that many times the examples, other ones in every run. At 1 every run has the same."""

EXAMPLES = {
	(LIST,): 1000,
	(GET,): 450,
	(SEARCH,): 300,
	(COUNT,): 550,
	(AGGREGATE,): 500,
	(SCHEMA, PERMISSIONS, EXPLAIN): 200,
}
"""By tools. One example is one user under one rule with two data sets, asked two calls of these tools on each."""

completed: Counter[tuple[str, ...]] = Counter()
"""Examples of the property that ran to their end, by tools."""

TOOLS = (LIST, GET, SEARCH, COUNT, AGGREGATE, SCHEMA, PERMISSIONS, EXPLAIN)


def in_examples(number: int, *phases: Phase):
	return settings(
		max_examples=number * TIMES,
		derandomize=TIMES == 1,
		deadline=None,
		database=None,
		report_multiple_bugs=False,
		phases=phases or (Phase.generate, Phase.shrink),
		suppress_health_check=list(HealthCheck),
	)


@pytest.fixture(scope="module")
def site_settings(site):
	"""The site's settings, with the parcels in place."""
	parcels.build()
	yield store.read().settings
	frappe.delete_doc_if_exists("MCP Permission Profile", PROFILE)
	parcels.destroy()


@pytest.mark.parametrize("tools", EXAMPLES, ids=lambda tools: tools[0])
def test_what_is_hidden_has_no_influence(site_settings, tools: tuple[str, ...]):
	@in_examples(EXAMPLES[tools])
	@given(cases(tools))
	def has_no_influence(case: Case) -> None:
		check(case, asking(case, site_settings))
		completed[tools] += 1

	has_no_influence()


def test_what_is_hidden_has_no_influence_through_the_pipeline(site_settings):
	"""With saved profiles and committed documents, transactions, audit and all."""

	@in_examples(20)
	@given(cases(TOOLS, number_of_calls=6))
	def has_no_influence(case: Case) -> None:
		check(case, asking_pipeline(case))

	has_no_influence()


def test_there_were_enough_examples():
	"""Counted as they ran, not as they were asked for."""
	if set(completed) != set(EXAMPLES):
		pytest.skip("not all of them were run")
	assert completed.total() >= 2000


def test_t11_exactly_what_exists_is_listed_counted_and_read(site_settings):
	"""The model that the property rests on is the engine's own: same rows, same fields, same masks."""

	@in_examples(120)
	@given(cases((LIST,), number_of_calls=0))
	def agrees(case: Case) -> None:
		rule = replace(case.rule, operations=frozenset({"read"}), max_rows=0)
		named = {"doctype": PARCEL}
		calls = [(LIST, {**named, "limit": 50}), (COUNT, named), (PERMISSIONS, named)]
		calls += [(GET, {**named, "name": p["name"]}) for p in case.parcels]
		case = replace(case, rule=rule, calls=calls)
		listed, counted, permissions, *read = asking(case, site_settings)(case.parcels)

		there = {p["name"] for p in case.parcels if exists(p, case.user, case.row_filter)}
		assert {d["name"] for d in listed["documents"]} == there
		assert counted["count"] == len(there)
		assert {a["name"] for a in read if "error" not in a} == there

		view = view_of(case.user, rule)
		assert set(permissions["fields"]["readable"]) == {"name", *view.fields, *view.rows}
		assert set(permissions["fields"]["masked"]) == {f for f, style in view.fields.items() if style}
		for answer in read:
			for table, shown in view.rows.items():
				for row in answer.get("document", {}).get(table, ()):
					assert set(row) == {"name", *shown}

	agrees()


@pytest.mark.parametrize("hidden", [ITEMS, EXTRAS])
def test_t03_t04_rows_of_a_hidden_table_are_not_reached_by_another_of_its_kind(site_settings, hidden):
	"""The engine joins the first table of a kind (v16) or all of them (v15), whichever the caller can see."""
	rule = DocTypeRule(PARCEL, frozenset({"read"}), field_rules=(FieldRule(hidden, RESTRICTED),))
	one, other = parcel("P00", Dice(b"")), parcel("P00", Dice(b""))
	other[hidden] = [{"name": "r", "part": "alpha", "price": 1, "pieces": 1, "margin": 1, "marker": "x"}]
	call = (COUNT, {"doctype": PARCEL, "filters": [[ROW, "part", "=", "alpha"]]})
	inside = next(user for user in USERS if user.inside and not user.depots)
	case = Case(inside, rule, ROW_FILTERS[0], [one], [other], [call])
	answers = asking(case, site_settings)
	assert answers([one]) == answers([other])
	assert answers([other])[0]["error"]["code"] == "invalid_arguments"


# The property can fail: with any one check taken away, examples are found that tell the data sets apart.


def without_field_checks_in_filters(patch) -> None:
	"""T04."""

	original = query._Parser.field

	def field(self, fieldname, child_doctype):
		if fieldname not in OWN_FIELDS or fieldname in self.sets.fields:
			return original(self, fieldname, child_doctype)
		return Field(fieldname, fieldname, "Data")

	patch.setattr(query._Parser, "field", field)


def without_field_checks_in_order_by(patch) -> None:
	"""T05."""
	from erpnext_mcp.mcp_server.tools import list_generic_documents

	patch.setattr(
		list_generic_documents,
		"parse_order_by",
		lambda order_by, allowed: query.parse_order_by(order_by, [*OWN_FIELDS, *allowed]),
	)


def without_masks_in_aggregates(patch) -> None:
	"""T09."""
	from erpnext_mcp.mcp_server.tools import aggregate_generic_documents

	original = aggregate_generic_documents.parse_aggregates

	def parse_aggregates(aggregates, group_by, sets):
		unmasked = {name: replace(field, mask="") for name, field in sets.fields.items()}
		return original(aggregates, group_by, replace(sets, fields=unmasked))

	patch.setattr(aggregate_generic_documents, "parse_aggregates", parse_aggregates)


def without_row_filter_in_counts(patch) -> None:
	"""T11."""
	from erpnext_mcp.mcp_server.tools import count_generic_documents

	original = count_generic_documents.count_documents
	patch.setattr(
		count_generic_documents,
		"count_documents",
		lambda access, *filters: original(replace(access, row_filter=()), *filters),
	)


def without_user_permissions_in_lists(patch) -> None:
	"""T14."""
	original = frappe.get_list
	patch.setattr(
		frappe, "get_list", lambda *names, **values: original(*names, **values, ignore_permissions=True)
	)


def without_field_checks_in_searches(patch) -> None:
	"""T12."""
	from erpnext_mcp.mcp_server.tools import search_generic_documents

	original = search_generic_documents.search_documents

	def search_documents(access, *arguments):
		known = {f: Field(f, f, "Data") for f in SEARCHED} | access.fields.fields
		fields = replace(access.fields, fields=known, search_fields=("name", *SEARCHED))
		return original(replace(access, fields=fields), *arguments)

	patch.setattr(search_generic_documents, "search_documents", search_documents)


def without_rules_in_rows(patch) -> None:
	"""T03."""
	original = field_rules._rows
	patch.setattr(field_rules, "_rows", lambda meta, rules, *rest: original(meta, {}, *rest))


MUTANTS: list[tuple[Callable, str]] = [
	(without_field_checks_in_filters, COUNT),
	(without_field_checks_in_order_by, LIST),
	(without_masks_in_aggregates, AGGREGATE),
	(without_row_filter_in_counts, COUNT),
	(without_user_permissions_in_lists, LIST),
	(without_field_checks_in_searches, SEARCH),
	(without_rules_in_rows, GET),
]


@pytest.mark.parametrize(("mutate", "tool"), MUTANTS, ids=[m.__name__ for m, _ in MUTANTS])
def test_the_property_fails_without(site_settings, monkeypatch, mutate: Callable, tool: str):
	@in_examples(500, Phase.generate)
	@given(cases((tool,)))
	def has_no_influence(case: Case) -> None:
		check(case, asking(case, site_settings))

	mutate(monkeypatch)
	with pytest.raises(AssertionError, match=r"tells (the data sets apart|more than its mask)"):
		has_no_influence()
