"""The proof of the audit: whoever changes it behind the app's back is named (T54)."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp.api import jobs
from erpnext_mcp.audit import chain, keys, retention, seal, table, verify
from erpnext_mcp.audit import entry as audit
from erpnext_mcp.tests import audits

ENTRY, SEAL = "`tabMCP Audit Entry`", "`tabMCP Audit Seal`"


def problem(**kwargs) -> str:
	"""What verification says; empty when it finds nothing."""
	return verify.verify(**kwargs).problem or ""


def in_thread(site, function: Callable[[], object]) -> object:
	"""The result of a function on another connection to the site."""

	def run() -> object:
		frappe.init(site.name, force=True)
		frappe.connect()
		try:
			return function()
		finally:
			frappe.destroy()

	with ThreadPoolExecutor(1) as pool:
		return pool.submit(run).result()


def test_what_was_written_is_sealed_and_verifies(fresh_audit):
	names = audits.write(3)
	assert [audits.seal_of(name) for name in names] == [None] * 3
	verdict = verify.verify()
	assert (verdict.problem, verdict.seals, verdict.unsealed) == (None, 0, 3)
	done = seal.seal()
	assert (done.seals, done.entries, done.foreign) == (1, 3, 0)
	assert [audits.seal_of(name) for name in names] == ["1"] * 3
	assert seal.seal().seals == 0, "there is nothing new"
	audits.write(2)
	jobs.seal_audit()
	verdict = verify.verify()
	assert (verdict.problem, verdict.seals, verdict.entries, verdict.unsealed) == (None, 2, 5, 0)
	first, second = (s for _, s in table.seals(0, 10))
	assert second.previous == first.mac and not first.previous
	assert (first.entry_count, second.entry_count) == (3, 2)


def test_a_backlog_is_sealed_in_pieces_the_oldest_first(fresh_audit, monkeypatch):
	monkeypatch.setattr(seal, "ENTRIES_PER_SEAL", 4)
	names = [name for _ in range(10) for name in audits.write(1)]
	told: list[int] = []
	done = seal.seal(told.append)
	assert (done.seals, done.entries, told) == (3, 10, [4, 4, 2])
	assert [audits.seal_of(name) for name in names] == ["1"] * 4 + ["2"] * 4 + ["3"] * 2
	monkeypatch.setattr(verify, "SEALS_PER_PAGE", 2)
	monkeypatch.setattr(verify, "ENTRIES_PER_PAGE", 3)
	verdict = verify.verify()
	assert (verdict.problem, verdict.seals, verdict.entries) == (None, 3, 10)


def test_calls_of_the_pipeline_verify(fresh_audit, call, world):
	call(world.READER, "list_generic_documents", doctype="Customer")
	call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere \u202e|\n")
	call(world.STRANGER, "list_doctypes")
	seal.seal()
	verdict = verify.verify()
	assert (verdict.problem, verdict.entries) == (None, 3)


@pytest.mark.parametrize(
	"text",
	[
		"x ",
		" x",
		"\r\n",
		"\x00",
		"\x01\x7f",
		"😀" * 200,
		"شركة النور",
		"e\u0301",
		"\u2028",
		"0",
		"1.0",
		"1e5",
		"%s %(x)s",
		"\\",
		"'\"`",
		"null",
	],
	ids=ascii,
)
def test_what_the_database_keeps_is_what_was_stamped(fresh_audit, text):
	audits.write(1, reference_name=text, reason=text, request_id=text, duration_ms=0.05, row_count=2**31 - 1)
	audits.write(1, duration_ms=123456.789, changes={"a": [text, None], "b": [1.5, [{"c": text}]]})
	assert problem() == "" and seal.seal().foreign == 0 and problem() == ""


@pytest.mark.parametrize(
	("column", "value"),
	[
		("user", "somebody.else@example.com"),
		("outcome", "Refused"),
		("reference_name", ""),
		("timestamp", "2020-01-01 00:00:00"),
		("creation", "2020-01-01 00:00:00"),
		("duration_ms", 1.7),
		("row_count", 1),
		("docstatus", 1),
		("owner", "Guest"),
		("changes", "{}"),
		("stamp", "0" * 64),
		("stamp", None),
	],
)
def test_t54_an_altered_column_is_named(fresh_audit, column, value):
	_, (_, victim, _), _ = audits.sealed(2, 3, 2)
	audits.sql(f"update {ENTRY} set `{column}` = %s where name = %s", value, victim)
	assert problem() == f"Entry {victim} was altered after it was sealed (seal 2)"


def test_every_column_that_is_written_is_covered(fresh_audit):
	"""A column that somebody adds to the DocType is either the app's and digested, or never written by it."""
	columns = {df.fieldname for df in frappe.get_meta(audit.DOCTYPE).fields if df.fieldtype not in NO_COLUMN}
	assert columns | {"name"} == {*audit.COLUMNS, "seal", "stamp"} - (set(audit.STANDARD) - {"timestamp"})


