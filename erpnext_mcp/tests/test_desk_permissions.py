"""T55: every door that the app opens to the desk, knocked at by those who have no business there.

Whitelisted methods, pages, reports and DocTypes are collected from the code, so that a new one is walked without being
named here. A method is an administrators' method unless it is listed in SELF_SERVICE or OPEN; one whose arguments the test
doesn't know fails it.
"""

import inspect
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import pytest

import erpnext_mcp
from erpnext_mcp.tests import world as people
from erpnext_mcp.tests.endpoint import Endpoint, Response

MODULE = "ERPNext MCP"
DESK = "erpnext_mcp.api.desk."

OPEN = {
	"erpnext_mcp.api.mcp.handle": "the MCP endpoint itself; it has its own tests, and answers guests with 401",
	"erpnext_mcp.api.oauth.registration.register_client": "OAuth's registration, for clients that are nobody yet; it has its own tests",
}

SELF_SERVICE = {
	DESK + "approvals.shown": "what the user's own credentials wait for",
	DESK + "approvals.decide": "the same; refused to credentials",
	DESK + "connect.status": "the Connect page shows everybody his own access and key",
	DESK + "connect.latest_calls": "everybody's own calls, without values",
	DESK + "connect.key_clients": "what would stop with the user's own key",
	DESK + "connect.create_key": "for one's own account; the site says who may",
	DESK + "connect.rotate_key": "the user's own key",
	DESK + "connect.delete_key": "the user's own key",
	DESK + "connect.applications": "the OAuth clients that the user has let in himself",
	DESK + "connect.disconnect": "the user's own consent",
}
"""Methods for everybody with access to the desk, about nobody but himself, each with the reason."""

BOTH_VERBS = (
	DESK + "figures.",
	DESK + "profile.doctypes",
	DESK + "simulator.users",
	DESK + "simulator.clients",
)
"""Numbers of the workspace, and suggestions: Frappe's widgets and controls ask for them by POST, as the profile's form does about
many DocTypes at once. They write nothing, whatever the verb."""

SELF_SERVICE_PAGES = {"mcp-connect"}

EXAMPLES: dict[str, Any] = {
	"approve": 1,
	"arguments": {"doctype": "Customer", "name": people.ALPHA},
	"client": "Claude",
	"content": "{}",
	"days": 7,
	"doc": {"doctype": "MCP Permission Profile", "profile_name": "x", "users": [{"user": people.READER}]},
	"doctype": "Customer",
	"format": "csv",
	"from_date": "2026-01-01",
	"ip_address": "192.0.2.1",
	"key": "0123456789abcde",
	"name": people.PROFILE,
	"names": ["Customer"],
	"origin": "https://erp.example.com",
	"profile": people.PROFILE,
	"search": "a",
	"start": 0,
	"state": "works",
	"to_date": "2026-01-31",
	"tool": "get_generic_document",
	"txt": "mcp",
	"user": people.READER,
}
"""An argument of the right shape, by the parameter's name."""

WRONG: tuple[Any, ...] = ("", "no such thing", [], {"a": [1]}, -1, None)


@dataclass(frozen=True)
class Method:
	path: str
	verbs: tuple[str, ...]
	parameters: tuple[inspect.Parameter, ...]

	def right(self) -> dict[str, Any]:
		return {parameter.name: EXAMPLES.get(parameter.name, "") for parameter in self.parameters}


def collect() -> list[Method]:
	"""All whitelisted functions of the app's modules."""
	import frappe

	for module in pkgutil.walk_packages(erpnext_mcp.__path__, "erpnext_mcp."):
		if ".tests" not in module.name and ".patches" not in module.name:
			import_module(module.name)
	return [
		Method(
			f"{function.__module__}.{function.__qualname__}",
			tuple(sorted(frappe.allowed_http_methods_for_whitelisted_func[function])),
			tuple(inspect.signature(function).parameters.values()),
		)
		for function in frappe.whitelisted
		if function.__module__.partition(".")[0] == "erpnext_mcp"
	]


@pytest.fixture(scope="module")
def methods(site) -> list[Method]:
	return sorted((method for method in collect() if method.path not in OPEN), key=lambda m: m.path)


