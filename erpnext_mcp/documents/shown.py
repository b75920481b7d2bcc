"""A field's value as the caller may see it: plain JSON, or what its mask leaves of it."""

from typing import Any

import frappe
from frappe.utils.password import get_encryption_key

from erpnext_mcp import compat, masks
from erpnext_mcp.access import FRAPPE_MASK, Access, Field
from erpnext_mcp.documents.values import plain, plain_name


def shown(access: Access, field: Field, value: Any, table_field: str = "") -> Any:
	"""The value of a field in an answer.

	:param value: as Frappe gave it: in v16 already masked where Frappe masks the field
	:param table_field: the table whose row it is of
	"""
	if field.fieldname == "name":
		return plain_name(value)
	if not field.mask:
		return plain(value, field.fieldtype)
	if field.mask == FRAPPE_MASK:
		return compat.mask_value(field, value)
	key = b""
	if field.mask == masks.HASH:
		scope = (access.mask_scope, access.doctype, table_field, field.fieldname)
		key = masks.key_for(get_encryption_key(), frappe.local.site, *scope)
	return masks.mask(field.mask, value, key)
