"""What a report's JavaScript says of its filters: the desk shows them, the server knows nothing of them. Pure.

The script is read, never run. What is not written out as literals is not known, and `complete` says so.
"""

import re
from dataclasses import dataclass
from typing import Any

from erpnext_mcp.documents.reports.javascript import OPAQUE, Reader, tokens_of

ADDED_ELSEWHERE = re.compile(
	r"\.add_\w*dimensions\(|\$\.extend\(|\.filters\.(?:concat|unshift)\(|Object\.assign\("
)
"""Filters that are put together by functions or taken over from elsewhere."""

TAKEN_OVER = re.compile(r"\$\.extend\((?:\s*\{\s*\}\s*,)?\s*([a-z_]\w*)\.([a-z_]\w*)\s*[,)]")


@dataclass(frozen=True)
class ScriptFacts:
	"""`filters` are objects with at least `fieldname`; members that are no literals are left out."""

	filters: tuple[dict[str, Any], ...] = ()
	complete: bool = False
	"""Whether these are all filters there are."""
	is_tree: bool = False
	parent_field: str | None = None


def read(script: str) -> ScriptFacts:
	"""Reads the filters out of a script.

	:param script: `frappe.query_reports["X"] = {filters: [...]}` and whatever else stands there
	"""
	tokens = tokens_of(script)
	reader = Reader(tokens)
	found: dict[str, dict[str, Any]] = {}
	lists, complete, is_tree, parent_field = 0, not ADDED_ELSEWHERE.search(script), False, None
	for position, token in enumerate(tokens):
		if token.kind not in ("name", "text"):
			continue
		after = position + 1
		if token.value == "filters":
			members, is_list = _members(reader, after)
			filters = [m for m in members if _is_filter(m)]
			for member in filters:
				found.setdefault(member["fieldname"], {k: v for k, v in member.items() if v is not OPAQUE})
			# Among the filters of a query stand none; `{fieldtype: "Break"}` is none either.
			if is_list and filters:
				lists += 1
				complete = complete and all(_is_filter(m) or _is_break(m) for m in members)
		elif token.value == "tree" and reader.sign(after, ":"):
			is_tree = is_tree or reader.value(after + 1)[0] in (True, 1)
		elif token.value == "parent_field" and reader.sign(after, ":"):
			value = reader.value(after + 1)[0]
			parent_field = value if isinstance(value, str) else parent_field
	return ScriptFacts(tuple(found.values()), bool(complete and lists == 1), is_tree, parent_field)


def _members(reader: Reader, position: int) -> tuple[list[Any], bool]:
	"""What stands in the list behind the word `filters`, or is added to it; whether it is the list itself."""
	if reader.sign(position, "]"):
		position += 1  # query_reports["X"]["filters"]
	if reader.sign(position, ":", "=") and reader.sign(position + 1, "["):
		members, _end = reader.value(position + 1)
		return (members, True) if isinstance(members, list) else ([], False)
	if reader.sign(position, ".") and reader.sign(position + 1, "push", "splice", "unshift"):
		arguments: list[Any] = []
		position += 2
		while reader.sign(position, "(", ","):
			value, position = reader.value(position + 1)
			arguments.append(value)
		return [a for a in arguments if isinstance(a, dict)], False
	return [], False


def shared_scripts(script: str) -> list[tuple[str, str]]:
	"""(app, file) of scripts that this one takes filters over from: `$.extend({}, erpnext.financial_statements)`."""
	return TAKEN_OVER.findall(script)


def _is_break(member: Any) -> bool:
	return isinstance(member, dict) and "fieldname" not in member


def _is_filter(member: Any) -> bool:
	return (
		isinstance(member, dict)
		and isinstance(member.get("fieldname"), str)
		and isinstance(member.get("fieldtype", "Data"), str)
	)
