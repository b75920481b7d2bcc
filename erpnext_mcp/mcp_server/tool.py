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


# Annotations: what differs from the protocol's own defaults, or would be a danger to get wrong.
READ_ONLY = {"readOnlyHint": True}
"""Changes nothing."""
ADDS = {"destructiveHint": False}
"""Only adds."""
CHANGES = {"destructiveHint": True}
"""Changes or deletes what is there."""

BOUNDS = frozenset(
	{"minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "pattern", "default"}
)
"""Held, and named by the error of a call that does not keep them, but not told beforehand: every request of a model
carries the tool list, and no model sends 10,000,001 by itself."""


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
	:param kept_as: what its answers are kept as where a rule caches documents; empty: never
	:param units: what a call counts for in the limits; gets arguments that nobody has validated yet
	:param reports_progress: whether it calls `context.progress`
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
	kept_as: str = ""
	units: Callable[[Mapping[str, Any]], int] = one
	annotations: Mapping[str, bool] = field(default_factory=lambda: READ_ONLY)
	reports_progress: bool = False

	def as_wire(self) -> dict[str, Any]:
		"""The tool as `tools/list` shows it (MCP 2025-11-25 and 2026-07-28, `Tool`), in as few bytes as say it all."""
		return {
			"name": self.name,
			"title": self.title,
			"description": self.description,
			"inputSchema": _without_bounds(self.input_schema),
			"outputSchema": self._answer_as_wire(),
			"annotations": dict(self.annotations),
		}

	def _answer_as_wire(self) -> dict[str, Any]:
		"""The members that every answer has and that no argument has said; what they hold a model sees when it gets them."""
		properties = self.output_schema["properties"]
		told = [m for m in self.output_schema.get("required", ()) if m not in self.input_schema["properties"]]
		return {"type": "object", "properties": {m: _structure(properties[m]) for m in told}}


def _structure(schema: Mapping[str, Any]) -> dict[str, Any]:
	kind = schema.get("type")
	if kind == "array":
		return {"type": "array", "items": {}}
	return {"type": "object"} if kind == "object" else {}


def _without_bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
	shown = {key: value for key, value in schema.items() if key not in BOUNDS}
	# Properties are looked at by value: a field may be named `default`.
	if "properties" in shown:
		shown["properties"] = {name: _without_bounds(s) for name, s in shown["properties"].items()}
	elif shown.get("additionalProperties"):
		del shown["additionalProperties"]  # of an object whose keys are not known
	if "items" in shown:
		shown["items"] = _without_bounds(shown["items"])
	return shown


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
