"""Which own tools there are for a caller, and each of them made of the generic one that does its work."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from erpnext_mcp.documents import schema as documents_schema
from erpnext_mcp.documents.text import clean
from erpnext_mcp.mcp_server.own_tools.data_schema import data_schema, remove_schema
from erpnext_mcp.mcp_server.tool import Tool, object_schema
from erpnext_mcp.mcp_server.tools import (
	create_generic_document,
	delete_generic_document,
	get_generic_document,
	list_generic_documents,
	search_generic_documents,
	update_generic_document,
)
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.profile import DocTypeRule
from erpnext_mcp.policy.tool_names import parse, tool_name

GENERIC: dict[str, Tool] = {
	"list": list_generic_documents.tool,
	"get": get_generic_document.tool,
	"search": search_generic_documents.tool,
	"create": create_generic_document.tool,
	"update": update_generic_document.tool,
	"delete": delete_generic_document.tool,
}
"""The tool that does it, by verb (`policy.tool_names.VERBS`), in the order clients see them."""

LONGEST_DOCTYPE = 80


def find(name: str, grant: Grant) -> Tool | None:
	"""The tool of this name; None when it is not open to the caller, whatever the reason, or there is none."""
	parsed = parse(name)
	if parsed is None:
		return None
	verb, slug = parsed
	for rule in _rules(grant):
		if rule.tool_slug == slug and verb in _verbs(rule, grant.operations(rule.doctype)):
			return _make(verb, rule, grant)
	return None


def offered(grant: Grant, doctypes: dict[str, list[str]]) -> Iterator[Tool]:
	"""The tools that the caller can use now, by slug.

	:param doctypes: `grant.doctypes()`
	"""
	for rule in sorted(_rules(grant), key=lambda r: r.tool_slug):
		for verb in _verbs(rule, doctypes.get(rule.doctype, ())):
			yield _make(verb, rule, grant)


def _rules(grant: Grant) -> list[DocTypeRule]:
	return [r for r in grant.profile.rules.values() if r.own_tools and r.tool_slug]


def _verbs(rule: DocTypeRule, operations) -> list[str]:
	"""The verbs of a DocType that are of use with these operations."""
	ways = {"list": documents_schema.can_be_listed, "search": documents_schema.can_be_searched}
	return [
		verb
		for verb, tool in GENERIC.items()
		if not set(tool.operations).isdisjoint(operations) and (verb not in ways or ways[verb](rule.doctype))
	]


def _make(verb: str, rule: DocTypeRule, grant: Grant) -> Tool:
	generic = GENERIC[verb]
	shown = clean(rule.doctype, LONGEST_DOCTYPE)
	properties: dict[str, Any] = {
		name: {key: value for key, value in schema.items() if key != "description"}
		for name, schema in generic.input_schema["properties"].items()
		if name != "doctype"
	}
	if "data" in properties:
		access = grant.access(rule.doctype, *generic.operations)
		properties["data"] = data_schema(access, rule.conditions, cache(lambda d: bool(grant.operations(d))))
		if "remove" in properties:
			properties["remove"] = remove_schema(access)
			if not properties["remove"]["properties"]:
				del properties["remove"]
	required = tuple(name for name in generic.input_schema["required"] if name != "doctype")
	return replace(
		generic,
		name=tool_name(verb, rule.tool_slug),
		title=f"{generic.title}: {shown}",
		description=f"{shown}: {generic.description} As {generic.name}.",
		input_schema=object_schema(properties, required),
		doctype=rule.doctype,
		available=None,
	)