NO_COLUMN = ("Section Break", "Column Break", "Tab Break", "HTML")


def test_t54_what_was_altered_before_it_was_sealed_is_named(fresh_audit):
	(victim,) = audits.write(1)
	audits.sql(f"update {ENTRY} set user = 'x@example.com' where name = %s", victim)
	assert f"Entry {victim} was inserted, or altered before it was sealed" in problem()
	done = seal.seal()
	assert (done.entries, done.foreign) == (1, 1), "it is sealed all the same, as evidence"
	assert f"Entry {victim} was inserted, or altered before it was sealed" in problem()


def insert(name: str, seal_name: str | None = None) -> None:
	audits.sql(
		f"""insert into {ENTRY} (name, owner, creation, modified, modified_by, timestamp, user, outcome, tool, seal)
		values (%s, 'Administrator', %s, %s, 'Administrator', %s, 'a@example.com', 'Allowed', 'x', %s)""",
		name,
		*[now_datetime()] * 3,
		seal_name,
	)


def test_t54_an_inserted_row_is_named(fresh_audit):
	audits.sealed(2, 2)
	insert("forged", "1")
	assert problem() == "Entry forged was inserted: it refers to seal 1, which doesn't have it"
	audits.sql(f"update {ENTRY} set seal = '7' where name = 'forged'")
	assert problem() == "Seal 7 was removed, or entry forged altered, which refers to it"
	audits.sql(f"update {ENTRY} set seal = null where name = 'forged'")
	assert problem().startswith("Entry forged was inserted, or altered before")
	seal.seal()
	assert problem().startswith("Entry forged was inserted, or altered before")


def test_t54_a_copied_row_is_named(fresh_audit):
	"""A real entry under another name: its stamp covers the name."""
	((name,),) = audits.sealed(1)
	row = frappe.db.sql(f"select * from {ENTRY} where name = %s", (name,), as_dict=True)[0]
	row.update(name="copy", seal=None)
	columns = ", ".join(f"`{c}`" for c in row)
	audits.sql(f"insert into {ENTRY} ({columns}) values ({', '.join(['%s'] * len(row))})", *row.values())
	assert problem().startswith("Entry copy was inserted")


def test_t54_a_removed_row_is_named(fresh_audit):
	(_, victim), _ = audits.sealed(2, 2)
	audits.sql(f"delete from {ENTRY} where name = %s", victim)
	assert problem() == f"Entry {victim} was removed: it is in seal 1"


def test_t54_an_entry_moved_to_another_seal_is_named(fresh_audit):
	(victim, _), _ = audits.sealed(2, 2)
	audits.sql(f"update {ENTRY} set seal = '2' where name = %s", victim)
	assert problem() == f"Entry {victim} was altered: it is in seal 1, but doesn't refer to it"
	audits.sql(f"update {ENTRY} set seal = null where name = %s", victim)
	seal.seal()
	assert problem() == f"Entry {victim} was altered: it is in seal 1, but doesn't refer to it"


