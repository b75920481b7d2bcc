"""What waits for a user: by workflow, role, condition, profile and row."""

import json

import frappe
import pytest

FLOW = "MCP Test Flow"
FIELD = "mcp_state"
OPEN, APPROVED, REJECTED, PARKED = "MCP Open", "MCP Approved", "MCP Rejected", "MCP Parked"
OF_READER, OF_MASTER, SOUTHERN, SENT_BACK = "MCP-WF-1", "MCP-WF-2", "MCP-WF-3", "MCP-WF-4"
RULE = {"document_type": "Quotation", "can_read": 1, "can_update": 1, "can_submit": 1}


@pytest.fixture(scope="module")
def workflow(world):
	"""A workflow of quotations, and quotations that nobody made a Workflow Action for."""
	frappe.set_user("Administrator")
	for doctype, fieldname, names in (
		("Workflow State", "workflow_state_name", (OPEN, APPROVED, REJECTED, PARKED)),
		(
			"Workflow Action Master",
			"workflow_action_name",
			("MCP Approve", "MCP Reject", "MCP Park", "MCP Reopen"),
		),
	):
		for name in names:
			if not frappe.db.exists(doctype, name):
				frappe.get_doc({"doctype": doctype, fieldname: name}).insert()
	frappe.get_doc(
		{
			"doctype": "Custom Field",
			"dt": "Quotation",
			"fieldname": FIELD,
			"label": FIELD,
			"fieldtype": "Link",
			"options": "Workflow State",
			"allow_on_submit": 1,
		}
	).insert()

	def state(name: str, doc_status: str, **values):
		return {"state": name, "doc_status": doc_status, "allow_edit": "Sales User", **values}

	def step(state: str, action: str, next_state: str, allowed: str, **values):
		return {
			"state": state,
			"action": action,
			"next_state": next_state,
			"allowed": allowed,
			"allow_self_approval": 1,
			**values,
		}

	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": FLOW,
			"document_type": "Quotation",
			"workflow_state_field": FIELD,
			"is_active": 1,
			"states": [
				state(OPEN, "0"),
				state(APPROVED, "1"),
				state(REJECTED, "0"),
				state(PARKED, "0", is_optional_state=1),
			],
			"transitions": [
				step(OPEN, "MCP Approve", APPROVED, "Sales Manager", allow_self_approval=0),
				step(OPEN, "MCP Reject", REJECTED, "Sales Manager", condition="doc.grand_total > 100"),
				step(OPEN, "MCP Park", PARKED, "Sales User"),
				step(REJECTED, "MCP Reopen", OPEN, "Sales User"),
			],
		}
	).insert()
	company = frappe.get_all("Company", order_by="name asc", pluck="name", limit=1)[0]
	for name, owner, territory, where, total in (
		(OF_READER, world.READER, world.NORTH, OPEN, 500),
		(OF_MASTER, world.MASTER, world.NORTH, OPEN, 50),
		(SOUTHERN, world.READER, world.SOUTH, OPEN, 50),
		(SENT_BACK, world.READER, world.NORTH, REJECTED, 50),
	):
		doc = frappe.get_doc(
			{
				"doctype": "Quotation",
				"name": name,
				"quotation_to": "Customer",
				"party_name": world.ALPHA,
				"company": company,
				"territory": territory,
				"title": "MCP title",
				"customer_name": "MCP title",
				"grand_total": total,
				FIELD: where,
			}
		)
		doc.owner = owner
		doc.db_insert()
		frappe.db.set_value("Quotation", name, "owner", owner, update_modified=False)
	frappe.db.commit()
	frappe.clear_cache()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.delete("Quotation", {"name": ("like", "MCP-WF-%")})
	frappe.delete_doc("Workflow", FLOW, force=True)
	frappe.delete_doc("Custom Field", f"Quotation-{FIELD}", force=True)
	for doctype, names in (("Workflow State", "MCP %"), ("Workflow Action Master", "MCP %")):
		for name in frappe.get_all(doctype, {"name": ("like", names)}, pluck="name"):
			frappe.delete_doc(doctype, name, force=True)
	frappe.db.commit()
	frappe.clear_cache()


@pytest.fixture
def opened(changed, world, workflow):
	def opened(fields=(), **rule):
		return changed(
			"MCP Permission Profile",
			world.PROFILE,
			doctype_rules=[{**RULE, **rule}, {"document_type": "Customer", "can_read": 1}],
			field_rules=[{"document_type": "Quotation", **f} for f in fields],
		)

	return opened


def waiting(answer) -> dict[str, list[str]]:
	assert answer.error is None, answer.text
	return {
		row["name"]: row["actions"] for row in answer.content["approvals"] if row["name"].startswith("MCP-WF")
	}


