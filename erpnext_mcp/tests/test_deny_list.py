"""DocTypes that no profile opens (DESIGN §4, T34)."""

import frappe
import pytest

from erpnext_mcp.policy import store
from erpnext_mcp.policy.deny_list import DENIED, denied_reason

FAMILIES = (
	"OAuth Client",
	"OAuth Bearer Token",
	"Webhook",
	"Scheduled Job Type",
	"RQ Job",
	"Error Log",
	"Activity Log",
	"MCP Permission Profile",
	"MCP Gateway Settings",
	"MCP Audit Entry",
	"LDAP Settings",
	"Global Search Settings",
)


@pytest.mark.parametrize("doctype", sorted({*DENIED, *FAMILIES}))
def test_t34_closed(site, admin, doctype):
	if not frappe.db.exists("DocType", doctype):
		pytest.skip(f"{doctype} is not on this site")
	assert denied_reason(frappe.get_meta(doctype)), doctype


def test_t34_a_profile_with_a_closed_doctype_is_not_saved(world, admin):
	with pytest.raises(frappe.ValidationError, match="row 1: this DocType stays closed"):
		world.profile("MCP Test Closed", users=[world.READER], rules={"User": ["read"]})


def test_t34_a_closed_doctype_stays_closed_however_it_got_into_a_profile(call, world, admin):
	"""The rule is also checked at every call, not only when a profile is saved."""
	profile = world.profile("MCP Test Smuggled", users=[world.STRANGER], rules={"Customer": ["read"]})
	frappe.db.set_value("MCP DocType Rule", profile.doctype_rules[0].name, "document_type", "User")
	store.changed()
	frappe.db.commit()
	try:
		assert call(world.STRANGER, "list_doctypes").content["doctypes"] == []
		assert call(world.STRANGER, "list_generic_documents", doctype="User").error.code == "not_found"
	finally:
		frappe.delete_doc("MCP Permission Profile", "MCP Test Smuggled")
		frappe.db.commit()
