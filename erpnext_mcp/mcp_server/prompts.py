"""The prompts of a site: documents of MCP Prompt, each for some roles or for everybody who has a profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe

from erpnext_mcp.documents.text import clean
from erpnext_mcp.errors import InvalidArguments, NotFound
from erpnext_mcp.mcp_server.placeholders import fill

DOCTYPE = "MCP Prompt"
LONGEST_VALUE = 2000
LONGEST_TITLE, LONGEST_DESCRIPTION = 140, 500


@dataclass(frozen=True)
class Argument:
	"""`document_type` is the DocType whose documents are offered as values; empty for free text."""

	name: str
	description: str
	required: bool
	document_type: str


@dataclass(frozen=True)
class Prompt:
	"""One MCP Prompt."""

	name: str
	title: str
	description: str
	text: str
	arguments: tuple[Argument, ...]

	def as_wire(self) -> dict[str, Any]:
		"""As `prompts/list` shows it (MCP, `Prompt`)."""
		return {
			"name": self.name,
			"title": self.title,
			"description": self.description,
			"arguments": [
				{"name": a.name, "description": a.description, "required": a.required} for a in self.arguments
			],
		}

	def filled(self, values: Mapping[str, str]) -> str:
		"""The text with its placeholders filled in; optional arguments that are not given are empty.

		:raises InvalidArguments: a required one is missing, one is unknown, or a value is too long
		"""
		known = {a.name for a in self.arguments}
		unknown = [name for name in values if name not in known]
		missing = [a.name for a in self.arguments if a.required and not values.get(a.name, "").strip()]
		if unknown:
			raise InvalidArguments(f"Unknown arguments: {', '.join(sorted(unknown))}.")
		if missing:
			raise InvalidArguments(f"These arguments are required: {', '.join(missing)}.")
		if any(len(value) > LONGEST_VALUE for value in values.values()):
			raise InvalidArguments(f"Values are at most {LONGEST_VALUE} characters long.")
		return fill(self.text, {name: values.get(name, "") for name in known})


def visible(user: str) -> list[Prompt]:
	"""The prompts of a user, by name."""
	return list(_prompts(user, {}))


def find(user: str, name: str) -> Prompt:
	"""
	:raises NotFound: there is none of this name for the user
	"""
	found = _prompts(user, {"name": name})
	if not found:
		raise NotFound("There is no such prompt for you.", "prompts/list tells what there is.")
	return found[0]


def linked_doctype(user: str, name: str, argument: str) -> str:
	"""The DocType whose documents an argument names; empty where it names none, or nothing is there."""
	found = _prompts(user, {"name": name})
	arguments = found[0].arguments if found else ()
	return next((a.document_type for a in arguments if a.name == argument), "")


def _prompts(user: str, filters: dict[str, Any]) -> list[Prompt]:
	"""Users have no permission on the DocType itself: what is for whom is said by its roles."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"enabled": 1, **filters},
		fields=["name", "title", "description", "text"],
		order_by="name asc",
	)
	names = [row.name for row in rows]
	roles: dict[str, set[str]] = {}
	arguments: dict[str, list[Argument]] = {}
	if names:
		of_these = {"parenttype": DOCTYPE, "parent": ("in", names)}
		for row in frappe.get_all("MCP Profile Role", filters=of_these, fields=["parent", "role"]):
			roles.setdefault(row.parent, set()).add(row.role)
		for row in frappe.get_all(
			"MCP Prompt Argument",
			filters=of_these,
			fields=["parent", "argument", "description", "required", "document_type"],
			order_by="parent asc, idx asc",
		):
			arguments.setdefault(row.parent, []).append(
				Argument(
					row.argument,
					clean(row.description or "", LONGEST_DESCRIPTION),
					bool(row.required),
					row.document_type or "",
				)
			)
	of_user = set(frappe.get_roles(user))
	return [
		Prompt(
			row.name,
			clean(row.title, LONGEST_TITLE),
			clean(row.description or "", LONGEST_DESCRIPTION),
			row.text,
			tuple(arguments.get(row.name, ())),
		)
		for row in rows
		if row.name not in roles or roles[row.name] & of_user
	]