def test_t54_a_removed_seal_is_named(fresh_audit):
	audits.sealed(1, 1, 1)
	audits.sql(f"delete from {SEAL} where name = '2'")
	assert problem() == "Seal 2 was removed"


def test_t54_a_seal_removed_with_its_entries_is_named(fresh_audit):
	audits.sealed(1, 1, 1)
	audits.sql(f"delete from {ENTRY} where seal = '1'")
	audits.sql(f"delete from {SEAL} where name = '1'")
	assert problem() == "Seal 1 was removed"


def test_t54_the_newest_seal_removed_without_its_entries_is_named(fresh_audit):
	_, (name,) = audits.sealed(1, 1)
	audits.sql(f"delete from {SEAL} where name = '2'")
	assert problem() == f"Seal 2 was removed, or entry {name} altered, which refers to it"


def test_t54_the_newest_seals_removed_with_their_entries_need_heads_kept_elsewhere(fresh_audit):
	audits.sealed(1, 1)
	head = audits.head()
	audits.sql(f"delete from {ENTRY} where seal = '2'")
	audits.sql(f"delete from {SEAL} where name = '2'")
	assert problem() == "", "docs/audit.md says so"
	assert problem(heads=[(2, head.mac)]) == "Seal 2 was removed: its head was kept elsewhere"
	audits.sealed(1)
	assert problem() == ""
	assert problem(heads=[(1, table.heads([1])[1]), (2, head.mac)]) == (
		"Seal 2 was replaced: its head was another one when it was kept elsewhere"
	)


@pytest.mark.parametrize(
	("column", "value"),
	[
		("entry_count", 1),
		("sealed_at", "2020-01-01 00:00:00"),
		("last_time", "2020-01-01 00:00:00"),
		("root", "0" * 64),
		("mac", "0" * 64),
		("key_id", "0" * 16),
		("entries", ""),
		("entries", "%&"),
		("entries", None),
	],
)
def test_t54_an_altered_seal_is_named(fresh_audit, column, value):
	audits.sealed(2, 2, 2)
	audits.sql(f"update {SEAL} set `{column}` = %s where name = '2'", value)
	assert problem().startswith("Seal 2 was altered")


def test_t54_swapped_seals_are_named(fresh_audit):
	audits.sealed(1, 1, 1)
	for old, name, sequence in (("1", "x", -1), ("2", "1", 1)):
		audits.sql(f"update {SEAL} set name = %s, sequence = %s where name = %s", name, sequence, old)
	assert problem() == "Seal x was inserted or altered: there is another one of number -1"
	audits.sql(f"update {SEAL} set name = '2', sequence = 2 where name = 'x'")
	assert problem() == "Seal 1 doesn't follow seal 0: one of them was replaced"


@pytest.mark.parametrize("sequence", [-7, 0, 1, 99])
def test_t54_an_inserted_seal_is_named(fresh_audit, sequence):
	audits.sealed(1, 1)
	if sequence == 1:
		# The number of a seal is unique; whoever can insert one can change that, too.
		audits.sql(f"update {SEAL} set sequence = 99 where name = '2'")
	values = (sequence, *[now_datetime()] * 3)
	with contextlib.suppress(Exception):
		audits.sql(
			f"""insert into {SEAL} (name, sequence, sealed_at, first_time, last_time, entry_count, root, mac, entries)
			values ('forged', %s, %s, %s, %s, 0, '', '', '')""",
			*values,
		)
	frappe.db.rollback()
	insert("entry", "forged")
	assert "Seal " in problem()


