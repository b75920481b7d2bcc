"""A call that is to be told of, and how much of it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from erpnext_mcp.access import Access
from erpnext_mcp.desk.simulator.viewer import Viewer
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.tool import Tool
from erpnext_mcp.policy.operations import READ

ALL, PARTS, COUNT, NOTHING = "all", "parts", "count", "nothing"
"""What is shown: the answer; of it what the viewer may read; how many documents; nothing, and the tool is not run."""


@dataclass(frozen=True)
class Clearance:
	"""`why`: what stands in the way of more, as sentences for the viewer."""

	shows: str
	why: tuple[str, ...] = ()

	@property
	def runs(self) -> bool:
		return self.shows != NOTHING


@dataclass(frozen=True)
class Case:
	"""A call that was decided: whose, on what, and who wants to see it.

	`as_user` runs a function in the session of the simulated user. `context` is what the tool would get.
	"""

	viewer: Viewer
	tool: Tool
	arguments: Mapping[str, Any]
	context: Context
	as_user: Callable[[Callable[[], Any]], Any] = field(compare=False)

	@property
	def access(self) -> Access:
		return self.context.access

	def accesses(self, doctypes: Iterable[str], operation: str = READ) -> list[Access]:
		"""The simulated user's accesses to some DocTypes, as far as he has any."""
		found = self.as_user(lambda: [self.context.access_to(doctype, operation) for doctype in doctypes])
		return [access for access in found if access is not None]


Hindrances = Iterator[str]
"""What stands in the way of telling something, as sentences."""


def if_nothing(hindrances: Hindrances, shows: str) -> Clearance:
	found = tuple(dict.fromkeys(hindrances))
	return Clearance(NOTHING, found) if found else Clearance(shows)
