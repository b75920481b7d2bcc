"""What a write costs beside Frappe's own: `python -m dev.benchmark.writes` (`make benchmark`; ENGINE_DB=mariadb for the other lane).

Prints a table and writes build/benchmark/writes-<database>.json.
"""

import argparse
import itertools
import sys

from dev.benchmark import lane
from dev.benchmark.rounds import Subject, measure

USER = "benchmark.writer@example.com"
PROFILE = "Benchmark Writes"
INSERT = "frappe: insert and commit"


def subjects() -> dict[str, Subject]:
	"""Creating and updating a Customer: by Frappe alone, through the pipeline, and tried with dry_run."""
	import frappe

	from erpnext_mcp.mcp_server import pipeline
	from erpnext_mcp.mcp_server.caller import Caller

	numbers = itertools.count()
	caller = Caller(USER, "benchmark")

	def data() -> dict:
		return {"customer_name": f"Benchmark {next(numbers)}", "customer_type": "Company"}

	def call(tool: str, **arguments) -> dict:
		answer = pipeline.run(caller, tool, {"doctype": "Customer", **arguments})
		assert answer.error is None, answer.text
		return answer.content

	def insert() -> None:
		frappe.get_doc({"doctype": "Customer", **data()}).insert()
		frappe.db.commit()

	def save() -> None:
		doc = frappe.get_doc("Customer", name)
		doc.customer_details = f"{next(numbers)}"
		doc.save()
		frappe.db.commit()

	def update(**more) -> None:
		call("update_generic_document", name=name, data={"customer_details": f"{next(numbers)}"}, **more)

	def new_request() -> None:
		frappe.set_user(USER)

	new_request()
	name = call("create_generic_document", data=data())["name"]
	return {
		INSERT: Subject(insert, new_request, calls=20),
		"create_generic_document": Subject(
			lambda: call("create_generic_document", data=data()), new_request, calls=20
		),
		"create_generic_document, dry_run": Subject(
			lambda: call("create_generic_document", data=data(), dry_run=True), new_request, calls=20
		),
		"frappe: get_doc, save and commit": Subject(save, new_request, calls=20),
		"update_generic_document": Subject(update, new_request, calls=20),
		"update_generic_document, dry_run": Subject(lambda: update(dry_run=True), new_request, calls=20),
	}


def build() -> None:
	"""A user who may write customers, and his profile."""
	import frappe

	frappe.get_doc(
		{
			"doctype": "User",
			"email": USER,
			"first_name": "Benchmark",
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in ("Sales User", "Sales Master Manager")],
		}
	).insert()
	rule = {"document_type": "Customer", "can_read": 1, "can_create": 1, "can_update": 1}
	frappe.get_doc(
		{
			"doctype": "MCP Permission Profile",
			"profile_name": PROFILE,
			"users": [{"user": USER}],
			"doctype_rules": [rule],
		}
	).insert()
	frappe.db.commit()


def main() -> int:
	parser = argparse.ArgumentParser(description=__doc__)
	parser.add_argument("--rounds", type=int, default=10)
	rounds: int = parser.parse_args().rounds
	with lane.connected() as db:
		build()
		figures = measure(subjects(), rounds)
	lane.report("writes", db, rounds, figures, INSERT)
	return 0


if __name__ == "__main__":
	sys.exit(main())