@pytest.fixture(scope="module")
def administrators_methods(methods) -> list[Method]:
	return [method for method in methods if method.path not in SELF_SERVICE]


@pytest.fixture(scope="module")
def callers(world, server) -> dict[str, Endpoint]:
	"""Those who have no business with policy and audit, by what they are."""
	keys = {
		"a Website User": world.api_key(world.NOBODY),
		"a plain user": world.api_key(world.STRANGER),
		"a plain user with a profile": world.api_key(world.READER),
	}
	return {"Guest": Endpoint(server.base_url)} | {
		who: Endpoint(server.base_url, key) for who, key in keys.items()
	}


def knock(endpoint: Endpoint, method: Method, arguments: dict[str, Any], verb: str = "") -> Response:
	"""Call the method as the desk does: arguments in the query, or as JSON."""
	path = f"/api/method/{method.path}"
	verb = verb or method.verbs[-1]
	if verb == "GET":
		texts = {name: v if isinstance(v, str) else json.dumps(v) for name, v in arguments.items()}
		return endpoint.send("GET", f"{path}?{urlencode(texts)}" if texts else path)
	return endpoint.send(verb, path, json.dumps(arguments))


def told(response: Response) -> str:
	return response.body.decode()


def refusal(response: Response) -> str:
	"""The type of the error that a refused call tells."""
	try:
		return response.json().get("exc_type", "")
	except ValueError:
		return ""


def test_the_lists_of_this_test_name_what_there_is(methods):
	there = {method.path for method in methods}
	assert set(SELF_SERVICE) <= there
	assert set(_documents("Page")) >= SELF_SERVICE_PAGES


def test_every_method_is_a_function_of_api_with_one_verb_and_typed_arguments(methods):
	for method in methods:
		assert method.path.startswith("erpnext_mcp.api."), method.path
		if method.verbs == ("GET", "POST"):
			assert method.path.startswith(BOTH_VERBS), method.path
		else:
			assert method.verbs in (("GET",), ("POST",)), f"{method.path} allows {method.verbs}"
		for parameter in method.parameters:
			assert parameter.kind == inspect.Parameter.POSITIONAL_OR_KEYWORD, method.path
			assert parameter.annotation is not inspect.Parameter.empty, f"{method.path}: {parameter.name}"
			assert parameter.name in EXAMPLES, (
				f"say in EXAMPLES what {parameter.name} of {method.path} looks like"
			)


def test_administrators_methods_refuse_everybody_else(callers, administrators_methods):
	assert administrators_methods
	for who, endpoint in callers.items():
		for method in administrators_methods:
			answer = knock(endpoint, method, method.right())
			assert (answer.status, refusal(answer)) == (403, "PermissionError"), (
				f"{who}: {method.path}: {told(answer)}"
			)
			assert "message" not in answer.json(), f"{who}: {method.path}"
			_tells_nothing(answer, who, method)


def test_so_they_do_when_arguments_are_missing_or_wrong(callers, administrators_methods):
	"""Frappe looks at the arguments before the method is reached; what it says of them is the method's signature."""
	for who in ("Guest", "a plain user"):
		endpoint = callers[who]
		for method in administrators_methods:
			for arguments in _wrong(method):
				answer = knock(endpoint, method, arguments)
				assert answer.status >= 400, f"{who}: {method.path} {arguments}: {told(answer)}"
				expected = {"PermissionError"} | (
					{"TypeError", "FrappeTypeError"} if method.parameters else set()
				)
				assert refusal(answer) in expected, f"{who}: {method.path} {arguments}: {told(answer)}"
				assert "message" not in answer.json(), f"{who}: {method.path}"
				_tells_nothing(answer, who, method)


def test_an_administrator_is_not_refused(administrators_methods, world, server):
	"""Else the tests above would prove nothing."""
	administrator = Endpoint(server.base_url, world.api_key("Administrator"))
	for method in administrators_methods:
		if "GET" in method.verbs:
			answer = knock(administrator, method, method.right())
			assert refusal(answer) != "PermissionError", f"{method.path}: {told(answer)}"
			assert answer.status < 500, f"{method.path}: {told(answer)}"


