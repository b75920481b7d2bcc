"""Non-interference (T01 to T15, T66, T70): what a caller may not know has no influence on anything he is told.

For random rules, users, documents and calls: two data sets that differ only in hidden values or in documents that don't
exist for the caller give the same answers, errors, counts and order; masked values are equal up to the mask.
"""

import os
from collections import Counter

import frappe
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from erpnext_mcp.policy import store
from erpnext_mcp.tests.noninterference import parcels
from erpnext_mcp.tests.noninterference.asking import check
from erpnext_mcp.tests.noninterference.calls import (
	AGGREGATE,
	COUNT,
	EXPLAIN,
	GET,
	LIST,
	PERMISSIONS,
	SCHEMA,
	SEARCH,
)
from erpnext_mcp.tests.noninterference.strategies import Case, cases

TIMES = int(os.environ.get("NONINTERFERENCE_TIMES", "1"))
"""Above 1: that many times the examples, other ones in every run. At 1 every run has the same."""

EXAMPLES = {
	(LIST,): 800,
	(GET,): 350,
	(SEARCH,): 200,
	(COUNT,): 250,
	(AGGREGATE,): 350,
	(SCHEMA, PERMISSIONS, EXPLAIN): 150,
}
"""By tools. One example is one user under one rule with two data sets, asked two calls of these tools on each."""

checked: Counter[str] = Counter()
"""Examples that ran to their end, and calls that were compared."""


def in_examples(number: int):
	return settings(
		max_examples=number * TIMES,
		derandomize=TIMES == 1,
		deadline=None,
		database=None,
		report_multiple_bugs=False,
		phases=(Phase.explicit, Phase.generate, Phase.shrink),
		suppress_health_check=list(HealthCheck),
	)


@pytest.fixture(scope="module")
def site_settings(site):
	"""The site's settings, with the parcels in place."""
	parcels.build()
	yield store.read().settings
	parcels.destroy()


@pytest.mark.parametrize("tools", EXAMPLES, ids=lambda tools: tools[0])
def test_what_is_hidden_has_no_influence(site_settings, tools: tuple[str, ...]):
	@in_examples(EXAMPLES[tools])
	@given(cases(tools))
	def property(case: Case) -> None:
		check(case, site_settings)
		checked["examples"] += 1
		checked["calls"] += len(case.calls)

	property()
