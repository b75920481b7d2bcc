"""get_report_info and run_report as restricted users: what a Report Rule opens, and what it never does (T61)."""

import datetime
import json
import time

import frappe
import pytest

LIST = "MCP Test Customers"
SECRET_LIST = "MCP Test Secret Customers"
GROUPED = "MCP Test Customers by Territory"
ROWS = "MCP Test Customer Rows"
QUERY = "MCP Test Customer Query"
PREPARED = "MCP Test Prepared"
MANAGERS = "MCP Test Managers"
DISABLED = "MCP Test Disabled"
BROKEN = "MCP Test Broken"
ON_USERS = "MCP Test Users"
SCRIPT = "MCP Test Script"
CUSTOM = "MCP Test Custom"
ALL = (
	LIST,
	SECRET_LIST,
	GROUPED,
	ROWS,
	QUERY,
	PREPARED,
	MANAGERS,
	DISABLED,
	BROKEN,
	ON_USERS,
	SCRIPT,
	CUSTOM,
)

SELECT = (
	"select name as `Customer:Link/Customer:120`, territory as `Territory:Link/Territory:120`, "
	"mcp_secret as `Secret:Data:100`, 0.5 as `Share:Float:80` from `tabCustomer` "
	"where customer_type = %(customer_type)s and name like 'MCP %%' order by name"
)

JAVASCRIPT = """frappe.query_reports["MCP Test Script"] = {
	tree: true,
	parent_field: "parent_group",
	filters: [
		{ fieldname: "customer", label: __("Customer"), fieldtype: "Link", options: "Customer" },
		{ fieldname: "territories", label: __("Territories"), fieldtype: "MultiSelectList", options: "Territory" },
		{ fieldname: "kind", label: __("Kind"), fieldtype: "Select", reqd: 1,
			options: ["", "Told", "Error", "Denied", "Fine"], default: ["Fine"] },
		{ fieldname: "from_date", label: "From", fieldtype: "Date", default: frappe.datetime.get_today() },
		{ fieldname: "least", label: "<i>Least</i>", fieldtype: "Int" },
		{ fieldname: "company", label: "Company", fieldtype: "Link", options: "Company" },
		{ fieldtype: "Break" },
	],
};"""


@pytest.fixture(scope="module")
def reports(world):
	frappe.set_user("Administrator")
	_delete()

	def saved(name, **values):
		return _report(name, "Report Builder", json=json.dumps(values))

	saved(
		LIST,
		fields=[["name", "Customer"], ["territory", "Customer"], [world.SECRET, "Customer"]],
		filters=[["Customer", "name", "like", "MCP %", False]],
		order_by="`tabCustomer`.`name` asc",
	)
	saved(
		SECRET_LIST,
		fields=[["name", "Customer"]],
		filters=[["Customer", world.SECRET, "=", world.SECRET_VALUE]],
	)
	saved(
		GROUPED,
		fields=[["territory", "Customer"], ["_aggregate_column", "Customer"]],
		filters=[["Customer", "name", "like", "MCP %"]],
		order_by="_aggregate_column desc",
		group_by={
			"group_by": "`tabCustomer`.`territory`",
			"aggregate_function": "count",
			"aggregate_on": None,
			"aggregate_on_doctype": "Customer",
		},
	)
	saved(ROWS, fields=[["name", "Customer"], ["credit_limit", "Customer Credit Limit"]])
	_report(QUERY, "Query Report", query=SELECT, add_total_row=1)
	_report(PREPARED, "Query Report", query=SELECT, prepared_report=1)
	_report(MANAGERS, "Query Report", query=SELECT, roles=[{"role": "Sales Master Manager"}])
	_report(DISABLED, "Query Report", query=SELECT)
	frappe.db.set_value("Report", DISABLED, "disabled", 1)
	_report(BROKEN, "Query Report", query="select no_such_column from `tabCustomer`")
	_report(
		ON_USERS,
		"Query Report",
		ref_doctype="User",
		query="select name from `tabUser`",
		roles=[{"role": "Sales User"}],
	)
	_report(SCRIPT, "Script Report", report_script="data = []", javascript=JAVASCRIPT, add_total_row=1)
	columns = [
		{"fieldname": "customer", "label": "Customer", "fieldtype": "Link", "options": "Customer"},
		{"fieldname": "territory", "label": "Territory", "fieldtype": "Link", "options": "Territory"},
		{
			"fieldname": "territory_name",
			"label": "Territory Name",
			"fieldtype": "Data",
			"doctype": "Territory",
			"link_field": {"fieldname": "territory", "names": [world.NORTH]},
		},
	]
	saved_view = json.dumps({"columns": columns, "filters": {"customer_type": "Company"}})
	_report(CUSTOM, "Custom Report", reference_report=QUERY, json=saved_view)
	frappe.db.commit()
	yield
	_delete()


