"""What the form of a permission profile asks the server. Nothing here saves anything."""

from typing import Any

import frappe

from erpnext_mcp.api.desk import roles
from erpnext_mcp.desk.profile import catalogue


@frappe.whitelist(methods=["GET"])
def fields(doctype: str) -> dict[str, Any]:
	"""The fields of a DocType and of its tables, with the rules that each can have."""
	roles.administrators_only()
	return catalogue.fields(doctype)


@frappe.whitelist(methods=["GET"])
def condition_fields(doctype: str) -> dict[str, Any]:
	"""What conditions on documents of a DocType can be about."""
	roles.administrators_only()
	return catalogue.condition_fields(doctype)