def test_t54_a_forked_chain_is_named(fresh_audit):
	"""Somebody takes the seals of a copy of the site that has gone on by itself: same key, another history."""
	audits.sealed(1, 1)
	kept = frappe.db.sql(f"select * from {SEAL} where name = '2'", as_dict=True)[0]
	audits.sql(f"delete from {ENTRY} where seal = '2'")
	audits.sql(f"delete from {SEAL} where name = '2'")
	audits.sealed(1, 1)
	assert problem() == ""
	audits.sql(f"update {SEAL} set name = 'aside', sequence = 99 where name = '2'")
	columns = ", ".join(f"`{c}`" for c in kept)
	audits.sql(f"insert into {SEAL} ({columns}) values ({', '.join(['%s'] * len(kept))})", *kept.values())
	assert "Entry " in problem() and "was removed: it is in seal 2" in problem()
	audits.sql(f"update {ENTRY} set name = name where seal = '2'")
	verdict = verify.verify(since="2100-01-01")
	assert verdict.problem == "Seal 3 doesn't follow seal 2: one of them was replaced", (
		"the chain is always whole"
	)


def test_t54_the_first_thing_wrong_is_named(fresh_audit):
	(first, _), (second, _), _ = audits.sealed(2, 2, 2)
	audits.sql(f"update {SEAL} set root = 'x' where name = '3'")
	assert problem() == "Seal 3 was altered"
	audits.sql(f"delete from {ENTRY} where name = %s", second)
	assert problem() == f"Entry {second} was removed: it is in seal 2"
	audits.sql(f"update {ENTRY} set tool = 'x' where name = %s", first)
	assert problem() == f"Entry {first} was altered after it was sealed (seal 1)"


def test_a_period_limits_what_is_read_again(fresh_audit):
	(victim,), _ = audits.sealed(1, 1)
	audits.sql(f"update {ENTRY} set tool = 'x' where name = %s", victim)
	today, tomorrow = str(now_datetime().date()), str(add_to_date(now_datetime(), days=1).date())
	assert problem(since=tomorrow) == "" and problem(until="2020-01-01") == ""
	assert victim in problem(since=today, until=tomorrow)


def test_another_encryption_key_is_told_from_tampering(fresh_audit, monkeypatch):
	audits.sealed(1)
	old = frappe.local.conf.encryption_key
	monkeypatch.setitem(frappe.local.conf, "encryption_key", "another")
	assert "made with an encryption key that the site doesn't have any more" in problem()
	monkeypatch.setitem(frappe.local.conf, keys.FORMER, [old])
	audits.sealed(1)
	assert problem() == ""


def test_what_readers_of_the_desk_leave_on_an_entry_is_no_tampering(fresh_audit):
	from frappe.desk.doctype.tag.tag import add_tag
	from frappe.desk.like import toggle_like

	((name,),) = audits.sealed(1)
	add_tag("seen", audit.DOCTYPE, name)
	toggle_like(audit.DOCTYPE, name, "Yes")
	frappe.get_doc(audit.DOCTYPE, name).add_comment("Comment", "looked at it")
	frappe.db.commit()
	assert frappe.db.get_value(audit.DOCTYPE, name, "_user_tags")
	assert problem() == ""


def test_transactions_that_commit_out_of_order_are_sealed_without_alarm(fresh_audit, site):
	"""An entry written first and committed last: its time is that of when it was written."""
	if frappe.db.db_type != "mariadb":
		pytest.skip("SQLite has one writer at a time")
	written, commit = threading.Event(), threading.Event()

	def slow() -> str:
		name = audit.new_name()
		audit.write([audit.Entry(name, "slow@example.com", audit.ALLOWED, audits.TOOL)], text_log=False)
		written.set()
		assert commit.wait(30)
		frappe.db.commit()
		return name

	with ThreadPoolExecutor(1) as pool:
		late = pool.submit(in_thread, site, slow)
		assert written.wait(30)
		audits.sealed(2)
		audits.sealed(1)
		commit.set()
		name = late.result()
	assert audits.seal_of(name) is None
	assert seal.seal().entries == 1
	done = verify.verify()
	assert done.problem is None and done.seals == 3 and done.unsealed == 0 and audits.seal_of(name) == "3"
	rows = table.seals(0, 10)
	assert rows[2][1].first_time < rows[0][1].first_time


