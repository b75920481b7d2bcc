"""What the policy costs a call: `python -m dev.benchmark.policy` (`make benchmark`; ENGINE_DB=mariadb for the other lane).

Prints a table and writes build/benchmark/policy-<database>.json. On SQLite the engine's Redis is a Python one in the same
process, slower than a real one.
"""

import argparse
import sys

from dev.benchmark import lane
from dev.benchmark.rounds import Subject, measure

GOAL = 300
"""Microseconds for the decision and the field resolution of a warm call."""

LIST = "frappe.get_list of 20 rows"
DECISION = "warm decision"
BOTH = "warm decision and get_list in one request"


def subjects() -> dict[str, Subject]:
	"""Everything that is measured, on the site this thread is connected to."""
	import frappe

	from dev.benchmark import wide
	from erpnext_mcp.mcp_server.spending import READS, Budget
	from erpnext_mcp.policy import field_rules, fields, store
	from erpnext_mcp.policy.grant import grant_for

	def decide() -> None:
		access = grant_for(wide.USER, store.load()).access(wide.DOCTYPE, "read")
		assert 90 < len(access.fields.fields) < 120

	def resolve() -> None:
		meta = fields.meta_value(frappe.get_meta(wide.DOCTYPE))
		rows = {"lines": fields.meta_value(frappe.get_meta(wide.ROW))}
		field_rules.resolve(meta, rows, levels, rule)

	def get_list() -> None:
		assert len(frappe.get_list(wide.DOCTYPE, fields=wide.LISTED, limit=20)) == 20

	def decide_and_list() -> None:
		decide()
		get_list()

	names = ("reads_per_minute", "reads_per_hour", "rows_per_hour")
	limits = dict.fromkeys((*names, *(f"client_{name}" for name in names[:2])), 10**9)
	budget = Budget(wide.USER, "", limits)
	with_client = Budget(wide.USER, "API key of the benchmark", limits)

	def new_request() -> None:
		"""As a request finds the process: nothing kept of the last one."""
		frappe.set_user(wide.USER)
		frappe.db.value_cache.clear()

	def changed() -> None:
		new_request()
		store.changed()
		frappe.db.commit()

	new_request()
	rule = next(p for p in store.load().profiles if p.name == wide.PROFILE).rules[wide.DOCTYPE]
	levels = fields.user_levels(frappe.get_meta(wide.DOCTYPE), wide.USER)
	return {
		LIST: Subject(get_list, new_request),
		"policy.store.load, warm": Subject(store.load),
		DECISION: Subject(decide, new_request, calls=200),
		BOTH: Subject(decide_and_list, new_request),
		"warm decision, again in one request": Subject(decide, calls=200),
		"cold decision: the first after a change": Subject(decide, changed, calls=5),
		"of it: resolving 150 fields under 50 rules": Subject(resolve),
		"limits: a read counted in three windows": Subject(lambda: budget.take(READS)),
		"limits: in five, with those of its client": Subject(lambda: with_client.take(READS)),
	}


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--rounds", type=int, default=15)
	rounds: int = parser.parse_args().rounds
	with lane.connected() as db:
		from dev.benchmark import wide

		wide.build()
		figures = measure(subjects(), rounds)
	lane.report("policy", db, rounds, figures, LIST, goal=GOAL)
	added = figures[BOTH].median - figures[LIST].median
	print(f"\nThe decision adds {added:,.0f} µs to a get_list, which needs the same metas and roles.")
	missed = figures[DECISION].median > GOAL
	print(f"The goal of {GOAL} µs for a warm decision is {'missed' if missed else 'met'}.")
	return 0


if __name__ == "__main__":
	sys.exit(main())