def test_each_method_has_its_own_verb_only(callers, methods, world, server):
	"""A link or a picture makes the browser of a logged-in user send GET: nothing that is for POST answers to it."""
	administrator = Endpoint(server.base_url, world.api_key("Administrator"))
	for method in methods:
		for other in {"GET", "POST", "PUT", "DELETE"} - set(method.verbs):
			answer = knock(administrator, method, method.right(), verb=other)
			assert (answer.status, refusal(answer)) == (403, "PermissionError"), f"{other} {method.path}"


def test_get_never_writes(callers, methods, world, server, state_of_the_site):
	everybody = {**callers, "Administrator": Endpoint(server.base_url, world.api_key("Administrator"))}
	readers = [method for method in methods if "GET" in method.verbs]
	assert readers
	before = state_of_the_site()
	for endpoint in everybody.values():
		for method in readers:
			for verb in method.verbs:
				knock(endpoint, method, method.right(), verb)
	assert state_of_the_site() == before


def test_refused_methods_write_nothing(callers, administrators_methods, state_of_the_site):
	before = state_of_the_site()
	for endpoint in callers.values():
		for method in administrators_methods:
			knock(endpoint, method, method.right())
	assert state_of_the_site() == before


def test_self_service_is_for_users_of_the_desk(callers, methods):
	for method in methods:
		if method.path in SELF_SERVICE:
			for who in ("Guest", "a Website User"):
				answer = knock(callers[who], method, method.right())
				assert answer.status == 403, f"{who}: {method.path}: {told(answer)}"
				assert "message" not in answer.json()


def test_self_service_names_nobody_but_the_caller(methods, callers, world, server, admin):
	"""It has no argument for a user, and its answers say nothing of others: not their names, keys, calls or profiles."""
	import frappe

	master = Endpoint(server.base_url, world.api_key(world.MASTER))
	answer = master.rpc(
		"tools/call",
		{"name": "get_generic_document", "arguments": {"doctype": "Customer", "name": "Asked by the Master"}},
	)
	assert answer.status == 200
	frappe.db.rollback()
	others = [world.MASTER, frappe.db.get_value("User", world.MASTER, "api_key"), "Asked by the Master"]
	foreign_profiles = set(frappe.get_all("MCP Permission Profile", pluck="name")) - {world.PROFILE}
	for method in methods:
		if method.path not in SELF_SERVICE:
			continue
		assert not {"user", "owner"} & {parameter.name for parameter in method.parameters}, method.path
		if "GET" in method.verbs:
			answer = knock(callers["a plain user with a profile"], method, method.right())
			assert answer.status == 200, f"{method.path}: {told(answer)}"
			for word in (*others, *foreign_profiles):
				assert word not in told(answer), f"{method.path} tells {word}"
			assert world.PROFILE not in told(knock(callers["a plain user"], method, method.right())), (
				method.path
			)


def test_self_service_methods_that_write_refuse_api_keys(methods, callers, state_of_the_site):
	"""A key that was lent to an agent must not be able to make, change or end anything."""
	before = state_of_the_site()
	for method in methods:
		if method.path in SELF_SERVICE and "POST" in method.verbs:
			answer = knock(callers["a plain user with a profile"], method, method.right())
			assert (answer.status, refusal(answer)) == (403, "PermissionError"), (
				f"{method.path}: {told(answer)}"
			)
	assert state_of_the_site() == before


def test_pages_are_for_administrators(callers):
	for page in _documents("Page"):
		for who, endpoint in callers.items():
			answer = endpoint.send("GET", f"/api/method/frappe.desk.desk_page.getpage?name={page}")
			if page in SELF_SERVICE_PAGES and who.startswith("a plain user"):
				assert answer.status == 200, f"{who}: {page}: {told(answer)}"
			else:
				assert answer.status in (401, 403), f"{who}: {page}: {told(answer)}"
				assert "script" not in told(answer), f"{who}: {page}"


