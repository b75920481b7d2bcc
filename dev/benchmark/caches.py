"""What is worth being cached: `python -m dev.benchmark.caches` (`make benchmark`; ENGINE_DB=mariadb for the other lane).

Whole calls through the pipeline, audit entry and its commit included, on the wide DocType of `wide`. Prints a table and
writes build/benchmark/caches-<database>.json.
"""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from dev.benchmark import lane
from dev.benchmark.rounds import Subject, measure

MANAGER = "benchmark.manager@example.com"
"""Has every role."""
READ = "get_generic_document of 100 fields, read"


def subjects() -> dict[str, Subject]:
	"""Reads that are answered from the cache and not; lists of tools and schemas, which are not cached; what a write pays."""
	import frappe

	from dev.benchmark import wide
	from erpnext_mcp.limits import generations
	from erpnext_mcp.mcp_server import kept_answers, pipeline
	from erpnext_mcp.mcp_server.caller import Caller

	caller, manager = Caller(wide.USER, "benchmark"), Caller(MANAGER, "benchmark")
	key = kept_answers._key

	def new_request() -> None:
		frappe.set_user(wide.USER)
		frappe.db.value_cache.clear()

	def manager_request() -> None:
		frappe.set_user(MANAGER)
		frappe.db.value_cache.clear()

	def no_cache() -> None:
		new_request()
		kept_answers._key = lambda *_: None

	def cache() -> None:
		new_request()
		kept_answers._key = key

	def call(tool: str, caller: Caller = caller, **arguments: Any) -> Callable[[], None]:
		def run() -> None:
			answer = pipeline.run(caller, tool, arguments)
			assert answer.error is None, answer.text

		return run

	def changed() -> None:
		generations.changed({wide.DOCTYPE})
		frappe.db.after_commit.run()

	get = call("get_generic_document", doctype=wide.DOCTYPE, name="W000")
	page = call("list_generic_documents", doctype=wide.DOCTYPE, fields=wide.LISTED)
	groups = [{"function": "count"}, {"function": "sum", "field": "field_1"}]
	aggregate = call(
		"aggregate_generic_documents", doctype=wide.DOCTYPE, group_by=["field_4"], aggregates=groups
	)
	return {
		READ: Subject(get, no_cache, calls=30),
		"the same, from the cache": Subject(get, cache, calls=30),
		"list_generic_documents, read": Subject(page, no_cache, calls=30),
		"the same list, from the cache": Subject(page, cache, calls=30),
		"aggregate_generic_documents, read": Subject(aggregate, no_cache, calls=30),
		"the same aggregate, from the cache": Subject(aggregate, cache, calls=30),
		"tools/list, warm: 50 DocTypes that the user's roles open": Subject(
			call("tools/list", manager), manager_request, calls=15
		),
		"the same, 49 of them closed to the user by Frappe": Subject(
			call("tools/list"), new_request, calls=15
		),
		"get_doctype_schema, warm": Subject(
			call("get_doctype_schema", doctype=wide.DOCTYPE), new_request, calls=30
		),
		"a write: new generations, before and after its commit": Subject(changed, new_request),
	}


def build() -> None:
	"""What is measured on, with Cache Documents ticked and no limits."""
	import frappe
	from frappe.permissions import AUTOMATIC_ROLES

	from dev.benchmark import wide
	from erpnext_mcp.policy import store
	from erpnext_mcp.policy.profile import LIMITS

	wide.build()
	settings = frappe.get_doc(store.SETTINGS)
	settings.update(dict.fromkeys(LIMITS, 0) | {"cache_ttl": 3600})
	settings.save()
	roles = frappe.get_all("Role", filters={"disabled": 0, "name": ["not in", AUTOMATIC_ROLES]}, pluck="name")
	frappe.get_doc(
		{
			"doctype": "User",
			"email": MANAGER,
			"first_name": "Manager",
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in roles],
		}
	).insert()
	profile = frappe.get_doc(store.PROFILE, wide.PROFILE)
	profile.append("users", {"user": MANAGER})
	profile.doctype_rules[0].cache_documents = 1
	profile.doctype_rules[0].row_filter = ""
	profile.flags.ignore_validate = True
	profile.save()
	frappe.db.commit()


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--rounds", type=int, default=10)
	rounds: int = parser.parse_args().rounds
	with lane.connected() as db:
		build()
		figures = measure(subjects(), rounds)
	lane.report("caches", db, rounds, figures, READ)
	return 0


if __name__ == "__main__":
	sys.exit(main())
