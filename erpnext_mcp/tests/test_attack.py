"""`mcp attack`: on sound code every attack holds; where the code is broken on purpose, exactly those don't that it lets in; and
nothing is left behind.

The user, his profile and the documents are real, and so is the way of every call. What is broken is the product's own code, one
check at a time.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import frappe
import pytest

from erpnext_mcp import masks
from erpnext_mcp.api import origin
from erpnext_mcp.attack import catalogue, scan, site
from erpnext_mcp.attack.attacker import ATTACK, Attacker, Reply
from erpnext_mcp.attack.catalogue import COVERED, NUMBERS, attacks, run_all
from erpnext_mcp.attack.ground_truth import GroundTruth, canary_text
from erpnext_mcp.attack.target import OPEN, TruthField
from erpnext_mcp.attack.trial import Run, Trial
from erpnext_mcp.attack.verdict import BROKEN, HELD, NOT_TRIED, SUITE, Verdict
from erpnext_mcp.documents import lists, read, write
from erpnext_mcp.errors import NotFound
from erpnext_mcp.limits import limiter
from erpnext_mcp.mcp_server import asking
from erpnext_mcp.mcp_server.tools import (
	count_generic_documents,
	get_doctype_schema,
	list_generic_documents,
	search_generic_documents,
)
from erpnext_mcp.policy import aggregates, binding, change, field_rules, grant, query, written_values

SECRET_SITE = "https://hidden-canary.example.com"
NOISE = {
	"MCP Audit Entry",  # that is where the calls are
	"Error Log",
	"Sessions",
	"Singles",
	"Notification Log",
	"Scheduled Job Log",
}


@pytest.fixture
def attacked(granted, world, changed) -> Iterator[None]:
	"""READER under a profile with everything that the attacks look for."""
	with (
		changed("Customer", world.ALPHA, website=SECRET_SITE),
		granted(
			{
				"Customer": "select read create update delete print comment assign attachments",
				"Territory": "select read",
			},
			fields=[
				("Customer", "website", "Restricted"),
				("Customer", world.LAST_SEEN, "Masked", "Full"),
				("Customer", "credit_limits.credit_limit", "Restricted"),
			],
			conditions=[("Customer", "update", "customer_name", "set")],
			more={
				"Customer": {
					"row_filter": json.dumps([["territory", "=", world.NORTH], ["name", "!=", world.ARABIC]]),
					"ask_delete": 1,
					"ask_bulk": 1,
				}
			},
			restrict_to_mcp=1,
		),
	):
		yield
	binding.forget()
	frappe.db.commit()


@pytest.fixture
def run(world, admin) -> Callable[..., list[Verdict]]:
	"""run(only, user=...) → the verdicts."""

	def run(only: str = "", user: str = world.READER, most: int = 2, **options: Any) -> list[Verdict]:
		frappe.clear_cache()
		profile = frappe.get_all(
			"MCP Profile User", filters={"user": user}, pluck="parent", order_by="parent"
		)
		made = Run(Attacker(user, "Administrator"), GroundTruth(user, profile[-1]), most, **options)
		return run_all(made, [n for n in only.split(",") if n])

	return run


def broken(verdicts: list[Verdict]) -> set[str]:
	return {v.number for v in verdicts if v.state == BROKEN}


def said(verdicts: list[Verdict]) -> str:
	return "\n".join(f"{v.number} {v.state} {v.title}: {v.detail} {v.leaks}" for v in verdicts)


# Sound code


def test_every_attack_holds_that_can_be_tried(attacked, run):
	verdicts = run()
	assert not broken(verdicts), said(verdicts)
	held = {v.number for v in verdicts if v.state == HELD}
	not_tried = {v.number for v in verdicts if v.state == NOT_TRIED}
	assert not_tried <= {"T28", "T61"}, said(verdicts)
	assert held | not_tried | set(COVERED) == set(NUMBERS)
	for verdict in verdicts:
		assert (verdict.judged > 0) == (verdict.state in (HELD, BROKEN))
		assert verdict.sent or verdict.state == SUITE


def test_every_number_of_the_list_is_an_attack_or_left_to_the_suite():
	tried = {a.number for a in attacks()}
	assert tried | set(COVERED) == set(NUMBERS)
	assert not tried & set(COVERED)


@pytest.mark.parametrize("number", COVERED)
def test_what_is_left_to_the_suite_is_there(number):
	_title, tests = COVERED[number]
	for name in tests.split(", "):
		if name.startswith("dev/"):
			continue  # not on a user's bench
		text = Path(__file__).with_name(f"{name}.py").read_text()
		assert number in text or f"_{number.lower()}_" in text, f"{name} does not name {number}"


DEMO = ("analyst@demo.example", "sales.north@demo.example", "clerk@demo.example")


@pytest.mark.parametrize("user", DEMO)
def test_the_demos_profiles_hold(user, run, request, admin):
	if request.getfixturevalue("site").kind == "bench":
		pytest.skip("the demo's users are in the embedded engine only")
	from dev.demo import people
	from dev.demo.profiles import PROFILES

	name = people._ensure_profile(user, PROFILES[user])
	frappe.db.commit()
	try:
		verdicts = run(user=user)
	finally:
		frappe.delete_doc("MCP Permission Profile", name)
		frappe.db.commit()
	assert not broken(verdicts), said(verdicts)
	assert sum(v.state == HELD for v in verdicts) > 25, said(verdicts)


# Broken code

real_rows = grant.row_filter
real_search = lists.search_documents
real_schema = get_doctype_schema.get_schema
real_access = grant.Grant.access


def any_field(self, fieldname, child_doctype):
	return query.Field(str(fieldname), str(fieldname), "")


def any_order(order_by, allowed):
	terms = [term.split() for term in (order_by or "").split(",") if term.split()]
	return tuple((words[0], words[1] if len(words) > 1 else "asc") for words in terms)


def writable_as_sent(key, fields, argument, sets):
	return fields.get(key) or query.Field(key, key, "Data", writable=True)


def told_reason(reason=""):
	return NotFound(f"Not for you: {reason}.")


def whole_schema(access, is_known):
	answer = real_schema(access, is_known)
	names = [df.fieldname for df in frappe.get_meta(access.doctype).fields]
	return answer | {"fields": [{"fieldname": name, "type": "Data"} for name in names]}


def count_all(access, filters, or_filters):
	given = {f.fieldname: ["in" if isinstance(f.value, list) else "=", f.value] for f in filters}
	return {"doctype": access.doctype, "count": frappe.db.count(access.doctype, given)}


def search_hidden(access, term, fields, limit):
	shown = access.fields.fields
	website = query.Field("website", "Website", "Data")
	sets = replace(access.fields, fields={**shown, "website": website}, search_fields=("name", "website"))
	return real_search(replace(access, fields=sets), term, fields, limit)


def access_that_says(self, doctype, *wanted):
	if not frappe.db.exists("DocType", doctype):
		raise NotFound("There is no DocType of this name.")
	return real_access(self, doctype, *wanted)


CONTROL = "T01,T04,T11,T12,T27,T30,T40,T42,T45,T57"
"""Attacks that are made on every mutant, beside those that it lets in."""

SHOWN = "T01,T02,T03,T18,T22,T65"
"""Attacks whose answers show whole documents."""

MUTANTS: dict[str, tuple[Any, str, Any, str]] = {
	"restricted fields are shown": (
		field_rules,
		"_hidden",
		lambda rule, only_allowed: False,
		f"{SHOWN},T04,T05,T09,T13,T21,T66",
	),
	"masks are off": (masks, "mask", lambda style, value, key: str(value or ""), SHOWN),
	"the row filter is dropped": (
		grant,
		"row_filter",
		lambda doctype, text, user: (),
		"T01,T11,T12,T13,T15,T17,T18,T57,T65,T68",
	),
	"filters are not checked": (query._Parser, "field", any_field, "T03,T04,T10"),
	"orders are not checked": (list_generic_documents, "parse_order_by", any_order, "T05,T10,T43"),
	"aggregates are not checked": (aggregates, "check_field", lambda f, *rest: f, "T05,T09"),
	"the schema has all fields": (get_doctype_schema, "get_schema", whole_schema, "T13"),
	"any key can be written": (change, "_writable", writable_as_sent, "T20,T21,T26"),
	"masks can be written": (written_values, "is_mask", lambda value: False, "T27"),
	"closed DocTypes are told from missing ones": (grant.Grant, "access", access_that_says, "T13,T55"),
	"invisible documents are told from missing ones": (
		read,
		"document_not_found",
		told_reason,
		"T13,T15,T68",
	),
	"counts go around the rows": (count_generic_documents, "count_documents", count_all, "T11,T15"),
	"searches look into a hidden field": (
		search_generic_documents,
		"search_documents",
		search_hidden,
		"T12",
	),
	"nobody is asked": (asking, "require", lambda *a, **k: None, "T42"),
	"versions are not compared": (write, "same_state", lambda doc, version: True, "T30"),
	"any page may call": (origin, "allowed", lambda *a: True, "T44,T45"),
	"keys are not bound": (binding, "is_bound", lambda *a: False, "T40"),
	"limits are not checked": (
		list_generic_documents,
		"limit_of",
		lambda context, arguments: int(arguments.get("limit", 20)),
		"T57",
	),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_what_is_broken_is_found_and_nothing_else(mutant, attacked, run, monkeypatch):
	if frappe.db.db_type == "sqlite":
		pytest.skip("tried on MariaDB, as most sites have it: a minute less in CI")
	where, name, mutated, expected = MUTANTS[mutant]
	monkeypatch.setattr(where, name, mutated)
	try:
		verdicts = run(f"{expected},{CONTROL}")
	finally:
		monkeypatch.undo()
		frappe.clear_cache()
		frappe.db.commit()
	assert broken(verdicts) == set(expected.split(",")), said(verdicts)


# Nothing is left behind


def state() -> dict[str, Any]:
	"""Rows and last change of every table, counters, and what Redis holds of ours."""
	frappe.db.rollback()
	found: dict[str, Any] = {}
	for table in frappe.db.get_tables(cached=False):
		doctype = table.removeprefix("tab")
		if table.startswith("tab") and doctype not in NOISE:
			last = ", max(modified)" if "modified" in frappe.db.get_table_columns(doctype) else ""
			found[doctype] = frappe.db.sql(f"select count(*){last} from `{table}`")[0]
	found["Series"] = frappe.db.sql("select name, current from `tabSeries` order by 1")
	kinds = ("reads", "writes", "rows", "refusals", "client", "simulations")
	found["redis"] = sorted(
		(key, str(frappe.cache.get(key)) if frappe.cache.type(key) == b"string" else "")
		for kind in kinds
		for key in map(bytes.decode, frappe.cache.keys(frappe.cache.make_key(f"erpnext_mcp:{kind}") + b"*"))
	)
	return found


def files() -> set[str]:
	folders = [frappe.get_site_path(kind, "files") for kind in ("public", "private")]
	return {str(path) for folder in folders for path in Path(folder).rglob("*")}


def test_nothing_is_left_behind_but_entries(attacked, run, world, call):
	call(world.READER, "test_connection")  # whatever is made once
	frappe.clear_cache()
	before, files_before = state(), files()
	run()
	assert files() == files_before
	after = state()
	assert {k: (before.get(k), v) for k, v in after.items() if before.get(k) != v} == {}


def test_every_call_is_an_entry_that_says_that_it_was_an_attack(attacked, run, world):
	before = frappe.db.count("MCP Audit Entry")
	verdicts = run("T01,T34")
	frappe.db.rollback()
	made = frappe.get_all(
		"MCP Audit Entry",
		fields=["user", "simulated_user", "transport"],
		order_by="timestamp desc, creation desc",
		limit=frappe.db.count("MCP Audit Entry") - before,
	)
	assert len(made) == sum(v.calls for v in verdicts)
	assert {(e.user, e.simulated_user, e.transport) for e in made} == {
		("Administrator", world.READER, ATTACK)
	}


def test_a_user_is_neither_limited_nor_suspended_by_it(attacked, run, changed, world, call):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", suspend_after=3, reads_per_minute=2):
		limiter.forget(f"erpnext_mcp:reads:minute:{world.READER}")
		assert not broken(run("T01,T04"))
		assert call(world.READER, "test_connection").content["status"] == "ok"
		assert not frappe.db.exists("MCP Suspension", {"user": world.READER, "lifted": 0})
		limiter.forget(f"erpnext_mcp:reads:minute:{world.READER}")


# The command


def test_the_command_tells_people(attacked, command, world):
	result = command("attack", "--as", world.READER, "--only", "T01,t04,T28,T14", "--most", "1")
	assert result.exit_code == 0, result.output
	assert "T01  held" in result.output and "T28  not tried" in result.output
	assert "T14  Reading around" in result.output
	assert "T05" not in result.output
	assert SECRET_SITE not in result.output


def test_the_command_tells_machines_and_fails_where_something_did_not_hold(
	attacked, command, world, monkeypatch
):
	monkeypatch.setattr(field_rules, "_hidden", lambda rule, only_allowed: False)
	frappe.clear_cache()
	try:
		result = command(
			"attack", "--as", world.READER, "--only", "T04", "--json", "--verbose", "--most", "3"
		)
	finally:
		monkeypatch.undo()
		frappe.clear_cache()
		frappe.db.commit()
	assert result.exit_code == 1, result.stdout

	told = json.loads(result.stdout)
	(attack,) = told["attacks"]
	assert attack["state"] == BROKEN and "Customer.website" in " ".join(attack["leaks"])
	assert told["counts"] == {BROKEN: 1, HELD: 0, NOT_TRIED: 0, SUITE: 0}
	assert {c["tool"] for c in told["calls"]} >= {"list_generic_documents", "count_generic_documents"}
	assert all(frappe.db.exists("MCP Audit Entry", c["entry"]) for c in told["calls"])
	assert SECRET_SITE not in result.output


@pytest.mark.parametrize(
	("arguments", "says"),
	[
		(("--as", "no.one@example.com"), "There is no user"),
		(("--as", "mcp.stranger@example.com"), "No call of"),
		(("--as", "Administrator"), "No call of"),
		(("--as", "mcp.reader@example.com", "--only", "T99"), "no attack T99"),
	],
)
def test_where_nothing_can_be_tried_it_says_so(command, world, arguments, says):
	result = command("attack", *arguments)
	assert result.exit_code == 2
	assert says in result.stderr


def test_read_only_leaves_the_writes_out(attacked, run):
	verdicts = run("T20,T21,T42,T01", read_only=True)
	states = {v.number: v.state for v in verdicts}
	assert states == {"T01": HELD, "T20": NOT_TRIED, "T21": NOT_TRIED, "T42": NOT_TRIED}
	assert all("--read-only" in v.detail for v in verdicts if v.state == NOT_TRIED)


# What is honest


def test_an_attack_that_proves_nothing_has_not_held(attacked, run, world):
	class Deaf:
		user, entries = world.READER, ()

		def call(self, tool, arguments, **options):
			return Reply(tool, arguments, {"code": "timeout", "message": "late"}, "{}", "timeout")

	made = Run(Deaf(), GroundTruth(world.READER, world.PROFILE), 1)
	for attack in attacks():
		if attack.number in ("T01", "T04", "T05", "T09", "T12", "T33"):
			trial = Trial(made, attack.number, attack.title)
			attack.attempt(trial)
			assert trial.verdict().state == NOT_TRIED, attack
			assert "timeout" in trial.verdict().detail


def test_an_attack_that_breaks_off_has_not_held(attacked, run, monkeypatch):
	def gone(*arguments):
		raise frappe.DoesNotExistError("deleted meanwhile")

	monkeypatch.setattr(site, "values_of", gone)
	(verdict,) = run("T22")
	assert verdict.state == NOT_TRIED
	assert verdict.detail == "broken off after 0 answers: DoesNotExistError"


def test_the_ground_truth_does_not_read_the_policy():
	source = Path(catalogue.__file__).with_name("ground_truth.py").read_text()
	assert "erpnext_mcp.policy" not in source and "erpnext_mcp.documents" not in source
	source = Path(scan.__file__).read_text()
	assert "erpnext_mcp.policy" not in source and "erpnext_mcp.masks" not in source


@pytest.mark.parametrize(
	("fieldtype", "value", "canary"),
	[
		("Data", "abc", ""),
		("Data", "abcdef", "abcdef"),
		("Currency", 4711.5, "4711.5"),
		("Currency", 12.5, ""),
		("Currency", 100000.0, ""),
		("Date", "2026-01-01", ""),
		("Check", 1, ""),
		("Data", None, ""),
	],
)
def test_values_that_can_be_recognised(fieldtype, value, canary):
	assert canary_text(TruthField("x", fieldtype, OPEN), value) == canary
