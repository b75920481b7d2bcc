"""Whether all that an answer depends on is known, and what Frappe decides by: for keeping answers (`limits.cache`)."""

from typing import Any

import frappe
from frappe.core.doctype.server_script.server_script_utils import get_server_script_map
from frappe.model.base_document import get_controller
from frappe.model.document import Document
from frappe.permissions import get_role_permissions, get_user_permissions

from erpnext_mcp.access import Access

HOOKS = ("has_permission", "permission_query_conditions")
OWN_WAYS = ("has_permission", "load_from_db")
"""Methods by which a controller can make an answer depend on anything."""
META_ATTRIBUTE = "_erpnext_mcp_decided_by"


def decided_by(access: Access) -> list[Any] | None:
	"""All that Frappe decides by what the user sees of a DocType's documents, but for documents and shares themselves.

	:returns: JSON-compatible; None where code decides with a say in it, so that nobody knows what it depends on: hooks and
	        scripts of permission, virtual DocTypes and fields, *If Owner*; and Singles
	"""
	meta = frappe.get_meta(access.doctype)
	if meta.issingle or meta.istable or code_decides(access.doctype):
		return None
	facts = [
		_facts(m) for m in (meta, *(frappe.get_meta(table.options) for table in meta.get_table_fields()))
	]
	if not all(facts):
		return None
	return [
		facts,
		sorted(frappe.get_roles(access.user)),
		get_role_permissions(meta, access.user),
		get_user_permissions(access.user),
		frappe.get_system_settings("apply_strict_user_permissions"),
	]


def trees(access: Access) -> list[str]:
	"""The DocTypes by whose documents User Permissions narrow what the user sees: those below are in it, too."""
	return sorted(get_user_permissions(access.user))


def _facts(meta) -> list[Any]:
	"""What of a DocType says which documents and rows a user sees, made once per meta object; empty where it is virtual, or
	the owner counts."""
	facts = meta.__dict__.get(META_ATTRIBUTE)
	if facts is None:
		virtual = meta.get("is_virtual") or any(df.get("is_virtual") for df in meta.fields)
		owners = any(permission.get("if_owner") for permission in meta.permissions)
		facts = [] if virtual or owners else [meta.name, *map(_field, meta.fields)]
		meta.__dict__[META_ATTRIBUTE] = facts
	return facts


def _field(df) -> list[Any]:
	return [df.fieldname, df.fieldtype, df.options, df.permlevel, df.ignore_user_permissions]


def code_decides(doctype: str) -> bool:
	"""Whether hooks, scripts or a controller have a say in which documents of a DocType somebody sees."""
	hooks = [frappe.get_hooks(hook) or {} for hook in HOOKS]
	if any(hook.get(doctype) or hook.get("*") for hook in hooks):
		return True
	if doctype in get_server_script_map().get("permission_query", {}):
		return True
	controller = get_controller(doctype)
	return any(getattr(controller, way) is not getattr(Document, way) for way in OWN_WAYS)
