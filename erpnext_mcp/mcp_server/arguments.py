"""Checks the arguments of a call against the tool's strict schema. The SDK does not (lowlevel servers validate nothing)."""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server.tool import Tool


def validate(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
	"""The arguments with the schema's defaults filled in, and the DocType that the tool is about.

	:raises InvalidArguments: the first thing that is wrong, named by argument, and the arguments there are
	"""
	if not _is_unicode(arguments):
		raise InvalidArguments("The arguments hold half a surrogate pair: that is no text.")
	error = min(
		Draft202012Validator(tool.input_schema).iter_errors(dict(arguments)), key=_order, default=None
	)
	if error is not None:
		raise InvalidArguments(_sentence(error), _hint(tool, error), argument=_path(error) or None)
	properties = tool.input_schema["properties"]
	defaults = {k: v["default"] for k, v in properties.items() if "default" in v}
	complete = {**defaults, **arguments}
	return {**complete, "doctype": tool.doctype} if tool.doctype else complete


def _is_unicode(arguments: Mapping[str, Any]) -> bool:
	"""JSON can write (`"\\ud800"`) what no database and no answer can hold."""
	try:
		json.dumps(arguments, ensure_ascii=False, default=str).encode()
	except UnicodeEncodeError:
		return False
	return True


def _order(error: ValidationError) -> tuple:
	# Unknown and missing arguments first: they explain the rest.
	return (
		error.validator not in ("additionalProperties", "required"),
		[str(p) for p in error.absolute_path],
	)


def _path(error: ValidationError) -> str:
	return ".".join(str(p) for p in error.absolute_path)


def _sentence(error: ValidationError) -> str:
	where = _path(error)
	prefix = f"{where}: " if where else ""
	if error.validator == "additionalProperties":
		unknown = sorted(set(error.instance) - set(error.schema.get("properties", {})))
		return f"{prefix}unknown argument {', '.join(_short(u) for u in unknown[:5])}."
	if error.validator == "required":
		missing = [name for name in error.validator_value if name not in error.instance]
		return f"{prefix}missing argument {', '.join(missing)}."
	if error.validator == "type":
		wanted = error.validator_value
		return f"{prefix}must be {' or '.join(wanted) if isinstance(wanted, list) else wanted}."
	if error.validator == "enum":
		return f"{prefix}must be one of {', '.join(str(v) for v in error.validator_value if v is not None)}."
	if error.validator in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
		return f"{prefix}{error.validator} is {error.validator_value}."
	return f"{prefix}does not have the right form."


def _short(text: str) -> str:
	return text if len(text) <= 60 else text[:59] + "…"


def _hint(tool: Tool, error: ValidationError) -> str:
	"""What there is where something is missing or too much, else at the top."""
	is_inside = error.validator in ("additionalProperties", "required")
	schema = error.schema if is_inside else tool.input_schema
	where = (_path(error) if is_inside else "") or tool.name
	properties = schema["properties"]
	if not properties:
		return f"{where} takes no arguments."
	required = schema.get("required", [])
	named = ", ".join(f"{p} (required)" if p in required else p for p in properties)
	return f"{where} takes: {named}."