def test_sealers_at_once_do_not_fork_the_chain(fresh_audit, site, monkeypatch):
	monkeypatch.setattr(seal, "ENTRIES_PER_SEAL", 5)
	names = audits.write(60)
	start = threading.Barrier(3)

	def run() -> int:
		start.wait(30)
		return seal.seal().entries

	with ThreadPoolExecutor(3) as pool:
		sealed = [f.result() for f in [pool.submit(in_thread, site, run) for _ in range(3)]]
	assert sum(sealed) == 60
	verdict = verify.verify()
	assert (verdict.problem, verdict.seals, verdict.entries, verdict.unsealed) == (None, 12, 60, 0)
	assert all(audits.seal_of(name) for name in names)


def test_the_first_sealers_at_once(fresh_audit, site):
	for _ in range(3):
		audits.clear()
		audits.write(3)
		start = threading.Barrier(3)

		def run(start: threading.Barrier = start) -> int:
			start.wait(30)
			return seal.seal().entries

		with ThreadPoolExecutor(3) as pool:
			sealed = [f.result() for f in [pool.submit(in_thread, site, run) for _ in range(3)]]
		assert sum(sealed) == 3 and problem() == ""


def test_calls_are_not_waited_for_nor_do_they_wait(fresh_audit, site):
	"""While a sealer is in the middle of its transaction, entries are written and committed."""
	if frappe.db.db_type != "mariadb":
		pytest.skip("SQLite has one writer at a time")
	audits.write(3)
	table.begin_writing()
	table.head(lock=True)
	rows = table.unsealed(10)
	table.attach([row["name"] for row in rows], "1")
	try:
		in_thread(site, lambda: frappe.db.sql("set innodb_lock_wait_timeout = 1") or audits.write(5))
	finally:
		frappe.db.rollback()
	assert table.count() == 8


def test_calls_do_not_wait_for_the_retention_job(fresh_audit, site):
	if frappe.db.db_type != "mariadb":
		pytest.skip("SQLite has one writer at a time")
	((*names,),) = audits.sealed(3)
	table.begin_writing()
	table.delete("1", names)
	try:
		in_thread(site, lambda: frappe.db.sql("set innodb_lock_wait_timeout = 1") or audits.write(5))
	finally:
		frappe.db.rollback()
	assert table.count() == 8


KILLED = """
import os, signal, sys
from dev.engine import activate, sites
activate()
from pathlib import Path
with sites.connected(Path(sys.argv[1]), sys.argv[2]):
	from erpnext_mcp.audit import seal, table
	seal.ENTRIES_PER_SEAL = 10
	made = []
	attach = table.attach
	def dying(names, seal):
		attach(names, seal)
		made.append(seal)
		if len(made) == 3:
			os.kill(os.getpid(), signal.SIGKILL)
	table.attach = dying
	seal.seal()
"""


def test_a_killed_sealer_leaves_whole_seals(fresh_audit, site):
	audits.write(50)
	done = subprocess.run(
		[sys.executable, "-c", textwrap.dedent(KILLED), str(site.bench), site.name],
		env=os.environ,
		cwd=os.environ["PYTHONPATH"].split(os.pathsep)[0],
		capture_output=True,
		text=True,
		timeout=120,
	)
	assert done.returncode == -signal.SIGKILL, done.stderr
	frappe.db.rollback()
	verdict = verify.verify()
	assert (verdict.problem, verdict.seals, verdict.entries, verdict.unsealed) == (None, 2, 20, 30)
	seal.seal()
	verdict = verify.verify()
	assert (verdict.problem, verdict.entries, verdict.unsealed) == (None, 50, 0)