def _report(name: str, report_type: str, **values):
	return frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": name,
			"ref_doctype": "Customer",
			"report_type": report_type,
			"is_standard": "No",
			"roles": [{"role": "Sales User"}],
			**values,
		}
	).insert()


def _delete() -> None:
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in frappe.get_all("Prepared Report", filters={"report_name": ("in", ALL)}, pluck="name"):
		frappe.delete_doc("Prepared Report", name, force=True)
	for name in ALL:
		frappe.delete_doc_if_exists("Report", name, force=True)
	frappe.db.commit()


@pytest.fixture
def opened(reports, changed, world):
	"""opened(name=acknowledged, ..., field_rules=[...]): a profile with Report Rules for a with block."""

	def opened(_rules=None, **tables):
		rules = _rules or {name: 1 for name in ALL}
		rows = [{"report": name, "acknowledged": acknowledged} for name, acknowledged in rules.items()]
		return changed("MCP Permission Profile", world.PROFILE, report_rules=rows, **tables)

	return opened


def hidden(world, fieldname: str) -> list[dict]:
	return [{"document_type": "Customer", "fieldname": fieldname, "rule": "Restricted"}]


def names(answer, column: str = "name") -> list[str]:
	return [row[column] for row in answer.content["rows"]]


def test_t61_reports_are_closed_unless_the_profile_names_them(call, world, reports):
	assert call(world.READER, "run_report", report=LIST).error.code == "not_found"
	assert call(world.READER, "get_report_info", report=LIST).error.code == "not_found"


def test_t13_no_report_in_equal_words(call, world, opened):
	with opened():
		for tool in ("run_report", "get_report_info"):
			answers = {
				call(world.READER, tool, report=name).text
				for name in (
					"No such report",
					MANAGERS,
					DISABLED,
					ON_USERS,
					LIST.upper(),
					"Permitted Documents For User",
				)
			}
			assert len(answers) == 1 and '"code":"not_found"' in next(iter(answers))
		assert (
			call(world.MASTER, "run_report", report=MANAGERS, filters={"customer_type": "Company"}).error
			is None
		)
		hint = call(world.READER, "run_report", report="x").error.hint
		assert LIST in hint and MANAGERS not in hint and ON_USERS not in hint


def test_a_saved_list_shows_what_a_list_would(call, world, opened):
	with opened():
		answer = call(world.READER, "run_report", report=LIST, limit=2)
		assert answer.content["status"] == "done"
		assert names(answer) == sorted(world.NORTHERN)[:2]
		assert [c["fieldname"] for c in answer.content["columns"]] == ["name", "territory"]
		assert answer.content["has_more"] and answer.content["next_offset"] == 2
		assert world.SECRET not in answer.text and world.SECRET_VALUE not in answer.text
		rest = call(world.READER, "run_report", report=LIST, limit=2, offset=2)
		assert names(rest) == sorted(world.NORTHERN)[2:] and not rest.content["has_more"]

		everything = call(world.MASTER, "run_report", report=LIST)
		assert world.HIDDEN in names(everything)
		assert everything.content["rows"][0][world.SECRET] == world.SECRET_VALUE


