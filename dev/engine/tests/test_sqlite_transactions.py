"""Transactions: on SQLite one write lock stands for MariaDB's row locks."""

import time

import frappe
import pytest

from .conftest import in_threads


def _name_of_series(prefix: str) -> str:
	from frappe.model.naming import make_autoname

	name = make_autoname(f"{prefix}.#####")
	frappe.db.commit()
	return name


def test_parallel_writers_get_each_their_own_number(db, site):
	_name_of_series("ENG-")  # on MariaDB, several can't make the same new series at once
	names = in_threads(site.name, _name_of_series, [("ENG-",)] * 16)
	assert len(set(names)) == 16


def _read_then_write(key: str) -> None:
	# What kills a transaction that began with BEGIN: it has read, somebody else writes, it writes.
	frappe.db.commit()
	frappe.db.sql("select count(*) from `tabUser`")
	time.sleep(0.05)
	frappe.db.set_default(key, "x")
	frappe.db.commit()


def test_reading_before_writing_does_not_lock_anybody_out(sqlite, site):
	in_threads(site.name, _read_then_write, [(f"engine_{i}",) for i in range(8)])


def test_readers_do_not_wait_for_writers(sqlite, in_thread):
	frappe.db.set_default("engine_unseen", "1")
	started = time.monotonic()
	assert in_thread(lambda: frappe.db.get_value("DefaultValue", {"defkey": "engine_unseen"})) is None
	assert time.monotonic() - started < 2


def test_a_read_only_transaction_refuses_writes_and_ends(db):
	frappe.db.rollback()
	frappe.db.begin(read_only=True)
	assert frappe.db.count("User") > 1
	with pytest.raises(frappe.InReadOnlyMode):
		frappe.db.set_default("engine_read_only", "1")
	frappe.db.rollback()
	frappe.db.set_default("engine_read_only", "1")
	frappe.db.commit()
	assert frappe.db.get_default("engine_read_only") == "1"


def test_a_read_only_transaction_sees_one_state(db, in_thread):
	def change() -> None:
		frappe.db.set_value("Series", "ENGINE-STATE", "current", 2)
		frappe.db.commit()

	frappe.db.sql("delete from `tabSeries` where name = 'ENGINE-STATE'")
	frappe.db.sql("insert into `tabSeries` (name, current) values ('ENGINE-STATE', 1)")
	frappe.db.commit()

	def current() -> int:
		return frappe.db.sql("select current from `tabSeries` where name = 'ENGINE-STATE'")[0][0]

	frappe.db.begin(read_only=True)
	assert current() == 1
	in_thread(
		lambda: (
			frappe.db.sql("update `tabSeries` set current = 2 where name = 'ENGINE-STATE'"),
			frappe.db.commit(),
		)
	)
	assert current() == 1
	frappe.db.rollback()
	assert current() == 2


def test_the_flag_makes_every_transaction_read_only(db):
	frappe.flags.read_only = True
	try:
		frappe.db.begin()
		with pytest.raises(frappe.InReadOnlyMode):
			frappe.db.set_default("engine_flag", "1")
	finally:
		frappe.flags.read_only = False
		frappe.db.rollback()
	frappe.db.set_default("engine_flag", "1")


def test_a_savepoint_does_not_commit(db, in_thread):
	frappe.db.savepoint("here")
	frappe.db.set_default("engine_savepoint", "1")
	frappe.db.release_savepoint("here")
	assert in_thread(lambda: frappe.db.get_default("engine_savepoint")) is None
	frappe.db.rollback()
	frappe.clear_cache()
	assert frappe.db.get_default("engine_savepoint") is None


def test_rollback_to_a_savepoint_keeps_what_came_before(db):
	frappe.db.sql("insert into `tabSeries` (name, current) values ('ENGINE-SP1', 1)")
	frappe.db.savepoint("here")
	frappe.db.sql("insert into `tabSeries` (name, current) values ('ENGINE-SP2', 1)")
	frappe.db.rollback(save_point="here")
	assert frappe.db.sql("select name from `tabSeries` where name like 'ENGINE-SP%%'", pluck=True) == [
		"ENGINE-SP1"
	]


def test_a_statement_that_takes_too_long_is_ended(db):
	endless = "select count(*) from `tabDocField` a, `tabDocField` b, `tabDocField` c"
	frappe.db.set_execution_timeout(1)
	try:
		started = time.monotonic()
		with pytest.raises(Exception) as error:
			frappe.db.sql(endless)
		assert frappe.db.is_statement_timeout(error.value)
		assert time.monotonic() - started < 5
	finally:
		frappe.db.set_execution_timeout(0)
	frappe.db.rollback()
	assert frappe.db.count("User")


def test_a_timeout_does_not_shorten_the_wait_for_the_lock(sqlite):
	sqlite.set_execution_timeout(1)
	assert sqlite.sql("PRAGMA busy_timeout") == ((30000,),)
	sqlite.set_execution_timeout(0)


def test_a_lock_that_is_not_to_be_had_is_a_deadlock_error(sqlite, in_thread):
	frappe.db.set_default("engine_locked", "1")

	def try_it() -> None:
		frappe.db.sql("PRAGMA busy_timeout=50")
		frappe.db.set_default("engine_locked", "2")

	with pytest.raises(frappe.QueryDeadlockError):
		in_thread(try_it)


def test_what_rolled_back_does_not_linger(db):
	frappe.db.set_value("System Settings", None, "app_name", "Changed")
	assert frappe.db.get_single_value("System Settings", "app_name") == "Changed"
	frappe.db.rollback()
	frappe.clear_cache()
	assert frappe.db.get_single_value("System Settings", "app_name") != "Changed"
	assert frappe.db.transaction_writes == 0


def test_callbacks_run_around_commit_and_rollback(db):
	seen = []
	frappe.db.after_commit.add(lambda: seen.append("committed"))
	frappe.db.after_rollback.add(lambda: seen.append("rolled back"))
	frappe.db.rollback()
	frappe.db.after_commit.add(lambda: seen.append("committed"))
	frappe.db.commit()
	assert seen == ["rolled back", "committed"]


def test_beginning_anew_is_refused_while_something_is_written(db):
	from frappe.database.database import ImplicitCommitError

	frappe.db.set_default("engine_begun", "1")
	with pytest.raises(ImplicitCommitError):
		frappe.db.begin(read_only=True)
	frappe.db.rollback()
	for _ in range(2):
		frappe.db.begin(read_only=True)
		assert frappe.db.count("User")


def test_connections_are_kept_and_undo_what_was_not_committed(sqlite, in_thread):
	from dev.engine.mends import sqlite_connections

	def leave_open() -> int:
		frappe.db.sql("insert into `tabSeries` (name, current) values ('ENGINE-LEFT', 1)")
		return id(frappe.db._conn)

	first = in_thread(leave_open)
	assert first == in_thread(lambda: (frappe.db.sql("select 1"), id(frappe.db._conn))[1])
	assert not sqlite.sql("select 1 from `tabSeries` where name = 'ENGINE-LEFT'")
	path = sqlite.get_db_path()
	assert sqlite_connections._key(path, False) != sqlite_connections._key(path, True)
	assert sqlite.sql("PRAGMA journal_mode") == (("wal",),)
