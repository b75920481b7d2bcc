"""What differs between Frappe v15 and v16. The only module that asks which one runs."""

from typing import Any

import frappe

MAJOR = int(frappe.__version__.split(".", 1)[0])


def default_order() -> list[tuple[str, str]]:
	"""The order that the running version has an index for: [(fieldname, "asc" | "desc")].

	v15 indexes `modified`, v16 `creation`; the other one sorts the whole table.
	"""
	column = "creation" if MAJOR >= 16 else "modified"
	return [(column, "desc"), ("name", "desc")]


def page(limit: int, offset: int = 0) -> dict[str, int]:
	"""The arguments of `frappe.get_list` for a page; v16 warns about v15's names, v15 does not know v16's."""
	if MAJOR >= 16:
		return {"limit": limit, "offset": offset}
	return {"limit_page_length": limit, "limit_start": offset}


def masked_fields(meta) -> dict[str, Any]:
	"""The DocFields of a DocType that Frappe masks for the session user: {fieldname: DocField}.

	v16 has the permission type *mask* (`frappe.model.meta.Meta.get_masked_fields`); v15 knows no masks.
	"""
	get_masked_fields = getattr(meta, "get_masked_fields", None)
	return {df.fieldname: df for df in get_masked_fields()} if get_masked_fields else {}


def mask_value(df, value: Any) -> Any:
	"""A value as Frappe's own mask shows it. Only called for fields of `masked_fields`, so never on v15."""
	from frappe.model.utils.mask import mask_field_value

	return mask_field_value(df, value)