def test_t61_a_saved_list_needs_no_acknowledgement_and_keeps_the_rules(call, world, opened):
	with opened({LIST: 0}, field_rules=hidden(world, "territory")):
		answer = call(world.MASTER, "run_report", report=LIST)
		assert answer.error is None
		assert "territory" not in answer.content["rows"][0] and world.NORTH not in answer.text


def test_t04_t61_a_saved_list_that_filters_by_what_is_hidden(call, world, opened):
	with opened():
		answer = call(world.READER, "run_report", report=SECRET_LIST)
		assert answer.error.code == "not_permitted"
		assert world.SECRET not in answer.text and world.SECRET_VALUE not in answer.text
		assert world.ALPHA in names(call(world.MASTER, "run_report", report=SECRET_LIST, limit=100))


def test_filters_of_a_saved_list_are_those_of_a_list(call, world, opened):
	with opened():
		one = call(world.READER, "run_report", report=LIST, filters={"name": world.ALPHA})
		assert names(one) == [world.ALPHA]
		answer = call(world.READER, "run_report", report=LIST, filters={world.SECRET: "x"})
		assert answer.error.code == "field_not_permitted"


def test_a_saved_list_that_groups(call, world, opened):
	with opened():
		answer = call(world.MASTER, "run_report", report=GROUPED)
		rows = {row["territory"]: row["_aggregate_column"] for row in answer.content["rows"]}
		assert rows == {world.NORTH: len(world.NORTHERN), world.SOUTH: 1}
	with opened(field_rules=hidden(world, "territory")):
		answer = call(world.MASTER, "run_report", report=GROUPED)
		assert answer.error.code == "not_permitted" and "territory" not in answer.text


def test_a_saved_list_of_rows_of_tables_is_refused(call, world, opened):
	with opened():
		assert call(world.READER, "run_report", report=ROWS).error.code == "unsupported"


def test_t61_a_saved_list_needs_the_doctype(call, world, opened):
	with opened(doctype_rules=[{"document_type": "Territory", "can_read": 1}]):
		assert call(world.READER, "run_report", report=LIST).error.code == "not_found"


def test_a_query_report(call, world, opened):
	with opened({QUERY: 0}):
		info = call(world.MASTER, "get_report_info", report=QUERY).content
		assert info["filters"] == [
			{"fieldname": "customer_type", "label": "customer_type", "type": "Data", "required": True}
		]
		assert info["filters_known"] is True and info["doctype"] == "Customer"
		answer = call(world.MASTER, "run_report", report=QUERY, filters={"customer_type": "Company"}, limit=3)
		assert answer.content["columns"][0] == {
			"fieldname": "customer",
			"label": "Customer",
			"type": "Link",
			"options": "Customer",
		}
		assert names(answer, "customer") == sorted((*world.NORTHERN, world.HIDDEN))[:3]
		assert answer.content["totals"]["share"] == 2.0, "of all rows, not of the page"
		assert answer.content["next_offset"] == 3
		rest = call(
			world.MASTER, "run_report", report=QUERY, filters={"customer_type": "Company"}, limit=3, offset=3
		)
		assert len(rest.content["rows"]) == 1 and not rest.content["has_more"]


def test_t61_a_custom_report_counts_the_doctypes_of_its_columns(call, world, opened):
	with opened({CUSTOM: 0}):
		answer = call(world.READER, "run_report", report=CUSTOM, limit=1)
		assert [c["fieldname"] for c in answer.content["columns"]] == [
			"customer",
			"territory",
			"territory_name",
		]
		(row,) = answer.content["rows"]
		assert row["territory_name"] == world.NORTH
		given = call(world.READER, "run_report", report=CUSTOM, filters={"customer_type": "Individual"})
		assert given.content["rows"] == []
	hidden_field = [{"document_type": "Territory", "fieldname": "is_group", "rule": "Restricted"}]
	with opened({CUSTOM: 0, QUERY: 0}, field_rules=hidden_field):
		assert call(world.READER, "run_report", report=CUSTOM).error.code == "not_permitted"
		assert (
			call(world.READER, "run_report", report=QUERY, filters={"customer_type": "Company"}).error is None
		)


