"""Ask before: deletes, submits, cancels and bulk calls that a person has to agree to (DESIGN §4, T42)."""

import json
from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from erpnext_mcp.limits import approvals
from erpnext_mcp.mcp_server.asking import CONFIRM, QUESTION
from erpnext_mcp.tests import writes
from erpnext_mcp.tests.desk_session import DeskSession
from erpnext_mcp.tests.endpoint import Endpoint

CAN_ASK = {"elicitation": {}}
REQUEST = "MCP Approval Request"
METHOD = "erpnext_mcp.api.desk.approvals."


@pytest.fixture
def endpoint(server, site, admin, world, master_key) -> Iterator[Endpoint]:
	yield Endpoint(server.base_url, master_key, site.name if site.kind == "bench" else "")
	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.db.delete(REQUEST, {"user": ("in", [world.READER, world.MASTER])})
	for name in frappe.get_all("Customer", filters={"customer_name": ("like", "MCP Asked%")}, pluck="name"):
		frappe.delete_doc("Customer", name, force=True)
	frappe.db.commit()


@pytest.fixture
def customer(endpoint, world) -> str:
	doc = frappe.get_doc({"doctype": "Customer", **writes.customer("MCP Asked", world.NORTH)}).insert()
	frappe.db.commit()
	return doc.name


@pytest.fixture
def asking(granted):
	"""A profile that asks before all there is."""
	with granted({"Customer": "read create update delete"}, ask_delete=1, ask_bulk=1):
		yield


def call(endpoint: Endpoint, tool: str, **arguments: Any) -> dict[str, Any]:
	answer = endpoint.rpc("tools/call", {"name": tool, "arguments": arguments})
	return answer.json()["result"]["structuredContent"]


def delete(endpoint: Endpoint, name: str, **arguments: Any) -> dict[str, Any]:
	return call(endpoint, "delete_generic_document", doctype="Customer", name=name, **arguments)


def there_is(name: str) -> bool:
	frappe.db.rollback()
	return bool(frappe.db.exists("Customer", name))


def decide(request: str, approve: bool) -> None:
	frappe.db.rollback()
	approvals.decide(request, approve, "Administrator")
	frappe.db.commit()


def test_t42_nothing_that_a_model_can_say_is_an_approval(endpoint, customer, asking):
	first = delete(endpoint, customer)
	assert first["code"] == "approval_required" and first["request"] in first["url"]
	again = delete(endpoint, customer)
	assert again["request"] == first["request"], "the same call waits for the same request"
	confirmed = delete(endpoint, customer, confirm=True)
	assert confirmed["code"] == "invalid_arguments"
	assert there_is(customer)
	row = frappe.get_doc(REQUEST, first["request"])
	assert (row.status, row.operation, row.reference_name) == ("Pending", "delete", customer)


def test_a_dry_run_asks_nobody(endpoint, customer, asking):
	assert delete(endpoint, customer, dry_run=True)["dry_run"] and there_is(customer)


def test_what_is_not_asked_about_needs_nobody(endpoint, customer, granted):
	with granted({"Customer": "read delete"}, ask_submit=1):
		assert delete(endpoint, customer)["done"]


def test_a_rule_asks_for_its_own_doctype(endpoint, customer, granted):
	with granted({"Customer": "read delete"}, more={"Customer": {"ask_delete": 1}}):
		assert delete(endpoint, customer)["code"] == "approval_required"


def test_an_approved_call_succeeds_once(endpoint, customer, asking, last_entry, world):
	request = delete(endpoint, customer)["request"]
	assert last_entry(tool="delete_generic_document").reason_code == "approval_required"
	decide(request, True)
	assert delete(endpoint, customer)["done"] and not there_is(customer)
	assert frappe.db.get_value(REQUEST, request, "status") == "Used"
	assert last_entry(tool="delete_generic_document").reason == f"approved by Administrator: {request}"


def test_t71_an_approval_is_for_this_user_with_this_credential_and_these_arguments(
	endpoint, customer, asking, reader_key, world
):
	other = frappe.get_doc({"doctype": "Customer", **writes.customer("MCP Asked 2", world.NORTH)}).insert()
	frappe.db.commit()
	request = delete(endpoint, customer)["request"]
	decide(request, True)
	reader = Endpoint(endpoint.base_url, reader_key, endpoint.host)
	assert delete(reader, customer).get("code") in ("approval_required", "not_permitted")
	assert delete(endpoint, other.name)["code"] == "approval_required"
	version = call(endpoint, "get_generic_document", doctype="Customer", name=customer)["version"]
	assert delete(endpoint, customer, expected_version=version)["code"] == "approval_required"
	assert there_is(customer) and there_is(other.name)