@pytest.fixture
def aged(fresh_audit, monkeypatch) -> Iterator[list[list[str]]]:
	"""Two seals of 400 days ago, one of today; and an old entry that no seal has."""
	old = str(add_to_date(now_datetime(), days=-400))
	with monkeypatch.context() as patch:
		patch.setattr(audit, "now", lambda: old)
		names = audits.sealed(2, 3)
	names += audits.sealed(1)
	with monkeypatch.context() as patch:
		patch.setattr(audit, "now", lambda: old)
		names.append(audits.write(1))
	yield names


def test_retention_drops_whole_seals_and_keeps_them(aged):
	head = audits.head()
	assert retention.drop_older_than(0).seals == 0, "0: for ever"
	assert retention.drop_older_than(401).seals == 0
	dropped = retention.drop_older_than(365)
	assert (dropped.seals, dropped.entries, dropped.kept) == (2, 5, [])
	assert {row["name"] for row in table.entries_of(["1", "2", "3"])} == set(aged[2])
	assert table.exists(aged[3][0]), "what is not sealed is never dropped"
	verdict = verify.verify(heads=[(3, head.mac)])
	assert (verdict.problem, verdict.seals, verdict.dropped, verdict.entries) == (None, 3, 2, 1)
	assert verdict.unsealed == 1 and verdict.heads == 1
	assert retention.drop_older_than(365).seals == 0
	audits.write(1)
	assert seal.seal().entries == 2, "with the old one, which is now kept as long as the new one"
	assert retention.drop_older_than(365).seals == 0 and problem() == ""


def test_the_daily_job_takes_the_days_of_the_settings(aged, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", audit_retention_days=0):
		jobs.drop_old_audit_entries()
		assert verify.verify().dropped == 0
	with changed("MCP Gateway Settings", "MCP Gateway Settings", audit_retention_days=30):
		jobs.drop_old_audit_entries()
		assert verify.verify().dropped == 2


def test_t54_a_drop_that_was_none_is_named(aged):
	audits.sql(f"delete from {ENTRY} where seal = '2'")
	audits.sql(f"update {SEAL} set dropped_at = %s, entries = '' where name = '2'", now_datetime())
	assert problem() == "Seal 2 was altered: it says that its entries were dropped, but they were not"
	retention.drop_older_than(365)
	dropped_mac = frappe.db.get_value("MCP Audit Seal", "1", "dropped_mac")
	assert dropped_mac
	audits.sql(f"update {SEAL} set dropped_mac = %s where name = '2'", dropped_mac)
	assert problem() == "Seal 2 was altered: it says that its entries were dropped, but they were not"


def test_t54_what_does_not_verify_is_not_dropped(aged):
	victim = aged[0][0]
	audits.sql(f"update {ENTRY} set tool = 'x' where name = %s", victim)
	dropped = retention.drop_older_than(365)
	assert dropped.seals == 1
	assert dropped.kept == [f"Entry {victim} was altered after it was sealed (seal 1)"]
	assert problem() == f"Entry {victim} was altered after it was sealed (seal 1)"


def test_t54_entries_of_a_dropped_seal_that_come_back_are_named(aged):
	retention.drop_older_than(365)
	insert("forged", "1")
	assert problem() == "Entry forged was inserted: the entries of seal 1 were dropped"


def test_the_commands(fresh_audit, command, tmp_path):
	names = audits.write(3)
	result = command("seal")
	assert result.exit_code == 0 and "Sealed 3 entries in 1 seals." in result.output
	assert audits.head().mac in result.output
	heads = tmp_path / "heads.csv"
	assert command("export-audit", "--heads", "--format", "csv", "--output", str(heads)).exit_code == 0
	result = command("verify-audit", "--heads", str(heads))
	assert result.exit_code == 0, result.output
	assert "1 seals follow one another; 3 entries are as they were written." in result.output
	assert "1 heads in" in result.output
	assert command("verify-audit", "--from", "2020-01-01", "--to", "2020-12-31").exit_code == 0
	assert "is no date like" in command("verify-audit", "--from", "yesterday").stderr
	assert "is no file of export-audit" in command("verify-audit", "--heads", __file__).stderr
	assert "can't be read" in command("verify-audit", "--heads", str(tmp_path / "none")).stderr
	audits.sql(f"update {ENTRY} set user = 'x' where name = %s", names[1])
	result = command("verify-audit")
	assert result.exit_code == 1
	assert f"NOT AS WRITTEN: Entry {names[1]} was altered after it was sealed (seal 1)." in result.output


def test_status_tells_when_nothing_seals(fresh_audit, command, monkeypatch):
	audits.sealed(2)
	audits.write(3)
	text = command("status").output
	assert "Audit          1 seals, the newest of " in text and "; 3 entries not sealed yet" in text
	assert "wait to be sealed" not in text
	with monkeypatch.context() as patch:
		patch.setattr(audit, "now", lambda: "2024-01-15 10:31:12.000001")
		audits.write(1)
	assert (
		"4 audit entries wait to be sealed, the oldest since 2024-01-15 10:31:12" in command("status").output
	)


def test_the_seal_command_tells_of_what_the_app_has_not_written(fresh_audit, command):
	insert("forged")
	result = command("seal")
	assert result.exit_code == 1 and "1 of them were not written by this app" in result.output


def test_the_scheduler_knows_the_jobs():
	events = frappe.get_hooks("scheduler_events", app_name="erpnext_mcp")
	assert events["cron"] == {"* * * * *": ["erpnext_mcp.api.jobs.seal_audit"]}
	assert "erpnext_mcp.api.jobs.drop_old_audit_entries" in events["daily_long"]


def test_old_entries_get_a_stamp_once(fresh_audit):
	from erpnext_mcp.patches.v0_1 import stamp_audit_entries

	names = audits.write(3)
	audits.sql(f"update {ENTRY} set stamp = null")
	assert problem()
	stamp_audit_entries.execute()
	assert problem() == "" and seal.seal().foreign == 0
	assert {audits.seal_of(name) for name in names} == {"1"}


columns = st.dictionaries(
	st.sampled_from(["a", "b", "c"]),
	st.one_of(st.none(), st.text(), st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), st.datetimes()),
)