def test_user_permissions_hold_in_query_reports(call, world, opened):
	with opened({QUERY: 0}):
		answer = call(world.READER, "run_report", report=QUERY, filters={"customer_type": "Company"})
		assert names(answer, "customer") == sorted(world.NORTHERN)


@pytest.mark.parametrize(
	"tables",
	[
		{"field_rules": [{"document_type": "Customer", "fieldname": "website", "rule": "Restricted"}]},
		{
			"field_rules": [
				{"document_type": "Customer", "fieldname": "website", "rule": "Masked", "mask_style": "Full"}
			]
		},
		{
			"doctype_rules": [
				{
					"document_type": "Customer",
					"can_read": 1,
					"row_filter": '[["territory", "=", "MCP North"]]',
				}
			]
		},
		{"doctype_rules": [{"document_type": "Customer", "can_select": 1}]},
		{"doctype_rules": [{"document_type": "Territory", "can_read": 1}]},
	],
	ids=["hidden", "masked", "rows", "not read", "no rule"],
)
def test_t61_a_query_report_needs_the_acknowledgement(call, world, opened, tables):
	arguments = {"report": QUERY, "filters": {"customer_type": "Company"}}
	with opened({QUERY: 0}, **tables):
		for tool in ("run_report", "get_report_info"):
			answer = call(world.MASTER, tool, **(arguments if tool == "run_report" else {"report": QUERY}))
			assert answer.error.code == "not_permitted"
			assert "administrator" in answer.error.hint and world.ALPHA not in answer.text
			assert "website" not in answer.text
	with opened({QUERY: 1}, **tables):
		assert call(world.MASTER, "run_report", **arguments).error is None


@pytest.mark.parametrize(
	"filters",
	[
		{},
		{"customer_type": ""},
		{"customer_type": None},
		{"customer_type": "Company", "no_such_filter": 1},
		{"customer_type": {"!=": "x"}},
		{"customer_type": ["=", ["Company"]]},
		{"customer_type": "x" * 1001},
		{"customer_type": "Company", "prepared_report_name": "x"},
	],
)
def test_t06_filters_that_are_refused(call, world, opened, filters):
	with opened():
		answer = call(world.MASTER, "run_report", report=QUERY, filters=filters)
		assert answer.error.code == "invalid_arguments", answer.text
		assert "customer_type" in answer.text


def test_t43_a_report_that_fails_says_nothing_of_how(call, world, opened):
	with opened():
		answer = call(world.MASTER, "run_report", report=BROKEN)
	assert answer.error is not None
	for told in ("no_such_column", "select", "Traceback", "tabCustomer"):
		assert told not in answer.text


def test_t57_pages_are_limited(call, world, opened):
	filters = {"customer_type": "Company"}
	with opened():
		answer = call(world.MASTER, "run_report", report=QUERY, filters=filters, limit=101)
		assert answer.error.code == "invalid_arguments" and "100" in answer.error.message
		rules = [{"document_type": "Customer", "can_read": 1, "max_rows": 2}]
	with opened(doctype_rules=rules):
		assert len(call(world.MASTER, "run_report", report=QUERY, filters=filters).content["rows"]) == 2
		assert call(world.MASTER, "run_report", report=QUERY, filters=filters, limit=3).error is not None