def test_an_approval_is_for_the_document_as_it_was(endpoint, customer, asking):
	request = delete(endpoint, customer)["request"]
	decide(request, True)
	frappe.get_doc("Customer", customer).update({"website": "https://changed.example"}).save()
	frappe.db.commit()
	again = delete(endpoint, customer)
	assert again["code"] == "approval_required" and again["request"] != request and there_is(customer)


def test_a_rejected_call_is_told_so(endpoint, customer, asking, world):
	request = delete(endpoint, customer)["request"]
	decide(request, False)
	refused = delete(endpoint, customer)
	assert refused["code"] == "not_permitted" and "rejected" in refused["message"] and there_is(customer)


def test_decisions_expire(endpoint, customer, asking):
	request = delete(endpoint, customer)["request"]
	decide(request, True)
	frappe.db.set_value(REQUEST, request, "expires_at", "2020-01-01 00:00:00")
	frappe.db.commit()
	assert delete(endpoint, customer)["request"] != request and there_is(customer)


def test_who_sees_nothing_is_not_asked(endpoint, world, reader_key, asking):
	"""T13: a hidden document gives no request, and no other words than one that does not exist."""
	reader = Endpoint(endpoint.base_url, reader_key, endpoint.host)
	hidden, missing = delete(reader, world.HIDDEN), delete(reader, "No Such Customer")
	assert hidden == missing or hidden["code"] == missing["code"] == "not_permitted"
	assert not frappe.db.count(REQUEST, {"reference_name": world.HIDDEN})


@pytest.mark.parametrize("tool", ["bulk_create_documents", "bulk_update_documents"])
def test_bulk_calls_are_asked_about_as_a_whole(endpoint, customer, asking, world, tool):
	if tool == "bulk_create_documents":
		documents = [writes.customer(f"MCP Asked B{n}", world.NORTH) for n in range(2)]
	else:
		documents = [{"name": customer, "data": {"website": "https://bulk.example"}}]
	arguments = {"doctype": "Customer", "documents": documents}
	first = call(endpoint, tool, **arguments)
	assert first["code"] == "approval_required"
	frappe.db.rollback()
	row = frappe.get_doc(REQUEST, first["request"])
	assert row.operation == "bulk" and customer in (row.documents or customer)
	assert ("website" if tool == "bulk_update_documents" else "customer_name") in row.field_names
	himself = DeskSession.login(endpoint.base_url, world.MASTER, host=endpoint.host)
	text = himself.get(METHOD + "shown", name=first["request"]).json()["message"]["text"]
	what = (
		f"change documents of Customer: {customer}." if row.documents else "create documents of Customer (2)."
	)
	assert text.startswith(f"{world.MASTER} wants to {what}")
	decide(first["request"], True)
	assert len(call(endpoint, tool, **arguments)["results"]) == len(documents)
	assert call(endpoint, tool, **arguments)["code"] == "approval_required", "once"


def ask(endpoint: Endpoint, name: str, **params: Any) -> dict[str, Any]:
	asked = {"name": "delete_generic_document", "arguments": {"doctype": "Customer", "name": name}, **params}
	return endpoint.modern("tools/call", asked, capabilities=CAN_ASK).json()["result"]


def response(action: str = "accept", **content: Any) -> dict[str, Any]:
	return {QUESTION: {"action": action, **({"content": content} if content else {})}}


def test_a_client_that_can_ask_its_user_does(endpoint, customer, asking, world, last_entry):
	first = ask(endpoint, customer)
	assert first["resultType"] == "input_required"
	question = first["inputRequests"][QUESTION]
	assert question["method"] == "elicitation/create" and customer in question["params"]["message"]
	assert there_is(customer) and last_entry(tool="delete_generic_document").reason == "asked in the client"
	state = first["requestState"]
	done = ask(endpoint, customer, requestState=state, inputResponses=response(**{CONFIRM: True}))
	assert done["structuredContent"]["done"] and not there_is(customer)
	entry = last_entry(tool="delete_generic_document")
	assert (entry.outcome, entry.reason) == ("Allowed", "confirmed in the client")
	assert not frappe.db.count(REQUEST, {"status": "Pending", "user": world.MASTER})


@pytest.mark.parametrize(
	"said",
	[
		response("decline"),
		response("cancel"),
		response("accept"),
		response("accept", **{CONFIRM: False}),
		{"other": {"action": "accept", "content": {CONFIRM: True}}},
		{},
	],
)
def test_t42_a_user_who_does_not_confirm(endpoint, customer, asking, said):
	state = ask(endpoint, customer)["requestState"]
	answer = ask(endpoint, customer, requestState=state, inputResponses=said)
	assert answer["structuredContent"]["code"] == "not_permitted" and there_is(customer)