@given(columns, columns)
def test_rows_have_one_text_if_they_mean_the_same(one, other):
	def meaning(row):
		return {
			k: chain.moment(v) if isinstance(v, datetime) else v
			for k, v in row.items()
			if v not in (None, "", 0)
		}

	same = chain.canonical(one, "abc") == chain.canonical(other, "abc")
	assert same or meaning(one) != meaning(other)
	if same and not any(isinstance(v, float) for v in (*one.values(), *other.values())):
		assert meaning(one) == meaning(other)


def test_a_number_is_the_same_whatever_type_the_driver_gives_it():
	rows = [{"a": v} for v in (12.5, Decimal("12.500"), Decimal("12.5"))]
	assert len({chain.canonical(row, "a") for row in rows}) == 1
	assert chain.canonical({"a": 12}, "a") == chain.canonical({"a": 12.0}, "a")
	assert chain.canonical({"a": "12"}, "a") != chain.canonical({"a": 12}, "a")


def test_keys_are_told_apart_by_what_they_are_for():
	made = chain.Keys.of("secret")
	assert len({made.id, made.entry, made.seal, made.drop}) == 4
	assert made != chain.Keys.of("other")


def test_a_list_larger_than_its_seal_says_is_not_unpacked():
	listing = [(f"name {n}", "0" * 64) for n in range(1000)]
	whole = chain.Seal(1, "", "", "", 1000, chain.root_of(listing), "", "")
	assert chain.unpack(chain.pack(listing), whole) == listing
	bomb = chain.pack([("0" * 10**7, "")])
	assert chain.unpack(bomb, whole) is None