def test_t60_a_prepared_report_is_queued_then_done(call, world, opened, changed):
	from frappe.core.doctype.prepared_report.prepared_report import generate_report

	def requests() -> list:
		frappe.db.rollback()
		return frappe.get_all(
			"Prepared Report", filters={"report_name": PREPARED}, fields=["name", "owner", "status"]
		)

	filters = {"customer_type": "Company"}
	with opened():
		answer = call(world.READER, "run_report", report=PREPARED, filters=filters)
		assert answer.error is None and answer.content["status"] == "queued" and "rows" not in answer.content
		(request,) = requests()
		assert request.owner == world.READER
		if request.status == "Queued":
			again = call(world.READER, "run_report", report=PREPARED, filters=filters)
			assert again.content["status"] == "queued"
			assert len(requests()) == 1, "asked for once"

		# What is made for one user is nobody else's.
		assert (
			call(world.MASTER, "run_report", report=PREPARED, filters=filters).content["status"] == "queued"
		)
		assert len(requests()) == 2

		# By a worker, where there is one.
		for _ in range(50):
			if next(r.status for r in requests() if r.name == request.name) == "Completed":
				break
			time.sleep(0.1)
		else:
			frappe.set_user(world.READER)
			generate_report(request.name)
			frappe.db.commit()
		frappe.set_user("Administrator")
		done = call(world.READER, "run_report", report=PREPARED, filters=filters, limit=2)
		assert done.content["status"] == "done" and done.content["prepared_at"]
		assert names(done, "customer") == sorted(world.NORTHERN)[:2] and done.content["next_offset"] == 2

		# A User Permission that changed later holds (T58).
		permission = frappe.get_doc("User Permission", {"user": world.READER, "allow": "Territory"})
		with changed("User Permission", permission.name, for_value=world.SOUTH):
			answer = call(world.READER, "run_report", report=PREPARED, filters=filters)
			assert answer.content["status"] == "done" and answer.content["rows"] == []

		# One that failed is no answer, and none that lasts.
		frappe.db.set_value("Prepared Report", request.name, "status", "Error")
		frappe.db.commit()
		failed = call(world.READER, "run_report", report=PREPARED, filters=filters)
		assert failed.error.code == "validation_failed" and "background" in failed.error.message
		frappe.db.set_value(
			"Prepared Report",
			request.name,
			"creation",
			frappe.utils.add_to_date(None, minutes=-10),
			update_modified=False,
		)
		frappe.db.commit()
		assert (
			call(world.READER, "run_report", report=PREPARED, filters=filters).content["status"] == "queued"
		)


def test_running_leaves_nothing_behind_but_the_audit_entry(call, world, opened, last_entry):
	with opened():
		before = frappe.db.count("Error Log"), frappe.db.count("Prepared Report")
		call(world.MASTER, "run_report", report=QUERY, filters={"customer_type": "Company"})
		call(world.MASTER, "run_report", report=QUERY)
		assert (frappe.db.count("Error Log"), frappe.db.count("Prepared Report")) == before
		entry = last_entry(tool="run_report", outcome="Allowed")
		assert (entry.reference_doctype, entry.reference_name, entry.row_count) == ("Report", QUERY, 4)


@pytest.fixture
def script_report(monkeypatch, opened):
	"""The filters that the report SCRIPT was run with. Server scripts may be off, so what it computes stands here."""
	from frappe.core.doctype.report.report import Report

	ran: list[dict] = []

	def execute_script(self, filters):
		ran.append(dict(filters))
		if filters.get("kind") == "Error":
			raise KeyError("secret detail")
		if filters.get("kind") == "Told":
			frappe.throw("<b>Kind</b> is wrong\u202e")
		if filters.get("kind") == "Denied":
			raise frappe.PermissionError("Customer Hidden")
		columns = [
			"Group::100",
			{"fieldname": "amount", "label": "<b>Amount</b>", "fieldtype": "Currency", "options": "currency"},
			{"fieldname": "day", "label": "Day", "fieldtype": "Date"},
		]
		rows = [
			{"group": "<a href='/x'>All &amp; more</a>", "amount": 10.0, "day": datetime.date(2026, 1, 31)},
			{},
			{"group": "A < B", "amount": float("nan"), "parent_group": "All", "indent": 1, "day": ""},
			{"group": "C", "amount": 4, "parent_group": "All", "indent": 1},
		]
		return columns, rows, "<p>Some <i>hint</i></p>"

	monkeypatch.setattr(Report, "execute_script", execute_script)
	with opened({SCRIPT: 0}):
		yield ran


