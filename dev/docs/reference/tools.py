"""tools.md: what each tool takes, answers and refuses, from the registry's own schemas."""

from collections.abc import Mapping
from typing import Any

from dev.docs.reference.page import code, codes, page, sentence, table, text
from dev.docs.reference.tool_words import ANSWERS, ARGUMENTS, CHANGES, EVERY_CALL, REFUSALS, WRITES
from erpnext_mcp.mcp_server.own_tools.offer import GENERIC
from erpnext_mcp.mcp_server.registry import TOOLS
from erpnext_mcp.mcp_server.tool import Tool, Transaction
from erpnext_mcp.policy.operations import ASSIGN, COMMENT
from erpnext_mcp.policy.tool_names import tool_name

BESIDE = frozenset({COMMENT, ASSIGN})
"""Operations that write beside the document."""

INTRODUCTION = """
What `tools/list` tells a model is as short as it can be, because every request of the model carries it. This page has the rest: what is held
but not told, and what arguments and answers mean. A caller sees the tools that he can use now; unknown arguments are errors, never dropped.

Answers come as structured content, and the same as compact JSON in the text. A call that is refused or fails has `isError: true`, and in place of its
answer `code`, `message`, often a `hint`, and further members: see [errors](errors.md).
"""

FILTERS = """
## Filters

`filters` and `or_filters` take an object, `{"status": "Open", "total": [">", 9]}`, a list, `[["status", "=", "Open"], ["total", ">", 9]]`, or nested
groups, `[["status", "=", "Open"], "or", [["total", ">", 9], "and", ["total", "<", 20]]]`; also as JSON in a text. Fields of a table's rows have the table's DocType first:
`["Sales Order Item", "qty", ">", 5]`. Frappe 15 knows
one "or" group at most, without an "and" inside; what does not fit is answered with `unsupported`. Field names are bare: no aliases, functions, quotes or dots. A field that is hidden or masked can't be used.
"""


def tools() -> str:
	"""The page: an overview, what is common, and a section for each tool."""
	overview = table(
		("tool", "what it does", "operation", "changes documents"),
		(
			(f"[{code(tool.name)}](#{tool.name})", text(tool.description), _operations(tool), _changes(tool))
			for tool in TOOLS.values()
		),
	)
	return page(
		"Tools", INTRODUCTION, overview, FILTERS, _every_call(), *map(_section, TOOLS.values()), _own_tools()
	)


def _every_call() -> str:
	return (
		"## Errors of every call\n\n"
		f"Any call can be answered with {codes(EVERY_CALL)}. A call of a tool that the caller does not have is an error of the protocol, -32602. "
		"What else a tool can answer with is said there."
	)


def _section(tool: Tool) -> str:
	parts = [
		f"## {tool.name}",
		f"*{text(tool.title)}.* {sentence(tool.description)}",
		_facts(tool),
		_arguments(tool.name, tool.input_schema),
		_answers(tool),
	]
	if refusals := refusals_of(tool):
		parts.append(f"Errors beside those of every call: {codes(refusals)}.")
	return "\n\n".join(parts)


def _facts(tool: Tool) -> str:
	facts = []
	if tool.operations:
		needed = " or ".join(f"*{operation}*" for operation in tool.operations)
		facts.append(f"needs {needed} on the DocType")
	elif not tool.needs_profile:
		facts.append("works without a profile, too, and says what is missing")
	if tool.available:
		facts.append("shown where there is something to use it on")
	facts.append("counts as a write" if tool.transaction is Transaction.WRITE else "counts as a read")
	if tool.reports_progress:
		facts.append("reports progress to clients that ask for it")
	if tool.kept_as:
		facts.append("its answers can be cached, where the rule of the DocType says so")
	hints = ", ".join(f"`{name}: {str(value).lower()}`" for name, value in tool.annotations.items())
	said = "; ".join(facts)
	return f"{said[0].upper()}{said[1:]}. Annotations: {hints}."


def _operations(tool: Tool) -> str:
	return " or ".join(tool.operations)


