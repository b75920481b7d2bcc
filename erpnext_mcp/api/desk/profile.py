"""What the form of a permission profile asks the server. Nothing here saves anything."""

import json
from typing import Any

import frappe

from erpnext_mcp.api.desk import roles
from erpnext_mcp.desk.profile import catalogue, new_forms
from erpnext_mcp.desk.profile import review as reviewing


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


@frappe.whitelist(methods=["GET", "POST"])
def doctypes(names: str | list[str]) -> dict[str, dict[str, Any]]:
	"""What can be done with several DocTypes: by name, without their fields."""
	roles.administrators_only()
	return catalogue.doctypes(names if isinstance(names, list) else json.loads(names))


@frappe.whitelist(methods=["POST"])
def review(doc: str | dict[str, Any], user: str | None = None) -> dict[str, Any]:
	"""Errors, warnings, what becomes wider, what the tool list costs, and to whom it applies: of the form as it stands."""
	roles.administrators_only()
	return reviewing.review(doc, user)


@frappe.whitelist(methods=["GET"])
def presets() -> list[dict[str, str]]:
	"""The presets that come with the app."""
	roles.administrators_only()
	return new_forms.presets()


@frappe.whitelist(methods=["GET"])
def preset(name: str) -> dict[str, Any]:
	"""A preset as values for a new form, with notes on what this site does not have."""
	roles.administrators_only()
	return new_forms.of_preset(name)


@frappe.whitelist(methods=["POST"])
def import_file(content: str) -> dict[str, Any]:
	"""A profile's file as values for a new form, with notes on what can't be taken over."""
	roles.administrators_only()
	return new_forms.of_file(content)


@frappe.whitelist(methods=["POST"])
def export_file(doc: str | dict[str, Any]) -> dict[str, str]:
	"""The form as it stands as a file."""
	roles.administrators_only()
	return new_forms.to_file(doc)