def test_the_filters_of_a_script_report(call, world, script_report):
	info = call(world.READER, "get_report_info", report=SCRIPT).content
	assert info["filters_known"] is True and "columns" not in info
	assert info["filters"] == [
		{"fieldname": "customer", "label": "Customer", "type": "Link", "options": "Customer"},
		{
			"fieldname": "territories",
			"label": "Territories",
			"type": "MultiSelectList",
			"options": "Territory",
		},
		{
			"fieldname": "kind",
			"label": "Kind",
			"type": "Select",
			"options": ["", "Told", "Error", "Denied", "Fine"],
			"required": True,
			"default": "Fine",
		},
		{"fieldname": "from_date", "label": "From", "type": "Date", "default": frappe.utils.today()},
		{"fieldname": "least", "label": "Least", "type": "Int"},
		{"fieldname": "company", "label": "Company", "type": "Link"},
	], "Company is not in the profile"


def test_a_script_report_runs_as_in_the_desk(call, world, script_report):
	answer = call(
		world.READER,
		"run_report",
		report=SCRIPT,
		filters={"customer": world.ALPHA, "territories": world.NORTH, "least": "3", "from_date": None},
	)
	assert script_report == [
		{"customer": world.ALPHA, "territories": [world.NORTH], "kind": "Fine", "least": 3}
	], "with defaults, unless they are switched off"
	assert answer.content["rows"] == [
		{"group": "All & more", "amount": 10.0, "day": "2026-01-31"},
		{"group": "A < B", "amount": None, "day": None, "indent": 1},
		{"group": "C", "amount": 4.0, "day": None, "indent": 1},
	]
	assert answer.content["columns"][1] == {
		"fieldname": "amount",
		"label": "Amount",
		"type": "Currency",
		"options": "currency",
	}
	assert answer.content["totals"] == {"group": "Total", "amount": 10.0}, (
		"of a tree, only the outermost rows"
	)
	assert answer.content["message"] == "Some hint" and answer.content["has_more"] is False


@pytest.mark.parametrize(
	"filters",
	[
		{"kind": "Other"},
		{"kind": ""},
		{"from_date": "31.01.2026"},
		{"from_date": "2026-01-01' or 1=1"},
		{"least": "many"},
		{"least": 1.5},
		{"least": float("1e400")},
		{"customer": ["x"]},
		{"customer": {"name": "x"}},
		{"territories": [["x"]]},
		{"territories": ["x"] * 201},
		{"unknown": 1},
		{"prepared_report_name": "x"},
	],
	ids=str,
)
def test_filters_that_a_script_report_does_not_get(call, world, script_report, filters):
	answer = call(world.READER, "run_report", report=SCRIPT, filters=filters)
	assert answer.error.code == "invalid_arguments" and not script_report, answer.text


def test_t13_a_link_filter_is_no_oracle(call, world, script_report):
	answers = {
		call(world.READER, "run_report", report=SCRIPT, filters={"customer": name}).text
		for name in (world.HIDDEN, "No such customer", "' or 1=1 --")
	}
	assert len(answers) == 1 and '"code":"invalid_arguments"' in answers.pop()
	assert not script_report


def test_t43_what_a_script_report_raises(call, world, script_report):
	def error(kind: str):
		return call(world.READER, "run_report", report=SCRIPT, filters={"kind": kind})

	told = error("Told")
	assert (told.error.code, told.error.message) == ("validation_failed", "Kind is wrong")
	assert error("Error").error.code == "validation_failed" and "secret detail" not in error("Error").text
	assert error("Denied").error.code == "not_permitted" and "Hidden" not in error("Denied").text


def test_the_tools_are_listed_for_who_has_reports(call, world, opened):
	def listed(user: str) -> set[str]:
		return {t["name"] for t in call(user, "tools/list").content["tools"]}

	assert not {"run_report", "get_report_info"} & listed(world.READER)
	with opened({MANAGERS: 1}):
		assert not {"run_report", "get_report_info"} & listed(world.READER)
		assert {"run_report", "get_report_info"} <= listed(world.MASTER)