def test_reports_are_for_administrators(callers):
	for report in _documents("Report"):
		for who, endpoint in callers.items():
			query = urlencode({"report_name": report, "filters": "{}"})
			for method in ("run", "get_script"):
				answer = endpoint.send("GET", f"/api/method/frappe.desk.query_report.{method}?{query}")
				assert answer.status in (401, 403), f"{who}: {report}: {told(answer)}"


def test_numbers_and_charts_are_for_administrators(callers, administrators_methods):
	"""Those that Frappe counts itself come from lists that only administrators may read; the others from methods of theirs."""
	import frappe

	theirs = {method.path for method in administrators_methods}
	for name in _documents("Number Card"):
		card = frappe.get_doc("Number Card", name)
		if card.type == "Custom":
			assert card.method in theirs, name
			continue
		body = json.dumps({"doc": card.as_dict(), "filters": card.filters_json or "[]"}, default=str)
		_numbers_refused(callers, "frappe.desk.doctype.number_card.number_card.get_result", body)
	for name in _documents("Dashboard Chart"):
		if frappe.db.get_value("Dashboard Chart", name, "chart_type") != "Custom":
			body = json.dumps({"chart_name": name})
			_numbers_refused(callers, "frappe.desk.doctype.dashboard_chart.dashboard_chart.get", body)


def _numbers_refused(callers: dict[str, Endpoint], path: str, body: str) -> None:
	for who, endpoint in callers.items():
		answer = endpoint.send("POST", f"/api/method/{path}", body)
		assert answer.status in (401, 403), f"{who}: {body}: {told(answer)}"


def test_documents_are_for_administrators(callers):
	"""Audit Entries and Approval Requests are the exception: everybody sees his own, by a hook that has its own tests."""
	for doctype in _documents("DocType", istable=0):
		for who, endpoint in callers.items():
			answer = endpoint.send("GET", f"/api/resource/{doctype.replace(' ', '%20')}")
			if doctype in ("MCP Audit Entry", "MCP Approval Request") and who.startswith("a plain user"):
				continue
			if doctype == "MCP Gateway Settings":
				answer = endpoint.send(
					"GET", f"/api/resource/{doctype.replace(' ', '%20')}/{doctype.replace(' ', '%20')}"
				)
			assert answer.status in (401, 403), f"{who}: {doctype}: {told(answer)}"


@pytest.fixture
def state_of_the_site(admin) -> Callable[[], dict[str, tuple]]:
	"""How many rows each table has and when one was changed last, but for the tables that every request writes."""
	import frappe

	noise = {
		"Sessions",
		"Activity Log",
		"Access Log",
		"Route History",
		"Error Log",
		"Scheduled Job Log",
		"Singles",
		"Notification Log",  # a job tells of clients that earlier calls came with
	}

	def state() -> dict[str, tuple]:
		frappe.db.rollback()  # a new snapshot
		found = {}
		for table in frappe.db.get_tables(cached=False):
			doctype = table.removeprefix("tab")
			if table.startswith("tab") and doctype not in noise:
				has_modified = "modified" in frappe.db.get_table_columns(doctype)
				last = ", max(modified)" if has_modified else ""
				found[doctype] = frappe.db.sql(f"select count(*){last} from `{table}`")[0]
		found["Singles"] = frappe.db.sql(
			"select doctype, value from tabSingles where field = 'modified' order by 1"
		)
		return found

	return state


def _documents(doctype: str, **filters: Any) -> list[str]:
	"""The app's own documents of a DocType that Frappe uses for the desk."""
	import frappe

	frappe.db.rollback()
	return frappe.get_all(doctype, filters={"module": MODULE, **filters}, pluck="name", order_by="name asc")


def _wrong(method: Method) -> list[dict[str, Any]]:
	"""No arguments, unknown ones, and values that they should not have."""
	wrong = [{parameter.name: value for parameter in method.parameters} for value in WRONG]
	return [{}, {"no_such_argument": 1}, *(wrong if method.parameters else [])]


def _tells_nothing(answer: Response, who: str, method: Method) -> None:
	for word in (people.PROFILE, people.SECRET_VALUE, people.HIDDEN):
		assert word not in told(answer), f"{who}: {method.path} tells {word}"
