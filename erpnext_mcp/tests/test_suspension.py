"""Who is refused too often loses his access until an administrator gives it back, whichever client he comes with (T58, T74)."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import frappe
import pytest
from click.testing import CliRunner, Result
from redis.exceptions import ConnectionError as RedisConnectionError

from erpnext_mcp.commands import commands
from erpnext_mcp.limits import limiter, notices, suspension
from erpnext_mcp.mcp_server import pipeline, suspending
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.policy import store
from erpnext_mcp.tests.endpoint import Endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
PROFILE = "MCP Permission Profile"
ADMINISTRATOR = "mcp.suspension.administrator@example.com"


@pytest.fixture
def told(monkeypatch) -> list[tuple]:
	"""What the administrators are told: (users, values of the notification)."""
	sent: list[tuple] = []
	monkeypatch.setattr(notices, "enqueue_create_notification", lambda *args: sent.append(args))
	return sent


@pytest.fixture(autouse=True)
def clean(admin, world, told) -> Iterator[None]:
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.delete("MCP Suspension")
	for user in (world.READER, world.STRANGER, world.MASTER):
		limiter.forget(f"erpnext_mcp:refusals:{user}")
	store.changed()
	frappe.db.commit()


@pytest.fixture
def strict(changed) -> Iterator[None]:
	"""Three refusals within ten minutes."""
	with changed(*SETTINGS, suspend_after=3, suspend_within=10):
		yield


@pytest.fixture
def administrator(admin, world) -> Iterator[str]:
	world.make_user(ADMINISTRATOR, "MCP Administrator")
	frappe.db.commit()
	yield ADMINISTRATOR
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.delete_doc("User", ADMINISTRATOR, force=True)
	frappe.db.commit()


@pytest.fixture
def bench(site, admin) -> Callable[..., Result]:
	"""bench(*arguments) → the result of `bench --site S mcp ...`"""
	(group,) = [command for command in commands if command.name == "mcp"]
	context = frappe._dict(sites=[site.name], profile=False, force=False, verbose=False)

	def bench(*arguments: str) -> Result:
		frappe.db.commit()
		with ThreadPoolExecutor(1) as pool:
			result = pool.submit(CliRunner().invoke, group, arguments, obj=context).result()
		frappe.db.rollback()
		return result

	return bench


def refuse(call, user: str, times: int = 3) -> list[str]:
	return [call(user, "list_generic_documents", doctype="User").error.code for _ in range(times)]


def suspensions(user: str) -> list[Any]:
	frappe.db.rollback()
	return frappe.get_all("MCP Suspension", filters={"user": user}, fields=["*"])


def test_off_by_default(call, world):
	refuse(call, world.READER, 10)
	assert not suspensions(world.READER)


def test_the_third_refusal_suspends(call, world, strict, last_entry, told, administrator):
	assert refuse(call, world.READER, 2) == ["not_found"] * 2
	assert not suspensions(world.READER) and call(world.READER, "list_doctypes").error is None
	refuse(call, world.READER, 1)
	(found,) = suspensions(world.READER)
	assert (found.refusals, found.within_minutes, found.lifted) == (3, 10, 0)
	assert found.reason == f"profile {world.PROFILE} has no rule for it"
	assert found.owner == "Administrator" and found.suspended_at
	error = call(world.READER, "list_doctypes").error
	assert error.code == "not_permitted" and "suspended" in error.message and "administrator" in error.hint
	assert last_entry(user=world.READER).reason == "suspended"
	assert call(world.MASTER, "list_doctypes").error is None, "another user"
	(users, values) = told[0]
	assert administrator in users and world.READER in values["subject"]
	assert (values["document_type"], values["document_name"]) == ("MCP Suspension", found.name)


def test_administrators_find_a_notification_on_the_desk(world, administrator, told):
	from frappe.desk.doctype.notification_log.notification_log import make_notification_logs

	suspension.notify("xyz", world.READER)
	make_notification_logs(frappe._dict(told[0][1]), told[0][0])
	(name,) = frappe.get_all(
		"Notification Log", filters={"for_user": administrator, "document_name": "xyz"}, pluck="name"
	)
	frappe.delete_doc("Notification Log", name, force=True)
	frappe.db.commit()


def test_t74_whichever_client(world, strict, admin):
	def call_from(number: int):
		frappe.set_user(world.READER)
		try:
			caller = Caller(world.READER, "test", f"OAuth client {number}", ip_address=f"192.0.2.{number}")
			return pipeline.run(caller, "list_generic_documents", {"doctype": "User"})
		finally:
			frappe.set_user("Administrator")

	answers = [call_from(number) for number in range(5)]
	assert [a.error.code for a in answers] == ["not_found"] * 3 + ["not_permitted"] * 2
	assert len(suspensions(world.READER)) == 1, "further refusals make no further one"


def test_what_a_suspended_user_still_learns_is_that_he_is(call, world, strict):
	refuse(call, world.READER)
	tools = call(world.READER, "tools/list").content["tools"]
	assert [t["name"] for t in tools] == ["test_connection"]
	answer = call(world.READER, "test_connection").content
	assert answer["status"] == "no_access" and "suspended" in json.dumps(answer)


@pytest.mark.parametrize(
	("tool", "arguments", "code", "counts"),
	[
		("list_generic_documents", {"doctype": "User"}, "not_found", True),
		(
			"list_generic_documents",
			{"doctype": "Customer", "fields": ["mcp_secret"]},
			"field_not_permitted",
			True,
		),
		("create_generic_document", {"doctype": "Territory", "data": {}}, "not_permitted", True),
		("get_generic_document", {"doctype": "Customer", "name": "Nowhere"}, "not_found", False),
		("list_generic_documents", {"doctype": "Customer", "nonsense": 1}, "invalid_arguments", False),
		("no_such_tool", {}, "invalid_arguments", False),
	],
)
def test_refusals_by_policy_count_and_nothing_else(call, world, strict, tool, arguments, code, counts):
	assert {call(world.READER, tool, **arguments).error.code for _ in range(3)} == {code}
	assert bool(suspensions(world.READER)) is counts


def test_a_read_only_profile_and_a_failed_condition_count(call, world, strict, changed):
	data = {"customer_name": "MCP Never", "customer_type": "Company", "territory": world.NORTH}

	def create():
		return call(world.READER, "create_generic_document", doctype="Customer", data=data).error.code

	with changed(PROFILE, world.PROFILE, read_only=1):
		assert create() == "read_only"
	condition = {
		"document_type": "Customer",
		"operation": "create",
		"field": "customer_name",
		"operator": "=",
		"value": '"Somebody"',
	}
	with changed(PROFILE, world.PROFILE, conditions=[condition]):
		assert [create(), create()] == ["condition_failed"] * 2
	assert suspensions(world.READER)


def test_rate_limited_calls_do_not_count(call, world, strict, changed):
	with changed(*SETTINGS, reads_per_minute=1):
		codes = refuse(call, world.READER, 5)
	assert codes == ["not_found"] + ["rate_limited"] * 4
	assert not suspensions(world.READER)


def test_guest_and_disabled_users_are_not_suspended(call, world, strict, changed):
	for _ in range(4):
		call("Guest", "list_doctypes")
	with changed("User", world.STRANGER, enabled=0):
		for _ in range(4):
			call(world.STRANGER, "list_doctypes")
	assert not frappe.get_all("MCP Suspension")


def test_who_has_no_profile_is_suspended_as_well(call, world, strict):
	for _ in range(3):
		call(world.STRANGER, "list_doctypes")
	assert suspensions(world.STRANGER)


def test_an_administrator_lifts_it_and_the_count_begins_anew(call, world, strict, administrator):
	refuse(call, world.READER)
	frappe.set_user(administrator)
	doc = frappe.get_doc("MCP Suspension", suspensions(world.READER)[0].name)
	doc.update({"lifted": 1, "user": world.MASTER, "lifted_by": world.MASTER, "reason": "nothing"})
	doc.save()
	frappe.db.commit()
	frappe.set_user("Administrator")
	assert call(world.READER, "list_doctypes").error is None
	(found,) = suspensions(world.READER)
	assert found.lifted_by == administrator and found.lifted_at
	assert found.user == world.READER and found.reason != "nothing", "nothing else can be changed"
	refuse(call, world.READER, 2)
	assert call(world.READER, "list_doctypes").error is None
	refuse(call, world.READER, 1)
	assert len(suspensions(world.READER)) == 2
	doc.reload()
	doc.lifted = 0
	with pytest.raises(frappe.ValidationError, match="stays so"):
		doc.save()


def test_nobody_makes_or_deletes_one_by_hand(call, world, strict, administrator):
	refuse(call, world.READER)
	name = suspensions(world.READER)[0].name
	for user in ("Administrator", administrator):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc({"doctype": "MCP Suspension", "user": world.MASTER}).insert(
				ignore_permissions=True
			)
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("MCP Suspension", name, force=True, ignore_permissions=True)
	frappe.set_user(world.READER)
	assert not frappe.has_permission("MCP Suspension", "read")
	frappe.set_user("Administrator")
	frappe.db.rollback()
	assert call(world.MASTER, "list_generic_documents", doctype="MCP Suspension").error.code == "not_found"


def test_a_user_who_was_suspended_can_be_deleted(call, world, strict, admin):
	user = "mcp.gone@example.com"
	world.make_user(user, "Sales User")
	frappe.db.commit()
	for _ in range(3):
		call(user, "list_doctypes")
	assert suspensions(user)
	frappe.delete_doc("User", user)
	frappe.db.commit()
	assert suspensions(user)


def test_the_check_costs_no_query(call, world, strict, monkeypatch):
	call(world.READER, "list_doctypes")
	sent: list[str] = []
	original = frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *a, **k: sent.append(str(query)) or original(query, *a, **k)
	)
	call(world.READER, "list_doctypes")
	assert sent and not [query for query in sent if "Suspension" in query]


def test_without_redis_it_is_read_from_the_database(call, world, strict, monkeypatch):
	def unreachable(*_, **__):
		raise RedisConnectionError("Connection refused")

	for name in ("evalsha", "eval", "get", "set", "delete"):
		monkeypatch.setattr(frappe.cache, name, unreachable)
	assert refuse(call, world.READER, 4) == ["not_found"] * 3 + ["not_permitted"]
	suspension.lift(world.READER)
	frappe.db.commit()
	assert call(world.READER, "list_doctypes").error is None


def test_what_fails_here_loses_neither_answer_nor_entry(call, world, strict, monkeypatch, last_entry):
	def fail(*_):
		raise RuntimeError("broken")

	monkeypatch.setattr(suspending.suspension, "refused", fail)
	assert refuse(call, world.READER, 1) == ["not_found"]
	assert last_entry(user=world.READER).reason_code == "not_found"


def test_suspended_in_one_process_is_suspended_in_all(site, start_server, world, strict, reader_key):
	"""T58, T74: at the next call, on every worker, and lifted the same way."""
	host = site.name if site.kind == "bench" else ""
	one, two = (Endpoint(start_server().base_url, reader_key, host) for _ in range(2))

	def refused(endpoint: Endpoint) -> bool:
		answer = endpoint.rpc("tools/call", {"name": "list_doctypes"}).json()["result"]
		return bool(answer.get("isError"))

	assert not refused(one) and not refused(two)
	for _ in range(3):
		one.rpc("tools/call", {"name": "list_generic_documents", "arguments": {"doctype": "User"}})
	assert refused(two) and refused(one)
	frappe.db.rollback()
	suspension.lift(world.READER)
	frappe.db.commit()
	assert not refused(two) and not refused(one)


def test_the_commands_list_and_lift(call, world, strict, bench):
	assert "Nobody is suspended." in bench("suspensions").output
	refuse(call, world.READER)
	listed = bench("suspensions").output
	assert listed.startswith(f"{world.READER}: since 20") and "3 refusals within 10 min" in listed
	(row,) = json.loads(bench("suspensions", "--format", "json").output)
	assert row["user"] == world.READER and row["refusals"] == 3
	assert f"Suspended after too many refusals: {world.READER}" in bench("status").output
	lifted = bench("lift", world.READER)
	assert lifted.exit_code == 0 and world.READER in lifted.output
	assert call(world.READER, "list_doctypes").error is None
	again = bench("lift", world.READER)
	assert again.exit_code == 1 and "is not suspended" in again.output
