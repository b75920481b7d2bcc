"""What a tool is: everything about it in one value, in one file each under `tools/`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
	from erpnext_mcp.mcp_server.context import Context
	from erpnext_mcp.policy.grant import Grant


class Transaction(Enum):
	"""What becomes of what a tool does to the database."""

	READ_ONLY = "read only"
	"""Nothing can be written."""
	WRITE = "write"
	"""Committed together with the audit entry; undone when the argument `dry_run` is true."""
	UNDONE = "undone"
	"""Anything can be written, temporary tables too, and nothing of it stays."""


READ_ONLY = {"readOnlyHint": True, "openWorldHint": False}
"""Annotations of a tool that changes nothing and reaches nothing but this site; the other two are about writes only."""

IMPLIED = frozenset({("readOnlyHint", False), ("idempotentHint", False)})
"""What the protocol takes for granted where it is not said."""

BOUNDS = frozenset(
	{"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "default"}
)
"""Held, and named by the error of a call that does not keep them, but not told beforehand: every request of a model
carries the tool list, and no model sends 10,000,001 by itself."""

ADDS = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": False, "openWorldHint": False}
"""Annotations of a tool that only adds."""

CHANGES = {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": False, "openWorldHint": False}
"""Annotations of a tool that changes or deletes what is there."""


def one(arguments: Mapping[str, Any]) -> int:
	return 1


@dataclass(frozen=True, eq=False)
class Tool:
	"""A tool as clients see it and as the pipeline runs it.

	:param operations: DocType operations of which it needs one, the best first; with them, the argument `doctype` is
	        decided before `perform` runs and `context.access` is set. Empty: it concerns no single DocType
	:param perform: gets the context and the validated arguments, returns the structured content
	:param needs_profile: False only for the tool that says why nothing else works
	:param transaction: what becomes of what it does to the database
	:param available: whether it is of use to a caller, beyond `operations`; only for what tools/list shows
	:param doctype: the DocType that it is about, where no argument says it
	:param units: what a call counts for in the limits; gets arguments that nobody has validated yet
	"""

	name: str
	title: str
	description: str
	perform: Callable[["Context", dict[str, Any]], dict[str, Any]]
	input_schema: Mapping[str, Any]
	output_schema: Mapping[str, Any]
	operations: tuple[str, ...] = ()
	needs_profile: bool = True
	transaction: Transaction = Transaction.READ_ONLY
	available: "Callable[[Grant], bool] | None" = None
	doctype: str = ""
	units: Callable[[Mapping[str, Any]], int] = one
	annotations: Mapping[str, bool] = field(default_factory=lambda: READ_ONLY)

	def as_wire(self) -> dict[str, Any]:
		"""The tool as `tools/list` shows it (MCP 2025-11-25 and 2026-07-28, `Tool`), in as few bytes as say it all."""
		return {
			"name": self.name,
			"title": self.title,
			"description": self.description,
			"inputSchema": _without_bounds(self.input_schema),
			"outputSchema": _names_and_types(self.output_schema),
			"annotations": {
				hint: value for hint, value in self.annotations.items() if (hint, value) not in IMPLIED
			},
		}


def _without_bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
	shown = {key: value for key, value in schema.items() if key not in BOUNDS}
	# Properties are looked at by value: a field may be named `default`.
	if "properties" in shown:
		shown["properties"] = {name: _without_bounds(s) for name, s in shown["properties"].items()}
	if "items" in shown:
		shown["items"] = _without_bounds(shown["items"])
	return shown


def _names_and_types(schema: Mapping[str, Any]) -> dict[str, Any]:
	"""The members of an answer with their types; what is in them a model sees when it gets them."""
	return {"type": "object", "properties": {name: _type(s) for name, s in schema["properties"].items()}}


def _type(schema: Mapping[str, Any]) -> dict[str, Any]:
	shown = {"type": schema["type"]} if "type" in schema else {}
	return {**shown, "items": _type(schema["items"])} if "items" in schema else shown


def object_schema(properties: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
	"""A strict JSON Schema object: what is not named is refused."""
	schema: dict[str, Any] = {
		"type": "object",
		"properties": dict(properties),
		"additionalProperties": False,
	}
	if required:
		schema["required"] = list(required)
	return schema


def answer_schema(properties: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
	"""The schema of structured content. Open, because errors come in its place with members of their own."""
	schema: dict[str, Any] = {"type": "object", "properties": dict(properties)}
	if required:
		schema["required"] = list(required)
	return schema
