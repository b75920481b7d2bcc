"""The approval of sales orders: Draft, Pending Approval, Approved (submitted), Cancelled."""

import frappe

from demo_erp.seeding.common import insert_missing

NAME = "Sales Order Approval"
# state: (docstatus, role that may edit, colour)
STATES = {
	"Draft": ("0", "Sales User", ""),
	"Pending Approval": ("0", "Sales Manager", "Warning"),
	"Approved": ("1", "Sales Manager", "Success"),
	"Rejected": ("0", "Sales User", "Danger"),
	"Cancelled": ("2", "Sales Manager", "Inverse"),
}
# state, action, next state, role
TRANSITIONS = (
	("Draft", "Submit for Approval", "Pending Approval", "Sales User"),
	("Draft", "Submit for Approval", "Pending Approval", "Sales Manager"),
	("Pending Approval", "Approve", "Approved", "Sales Manager"),
	("Pending Approval", "Reject", "Rejected", "Sales Manager"),
	("Rejected", "Submit for Approval", "Pending Approval", "Sales User"),
	("Approved", "Cancel", "Cancelled", "Sales Manager"),
)


def run() -> None:
	insert_missing(
		"Workflow State",
		({"workflow_state_name": state, "style": style} for state, (_status, _role, style) in STATES.items()),
	)
	insert_missing(
		"Workflow Action Master",
		({"workflow_action_name": action} for action in dict.fromkeys(row[1] for row in TRANSITIONS)),
	)
	if frappe.db.exists("Workflow", NAME):
		return
	workflow = frappe.get_doc(
		doctype="Workflow",
		workflow_name=NAME,
		document_type="Sales Order",
		workflow_state_field="workflow_state",
		is_active=1,
		send_email_alert=0,
	)
	for state, (docstatus, role, _style) in STATES.items():
		workflow.append("states", {"state": state, "doc_status": docstatus, "allow_edit": role})
	for state, action, next_state, role in TRANSITIONS:
		workflow.append(
			"transitions",
			{
				"state": state,
				"action": action,
				"next_state": next_state,
				"allowed": role,
				"allow_self_approval": 1,
			},
		)
	workflow.insert(ignore_permissions=True)
