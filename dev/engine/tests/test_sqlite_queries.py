"""Queries and values on SQLite."""

import datetime

import frappe
import pytest

from dev.engine.mends.sqlite_queries import bound, without_for_update
from dev.engine.mends.sqlite_values import as_timedelta, matches, position


@pytest.mark.parametrize(
	("query", "values", "expected"),
	[
		("a = %s", ["it's 100%"], ("a = ?", ["it's 100%"])),
		("a = %(x)s and b = %(x)s", {"x": 1}, ("a = ? and b = ?", [1, 1])),
		("a in %s and b = %s", [("x", "y"), 2], ("a in (?, ?) and b = ?", ["x", "y", 2])),
		("a in %s", [[]], ("a in ()", [])),
		("a like '50%%' and b = %s", [True], ("a like '50%' and b = ?", [1])),
		("a = %s", [datetime.datetime(2024, 1, 2, 3, 4, 5)], ("a = ?", ["2024-01-02 03:04:05"])),
		("a = %s", [datetime.timedelta(hours=9)], ("a = ?", ["9:00:00"])),
	],
)
def test_values_are_bound(query, values, expected):
	assert bound(query, values) == expected


@pytest.mark.parametrize(
	("query", "expected"),
	[
		("select 1", ("select 1", False)),
		("select 1 FOR UPDATE", ("select 1", True)),
		("select 1 for update skip locked;", ("select 1", True)),
		("select 'for update' x", ("select 'for update' x", False)),
	],
)
def test_for_update_is_taken_out(query, expected):
	assert without_for_update(query) == expected


@pytest.mark.parametrize("text", ["it's 100%", "%s", "%(name)s", "a`b\"c'd", "\\", "قهوة", "x'); --"])
def test_text_comes_back_as_it_was(db, text):
	doc = frappe.get_doc({"doctype": "Note", "title": text}).insert()
	assert doc.title == text
	assert frappe.db.get_value("Note", {"title": text}) == doc.name
	assert frappe.get_all("Note", {"title": ["in", [text, "y"]]}, pluck="name") == [doc.name]
	assert frappe.db.sql("select name from tabNote where title = %s", text) == ((doc.name,),)
	query = "select title from `tabNote` where name = %(name)s and title in %(titles)s"
	assert frappe.db.sql(query, {"name": doc.name, "titles": ("y", text)}) == ((text,),)


def test_a_wrong_column_is_an_error_and_not_a_string(db):
	for query in ("select `no_such` from `tabUser`", "select name from `tabUser` where `no_such` = 'x'"):
		with pytest.raises(Exception) as error:
			frappe.db.sql(query)
		assert frappe.db.is_missing_column(error.value)
	with pytest.raises(Exception):
		frappe.qb.from_("User").select("no_such").run()


def test_the_builder_ignores_duplicates_and_takes_locks(db):
	table = frappe.qb.DocType("Series")
	for _ in range(2):
		frappe.qb.into(table).columns("name", "current").insert("ENGINE-", 1).ignore().run()
	query = frappe.qb.from_(table).select("current").where(table.name == "ENGINE-")
	assert query.for_update(skip_locked=True, nowait=False).run() == ((1,),)
	assert query.for_update().run() == ((1,),)


def test_dates_and_times_have_their_types(db):
	doc = frappe.get_doc({"doctype": "ToDo", "description": "x", "date": "2024-02-29"}).insert()
	row = frappe.get_all("ToDo", {"name": doc.name}, ["creation", "modified", "date"])[0]
	assert [type(value) for value in row.values()] == [datetime.datetime, datetime.datetime, datetime.date]
	assert frappe.get_all("ToDo", {"creation": [">=", row.creation]}, pluck="name") == [doc.name]


def test_times_are_timedeltas(sqlite):
	sqlite.sql("create temporary table t (at TIME)")
	sqlite.sql("insert into t values (%s)", datetime.timedelta(hours=9, minutes=5, seconds=1))
	assert sqlite.sql("select at from t") == ((datetime.timedelta(hours=9, minutes=5, seconds=1),),)
	sqlite.rollback()
	sqlite.sql_ddl("drop table if exists t")


@pytest.mark.parametrize(
	("text", "seconds"), [("9:05:00", 32700), ("09:05:00.5", 32700.5), ("00:00:00", 0), ("23:59", 86340)]
)
def test_as_timedelta(text, seconds):
	assert as_timedelta(text).total_seconds() == seconds


def test_functions_of_mariadb(db):
	assert frappe.db.sql("select locate('B', 'abc'), locate('x', 'abc'), locate('x', null)")[0] == (
		2,
		0,
		None,
	)
	assert frappe.db.sql("select 'abc' regexp '^a', null regexp 'a'")[0][0] == 1
	assert frappe.db.sql("select concat('a', 1), concat('a', null)")[0] == ("a1", None)
	assert str(frappe.db.sql("select now()")[0][0])[:4].isdigit()
	assert (matches("a", None), position(None, "a")) == (False, None)


def test_names_counted_by_the_database(db):
	name = "Engine Counted"
	if not frappe.db.exists("DocType", name):
		fields = [{"fieldname": "title", "fieldtype": "Data"}]
		frappe.get_doc(
			{
				"doctype": "DocType",
				"name": name,
				"module": "Custom",
				"custom": 1,
				"autoname": "autoincrement",
				"fields": fields,
			}
		).insert()
	try:
		first, second = (frappe.get_doc({"doctype": name, "title": "x"}).insert().name for _ in range(2))
		assert second == first + 1
		frappe.get_doc({"doctype": name, "name": second + 10}).insert(set_name=second + 10)
		assert frappe.get_doc({"doctype": name}).insert().name == second + 11
	finally:
		frappe.db.rollback()
		frappe.delete_doc("DocType", name, force=True)


def test_like_has_escapes_and_all_letters_without_case(site):
	for text, pattern, expected in (
		("Rabatt 100% #1", "%100\\%%", 1),
		("Rabatt 100 #1", "%100\\%%", 0),
		("a_b", "a\\_b", 1),
		("axb", "a\\_b", 0),
		("axb", "a_b", 1),
		("ÄRGER", "ärg%", 1),
		("a\nb", "a%b", 1),
	):
		assert frappe.db.sql("select %s like %s", (text, pattern))[0][0] == expected, (text, pattern)
	assert frappe.db.sql("select null like 'a'")[0][0] is None