def _changes(tool: Tool) -> str:
	return "yes" if tool.transaction is Transaction.WRITE else "no"


def _arguments(tool_name: str, schema: Mapping[str, Any]) -> str:
	properties, required = schema["properties"], schema.get("required", ())
	if not properties:
		return "It takes no arguments."
	return table(
		("argument", "type", "limits", "what it is"),
		(
			(
				f"{code(name)}{' (required)' if name in required else ''}",
				kind(of),
				limits(of),
				argument_words(tool_name, name, of),
			)
			for name, of in properties.items()
		),
	)


def argument_words(tool_name: str, name: str, schema: Mapping[str, Any]) -> str:
	"""What an argument is: our own words, else those that the model is told."""
	own = ARGUMENTS.get(f"{tool_name}.{name}") or ARGUMENTS.get(name) or sentence(schema.get("description"))
	assert own, f"dev/docs/reference/tool_words.py lacks the argument {name} of {tool_name}"
	return own


def _answers(tool: Tool) -> str:
	properties, always = tool.output_schema["properties"], tool.output_schema.get("required", ())
	return table(
		("answer", "type", "what it is"),
		(
			(
				f"{code(name)}{'' if name in always else ' (not always)'}",
				kind(of),
				answer_words(tool.name, name, of),
			)
			for name, of in properties.items()
		),
	)


def answer_words(tool_name: str, name: str, schema: Mapping[str, Any]) -> str:
	own = ANSWERS.get(f"{tool_name}.{name}") or ANSWERS.get(name) or sentence(schema.get("description"))
	assert own, f"dev/docs/reference/tool_words.py lacks the answer's member {name} of {tool_name}"
	return own


def kind(schema: Mapping[str, Any]) -> str:
	"""A type in words."""
	if "enum" in schema:
		return f"one of {codes(schema['enum'])}"
	names = schema.get("type", "any")
	if isinstance(names, list):
		return " or ".join("none" if name == "null" else name for name in names)
	if names == "array":
		items = kind(schema.get("items", {}))
		return "list" if items == "any" else f"list of {items}"
	if names == "object" and (properties := schema.get("properties")):
		return f"object of {codes(properties)}"
	return "any value" if names == "any" else names


def limits(schema: Mapping[str, Any]) -> str:
	"""Bounds and default, in words."""
	said = []
	if "default" in schema:
		shown = str(schema["default"]).lower() if isinstance(schema["default"], bool) else schema["default"]
		said.append("empty unless said" if shown == "" else f"{code(shown)} unless said")
	for key, words in (
		("minimum", "at least {}"),
		("maximum", "at most {:,}"),
		("maxLength", "at most {:,} characters"),
		("minItems", "at least {}"),
		("maxItems", "at most {}"),
	):
		if key in schema and not (key == "minimum" and schema[key] == 0):
			said.append(words.format(schema[key]))
	if "minLength" in schema or schema.get("pattern") == r"\S":
		said.append("not empty")
	elif "pattern" in schema:
		said.append(f"of the form {code(schema['pattern'])}")
	return ", ".join(said)


def refusals_of(tool: Tool) -> list[str]:
	"""Codes that it can answer with beside those of every call."""
	found = list(REFUSALS[tool.name])
	if tool.transaction is Transaction.WRITE:
		found += WRITES if set(tool.operations) <= BESIDE else CHANGES
	return list(dict.fromkeys(found))


def _own_tools() -> str:
	rows = (
		(code(tool_name(verb, "sales_order")), f"[{code(generic.name)}](#{generic.name})")
		for verb, generic in GENERIC.items()
	)
	return (
		"## Tools of a DocType's own\n\n"
		"Where a rule ticks *Own Tools*, its DocType has tools of its own beside these, as far as its operations are open. They work exactly as the "
		"generic ones, without the argument `doctype`; `data` spells out the fields that can be written, with their types, choices, tables and what is "
		"required, and `remove` the tables. For Sales Order:\n\n" + table(("tool", "works as"), rows) + "\n\n"
		"The part between is given once, when the rule is saved, and is the same for the whole site."
	)