def test_t42_responses_without_a_state_of_ours_are_nothing(endpoint, customer, asking, world):
	yes = response(**{CONFIRM: True})
	assert ask(endpoint, customer, inputResponses=yes)["resultType"] == "input_required"
	assert ask(endpoint, customer, requestState="x", inputResponses=yes)["isError"]
	other = frappe.get_doc({"doctype": "Customer", **writes.customer("MCP Asked 3", world.NORTH)}).insert()
	frappe.db.commit()
	state = ask(endpoint, other.name)["requestState"]
	assert ask(endpoint, customer, requestState=state, inputResponses=yes)["isError"]
	assert there_is(customer) and there_is(other.name)


def test_t71_a_state_is_good_once(endpoint, asking, world):
	"""A create changes no version: the state itself is remembered."""
	documents = [writes.customer("MCP Asked Once", world.NORTH)]
	asked = {"name": "bulk_create_documents", "arguments": {"doctype": "Customer", "documents": documents}}

	def send(**params: Any) -> dict[str, Any]:
		return endpoint.modern("tools/call", {**asked, **params}, capabilities=CAN_ASK).json()["result"]

	state = send()["requestState"]
	yes = {"requestState": state, "inputResponses": response(**{CONFIRM: True})}
	assert "results" in send(**yes)["structuredContent"]
	assert send(**yes)["structuredContent"]["code"] == "not_permitted"
	frappe.db.rollback()
	assert frappe.db.count("Customer", {"customer_name": "MCP Asked Once"}) == 1


def test_t42_a_credential_can_not_approve_what_it_asks_for(endpoint, customer, asking, site, world):
	request = delete(endpoint, customer)["request"]
	body = json.dumps({"name": request, "approve": 1})
	by_key = endpoint.send("POST", f"/api/method/{METHOD}decide", body)
	assert by_key.status == 403
	frappe.db.rollback()
	assert frappe.db.get_value(REQUEST, request, "status") == "Pending"
	by_api = endpoint.send(
		"PUT", f"/api/resource/{REQUEST.replace(' ', '%20')}/{request}", '{"status":"Approved"}'
	)
	assert by_api.status == 403
	frappe.db.rollback()
	assert frappe.db.get_value(REQUEST, request, "status") == "Pending"


def test_in_the_desk_the_user_himself_or_an_administrator_decides(endpoint, customer, asking, world):
	request = delete(endpoint, customer)["request"]
	stranger = DeskSession.login(endpoint.base_url, world.STRANGER, host=endpoint.host)
	assert stranger.post(METHOD + "decide", name=request, approve=1).status == 403
	assert stranger.get(METHOD + "shown", name=request).json()["message"] == {"may_decide": False, "text": ""}
	himself = DeskSession.login(endpoint.base_url, world.MASTER, host=endpoint.host)
	shown = himself.get(METHOD + "shown", name=request).json()["message"]
	assert shown["may_decide"] and customer in shown["text"]
	assert himself.post(METHOD + "decide", name=request, approve=1).json()["message"] == "Approved"
	assert himself.post(METHOD + "decide", name=request, approve=0).status == 417, "decided is decided"
	assert delete(endpoint, customer)["done"]


def test_t55_requests_are_seen_by_their_user_and_by_administrators(endpoint, customer, asking, world):
	request = delete(endpoint, customer)["request"]
	frappe.db.rollback()
	for user, sees in ((world.MASTER, True), (world.STRANGER, False), (world.READER, False)):
		frappe.set_user(user)
		assert (request in frappe.get_list(REQUEST, pluck="name")) == sees
		assert frappe.has_permission(REQUEST, "read", doc=request) == sees
	frappe.set_user("Administrator")
	assert call(endpoint, "list_generic_documents", doctype=REQUEST)["code"] == "not_found"


def test_nobody_makes_or_changes_requests_by_hand(admin, endpoint, customer, asking):
	request = delete(endpoint, customer)["request"]
	frappe.db.rollback()
	doc = frappe.get_doc(REQUEST, request)
	doc.status = "Approved"
	with pytest.raises(frappe.PermissionError):
		doc.save()
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc({"doctype": REQUEST, "user": "Administrator"}).insert()
	with pytest.raises(frappe.PermissionError):
		frappe.delete_doc(REQUEST, request)


def test_a_user_has_so_many_that_wait(endpoint, customer, asking, monkeypatch, call, world):
	monkeypatch.setattr(approvals, "MOST_PENDING", 1)
	other = frappe.get_doc({"doctype": "Customer", **writes.customer("MCP Asked 4", world.NORTH)}).insert()
	frappe.db.commit()
	assert call(world.MASTER, "delete_generic_document", doctype="Customer", name=customer).error.code == (
		"approval_required"
	)
	refused = call(world.MASTER, "delete_generic_document", doctype="Customer", name=other.name)
	assert (
		refused.error.code == "too_large"
		and frappe.db.count(REQUEST, {"status": "Pending", "user": world.MASTER}) == 1
	)
