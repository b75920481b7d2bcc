"""What people ask of an agent, as the sessions that it holds over HTTP with the official SDK's client.

The data is made here, on the demo as on ERPNext: customers of two territories with contacts, laptops with prices, invoices.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import frappe
import pytest

from erpnext_mcp.tests import business

AGENT = "mcp.agent@example.com"
PROFILE = "MCP Test Agent"
BIG, SMALL, SOUTHERN = (f"{business.CUSTOMER} {name}" for name in ("Big", "Small", "Southern"))
LAPTOPS = {"MCP-ITEM-LAPTOP-13": 899.5, "MCP-ITEM-LAPTOP-16": 1499}
MOUSE = "MCP-ITEM-MOUSE"
PRICE_LIST = "MCP Agent Selling"
CONTACT = "MCP Trade Contact"
EMAIL = "big.contact@example.com"
RULES = {
	"Customer": ("select", "read", "create"),
	"Contact": ("read",),
	"Territory": ("select", "read"),
	"Item": ("select", "read"),
	"Item Price": ("read",),
	"Sales Invoice": ("read",),
	"Payment Entry": ("read", "create", "submit"),
}
ALLOWED_TYPES = '["Company", "Partnership"]'


@pytest.fixture(scope="module")
def trade(site, world) -> Iterator[dict[str, Any]]:
	"""An agent, who sees all territories; two customers in the north, one in the south; who has bought what."""
	business.build(world)
	world.make_user(AGENT, "Sales User", "Sales Master Manager", "Accounts User", "Item Manager")
	conditions = [
		{
			"document_type": "Customer",
			"operation": "create",
			"field": "customer_type",
			"operator": "in",
			"value": ALLOWED_TYPES,
			"document_state": "After",
		},
		{
			"document_type": "Customer",
			"operation": "create",
			"field": "territory",
			"operator": "=",
			"value": f'"{world.NORTH}"',
			"document_state": "After",
		},
	]
	world.profile(PROFILE, users=[AGENT], rules=RULES, conditions=conditions, priority=70)
	for customer, territory in ((BIG, world.NORTH), (SMALL, world.NORTH), (SOUTHERN, world.SOUTH)):
		insert(
			"Customer",
			customer_name=customer,
			customer_type="Company",
			customer_group=business.leaf("Customer Group"),
			territory=territory,
		)
	contact = insert(
		"Contact",
		first_name=CONTACT,
		email_ids=[{"email_id": EMAIL, "is_primary": 1}],
		links=[{"link_doctype": "Customer", "link_name": BIG}],
	)
	currency = frappe.db.get_value("Company", business.company(), "default_currency")
	insert("Price List", price_list_name=PRICE_LIST, currency=currency, selling=1, enabled=1)
	for code, rate in (*LAPTOPS.items(), (MOUSE, 20)):
		insert(
			"Item",
			item_code=code,
			item_name=code.removeprefix("MCP-ITEM-").replace("-", " ").title(),
			item_group=business.leaf("Item Group"),
			stock_uom="Nos",
			is_stock_item=0,
		)
		insert("Item Price", item_code=code, price_list=PRICE_LIST, price_list_rate=rate, uom="Nos")
	invoices = {
		customer: [
			business.document(
				"Sales Invoice", {"item_code": MOUSE, "qty": qty, "rate": 20}, customer=customer
			).name
			for qty in quantities
		]
		for customer, quantities in ((BIG, (50, 30)), (SMALL, (5,)), (SOUTHERN, (500,)))
	}
	frappe.db.commit()
	yield {"invoices": invoices, "currency": currency, "key": world.api_key(AGENT)}
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.db.commit()
	if site.kind == "bench":
		business.destroy()
		for doctype, name in (("Contact", contact), ("Price List", PRICE_LIST), ("User", AGENT)):
			frappe.delete_doc_if_exists(doctype, name, force=True)
		frappe.db.commit()


def insert(doctype: str, **values: Any) -> str:
	return frappe.get_doc({"doctype": doctype, **values}).insert().name


Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(params=["auto", "legacy"])
def session(request, server, trade) -> Callable[..., Any]:
	"""session(script) → what the script returns; it gets `ask(tool, **arguments)`, which gives the structured answer."""
	import httpx2
	from mcp.client.client import Client
	from mcp.client.streamable_http import streamable_http_client

	async def hold(script: Callable[[Ask], Awaitable[Any]]) -> Any:
		async with httpx2.AsyncClient(headers={"Authorization": trade["key"]}, timeout=60) as http:
			transport = streamable_http_client(server.base_url + "/mcp", http_client=http)
			async with Client(transport, mode=request.param) as client:
				offered = {tool.name for tool in (await client.list_tools()).tools}

				async def ask(tool: str, *, refused: str = "", **arguments: Any) -> dict[str, Any]:
					assert tool in offered
					result = await client.call_tool(tool, arguments)
					content = result.structured_content
					assert bool(result.is_error) == bool(refused), content
					assert content.get("code", "") == refused
					return content

				return await script(ask)

	return lambda script: asyncio.run(hold(script))


def test_show_me_the_top_customers_of_a_territory_with_their_contacts(session, world):
	async def script(ask: Ask) -> list[tuple[str, float, list[str]]]:
		found = await ask(
			"search_generic_documents", doctype="Territory", search_term="MCP North", fields=["name"]
		)
		territory = found["documents"][0]["name"]
		top = await ask(
			"aggregate_generic_documents",
			doctype="Sales Invoice",
			aggregates=[{"function": "sum", "field": "base_grand_total", "as": "revenue"}],
			group_by=["customer"],
			filters={"docstatus": 1, "territory": territory, "customer": ["like", "MCP Trade%"]},
			order_by="revenue desc",
			limit=5,
		)
		told = []
		for row in top["rows"]:
			contacts = await ask(
				"list_generic_documents",
				doctype="Contact",
				filters=[
					["Dynamic Link", "link_doctype", "=", "Customer"],
					["Dynamic Link", "link_name", "=", row["customer"]],
				],
				fields=["first_name", "email_id"],
			)
			told.append((row["customer"], row["revenue"], [c["email_id"] for c in contacts["documents"]]))
		return told

	assert session(script) == [(BIG, 1600, [EMAIL]), (SMALL, 100, [])]


def test_create_a_customer_under_a_condition(session, world, trade):
	name = f"{business.CUSTOMER} New"

	async def script(ask: Ask) -> list[dict[str, Any]]:
		data = {"customer_name": name, "customer_type": "Individual", "territory": world.SOUTH}
		told = await ask("get_doctype_permissions", doctype="Customer")
		assert {c["field"] for c in told["conditions"]} == {"customer_type", "territory"}
		refused = await ask(
			"create_generic_document", refused="condition_failed", doctype="Customer", data=data
		)
		assert {c["field"] for c in refused["conditions"]} == {"customer_type", "territory"}
		assert "Partnership" in refused["message"] and world.NORTH in refused["message"]
		still = await ask(
			"create_generic_document",
			refused="condition_failed",
			doctype="Customer",
			data={**data, "customer_type": "Company"},
		)
		assert [c["field"] for c in still["conditions"]] == ["territory"]
		data |= {"customer_type": "Company", "territory": world.NORTH}
		preview = await ask("create_generic_document", doctype="Customer", data=data, dry_run=True)
		assert preview["dry_run"] and preview["document"]["territory"] == world.NORTH
		nothing = await ask("count_generic_documents", doctype="Customer", filters={"customer_name": name})
		assert nothing["count"] == 0
		created = await ask(
			"create_generic_document", doctype="Customer", data=data, idempotency_key="trade new"
		)
		again = await ask(
			"create_generic_document", doctype="Customer", data=data, idempotency_key="trade new"
		)
		assert again["repeated"] and again["name"] == created["name"]
		return [preview, created]

	try:
		preview, created = session(script)
		assert preview["name"] == created["name"]
		frappe.db.rollback()
		saved = frappe.get_doc("Customer", created["name"])
		assert (saved.customer_type, saved.territory, saved.owner) == ("Company", world.NORTH, AGENT)
		audited = frappe.get_all(
			"MCP Audit Entry",
			filters={"user": AGENT, "tool": "create_generic_document"},
			fields=["outcome", "reason_code", "dry_run"],
			order_by="timestamp desc, creation desc",
			limit=5,
		)
		assert [(e.outcome, e.reason_code, e.dry_run) for e in audited] == [
			("Allowed", "", 0),
			("Allowed", "", 0),
			("Allowed", "", 1),
			("Refused", "condition_failed", 0),
			("Refused", "condition_failed", 0),
		]
	finally:
		frappe.db.rollback()
		for found in frappe.get_all("Customer", {"customer_name": name}, pluck="name"):
			frappe.delete_doc("Customer", found, force=True)
		frappe.db.delete("MCP Idempotency Key", {"user": AGENT})
		frappe.db.commit()


def test_show_the_details_and_the_payment_status_of_an_invoice(session, world):
	"""Then the payment comes in: what is proposed is the outstanding amount, and the status follows."""
	invoice = business.document(
		"Sales Invoice", {"item_code": MOUSE, "qty": 5, "rate": 20}, customer=SMALL
	).name
	frappe.db.commit()

	async def script(ask: Ask) -> list[dict[str, Any]]:
		async def look() -> dict[str, Any]:
			answer = await ask("get_generic_document", doctype="Sales Invoice", name=invoice)
			return answer["document"]

		before = await look()
		nothing = await ask("get_linked_documents", doctype="Sales Invoice", name=invoice)
		assert [d for d in nothing["linked"] if d["doctype"] == "Payment Entry"] == []
		proposed = await ask(
			"make_mapped_document",
			source_doctype="Sales Invoice",
			source_name=invoice,
			target_doctype="Payment Entry",
		)
		payment = await ask(
			"create_generic_document",
			doctype="Payment Entry",
			data={**proposed["data"], "reference_no": "MCP-1", "reference_date": "2026-01-31"},
			source=proposed["source"],
		)
		assert (await look())["outstanding_amount"] == 100, "a draft pays nothing"
		done = await ask("submit_generic_document", doctype="Payment Entry", name=payment["name"])
		assert done["done"] is True
		linked = await ask("get_linked_documents", doctype="Sales Invoice", name=invoice)
		paid_by = [d["name"] for d in linked["linked"] if d["doctype"] == "Payment Entry"]
		assert paid_by == [payment["name"]]
		return [before, await look()]

	before, after = session(script)
	assert (before["grand_total"], before["outstanding_amount"], before["status"]) == (100, 100, "Unpaid")
	assert before["customer"] == SMALL and before["items"][0]["qty"] == 5 and before["due_date"]
	assert (after["outstanding_amount"], after["status"]) == (0, "Paid")


def test_find_all_items_that_contain_laptop_with_their_prices(session, trade):
	async def script(ask: Ask) -> dict[str, tuple[float, str]]:
		found = await ask(
			"search_generic_documents",
			doctype="Item",
			search_term="laptop",
			fields=["name", "item_name"],
			limit=50,
		)
		codes = [item["name"] for item in found["documents"]]
		assert not found["has_more"] and MOUSE not in codes
		prices = await ask(
			"list_generic_documents",
			doctype="Item Price",
			filters={"item_code": ["in", codes], "price_list": PRICE_LIST, "selling": 1},
			fields=["item_code", "price_list_rate", "currency"],
			order_by="price_list_rate asc",
		)
		return {p["item_code"]: (p["price_list_rate"], p["currency"]) for p in prices["documents"]}

	assert session(script) == {code: (rate, trade["currency"]) for code, rate in LAPTOPS.items()}
