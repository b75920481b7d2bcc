"""What a request itself gives up: read-only, some DocTypes, some tools. It never opens anything (DESIGN §9).

By the URL (`/mcp?readonly=1&doctypes=Customer,Item&tools=generic`) or by headers of the same meaning; with both, each of them
narrows. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from erpnext_mcp.errors import InvalidArguments

READ_ONLY, DOCTYPES, TOOLS = "readonly", "doctypes", "tools"
HEADERS = {READ_ONLY: "x-mcp-readonly", DOCTYPES: "x-mcp-doctypes", TOOLS: "x-mcp-tools"}
"""By the name of the parameter in the URL, the header of the same meaning."""

GENERIC, OWN = "generic", "own"
"""Kinds of tools: those for any DocType, those of one."""

ON, OFF = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
LONGEST = 4000
"""Characters of one value."""


@dataclass(frozen=True)
class Narrowing:
	"""`doctypes` and `tools` (names, or kinds of tools) are None where they are not narrowed."""

	read_only: bool = False
	doctypes: frozenset[str] | None = None
	tools: frozenset[str] | None = None

	def shows(self, tool: str, kind: str = GENERIC) -> bool:
		"""Whether a tool is among those that the request wants.

		:param kind: GENERIC or OWN
		"""
		return self.tools is None or tool in self.tools or kind in self.tools


def parse(query: Mapping[str, Iterable[str]], headers: Mapping[str, str]) -> Narrowing:
	"""
	:param query: the parameters of the URL, each with all its values; others than ours don't matter
	:param headers: by lower-case names, or whatever case it is asked for
	:raises InvalidArguments: a value is not understood: who means to narrow is not to get everything
	"""

	def values(name: str) -> list[str]:
		found = [*query.get(name, ())]
		if HEADERS[name] in headers:
			found.append(headers[HEADERS[name]])
		for value in found:
			if len(value) > LONGEST:
				raise InvalidArguments(f"{name} is longer than {LONGEST} characters.")
		return found

	return Narrowing(
		read_only=any([_switch(value) for value in values(READ_ONLY)]),
		doctypes=_set(DOCTYPES, values(DOCTYPES)),
		tools=_set(TOOLS, values(TOOLS)),
	)


def _switch(value: str) -> bool:
	word = value.strip().lower()
	if word in ON:
		return True
	if word in OFF:
		return False
	raise InvalidArguments(f"{READ_ONLY} is 1 or 0.")


def _set(name: str, values: list[str]) -> frozenset[str] | None:
	"""What all of the lists have in common; None where there is no list."""
	lists = [frozenset(filter(None, (item.strip() for item in value.split(",")))) for value in values]
	if not all(lists):
		raise InvalidArguments(f"{name} is empty: name at least one, or leave it out.")
	return frozenset.intersection(*lists) if lists else None