def test_what_waits_for_whom(call, world, opened, last_entry):
	with opened():
		answer = call(world.MASTER, "get_pending_approvals", limit=50)
		assert waiting(answer) == {
			# MASTER's own: approving himself is not allowed, rejecting only above 100; to park it is optional.
			OF_READER: ["MCP Approve", "MCP Reject", "MCP Park"],
			SOUTHERN: ["MCP Approve", "MCP Park"],
			SENT_BACK: ["MCP Reopen"],
		}
		row = next(r for r in answer.content["approvals"] if r["name"] == OF_READER)
		assert row["doctype"] == "Quotation" and row["state"] == OPEN and row["title"] == "MCP title"
		assert last_entry(tool="get_pending_approvals").row_count == len(answer.content["approvals"])
		# READER is no manager and does not see the south.
		assert waiting(call(world.READER, "get_pending_approvals")) == {SENT_BACK: ["MCP Reopen"]}
		named = call(world.READER, "get_pending_approvals", doctype="Quotation")
		assert waiting(named) == {SENT_BACK: ["MCP Reopen"]}


def test_only_what_the_profile_lets_him_do(call, world, opened):
	with opened(can_submit=0):
		assert waiting(call(world.MASTER, "get_pending_approvals")) == {
			OF_READER: ["MCP Reject", "MCP Park"],
			SENT_BACK: ["MCP Reopen"],
		}
	with opened(can_update=0):
		assert waiting(call(world.MASTER, "get_pending_approvals")) == {
			OF_READER: ["MCP Approve"],
			SOUTHERN: ["MCP Approve"],
		}
	with opened(can_update=0, can_submit=0):
		assert waiting(call(world.MASTER, "get_pending_approvals")) == {}
	with opened(row_filter=json.dumps({"name": ["!=", OF_READER]})):
		assert OF_READER not in waiting(call(world.MASTER, "get_pending_approvals"))


@pytest.mark.parametrize("rule", [{"rule": "Restricted"}, {"rule": "Masked", "mask_style": "Full"}])
def test_t10_who_may_not_know_the_state_is_told_nothing_of_it(call, world, opened, rule):
	with opened(fields=[{"fieldname": FIELD, **rule}]):
		answer = call(world.MASTER, "get_pending_approvals")
		assert waiting(answer) == {}


@pytest.mark.parametrize(
	"fails", ["doc.no_such_field.x > 1", "frappe.db.get_list('Error Log')", "1 / 0", "nonsense"]
)
def test_a_condition_that_fails_hides_one_document_not_all(call, world, opened, changed, fails):
	before = frappe.get_doc("Workflow", FLOW)
	broken = [row.as_dict(no_default_fields=True) for row in before.transitions]
	broken[1]["condition"] = f"doc.grand_total > 100 or {fails}"
	with opened(), changed("Workflow", FLOW, transitions=broken):
		assert set(waiting(call(world.MASTER, "get_pending_approvals"))) == {OF_READER, SENT_BACK}


def test_t57_a_limit(call, world, opened, monkeypatch):
	with opened():
		answer = call(world.MASTER, "get_pending_approvals", doctype="Quotation", limit=1)
		assert len(answer.content["approvals"]) == 1 and answer.content["has_more"] is True
		assert call(world.MASTER, "get_pending_approvals", limit=10_000).error.code == "invalid_arguments"
		monkeypatch.setattr("erpnext_mcp.documents.pending_approvals.PAGE", 1)
		assert len(waiting(call(world.MASTER, "get_pending_approvals", limit=50))) == 3
		monkeypatch.setattr("erpnext_mcp.documents.pending_approvals.MOST", 1)
		assert call(world.MASTER, "get_pending_approvals", limit=50).content["has_more"] is True


def test_t13_other_doctypes_do_not_exist(call, world, opened):
	with opened():
		answers = {
			call(world.READER, "get_pending_approvals", doctype=d).text
			for d in ("Sales Invoice", "Workflow Action", "No Such DocType")
		}
		assert len(answers) == 1 and '"code":"not_found"' in answers.pop()
		assert waiting(call(world.READER, "get_pending_approvals", doctype="Customer")) == {}


def test_it_is_offered_where_there_is_a_workflow(call, world, opened, changed):
	def offered() -> bool:
		return "get_pending_approvals" in {
			t["name"] for t in call(world.READER, "tools/list").content["tools"]
		}

	with opened():
		assert offered()
		with changed("Workflow", FLOW, is_active=0):
			assert not offered()
	with changed(
		"MCP Permission Profile",
		world.PROFILE,
		doctype_rules=[{"document_type": "Customer", "can_read": 1}],
	):
		assert not offered(), "the profile has no DocType with a workflow"
