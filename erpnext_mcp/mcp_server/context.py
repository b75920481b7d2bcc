"""What a tool gets to work with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from erpnext_mcp.access import Access
from erpnext_mcp.errors import CallError, NotFound, NotPermitted, ReadOnly, Unsupported
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.spending import Budget
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.store import Settings

Progress = Callable[[int, int], None]
"""progress(done, total): tells the client how far the call is. Raises `errors.Cancelled` when it is gone."""


def unheard(done: int, total: int) -> None:
	"""Progress that nobody wants to know."""


@dataclass
class Note:
	"""What the audit entry will say of the call, gathered as the tool learns it."""

	reference_doctype: str = ""
	reference_name: str = ""
	field_names: list[str] = field(default_factory=list)
	row_count: int = 0
	reason: str = ""
	"""What an administrator should know of a call that was allowed."""
	operation: str = ""
	"""Set where it only shows on the way: which operation a workflow action is."""
	written: list[str] = field(default_factory=list)
	"""The name of every document that a bulk call wrote: each gets an entry of its own."""
	changes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
	"""By name, the values of the documents that were written, in that order; nothing where they are not to be kept."""

	def read(self, *, name: str = "", fields: Iterable[str] = (), rows: int = 0) -> None:
		"""Notes what was read: the document if it was one, the field names, the number of documents."""
		self.reference_name = name or self.reference_name
		self.field_names = list(fields)
		self.row_count = rows

	def wrote(self, *, name: str = "", fields: Iterable[str] = ()) -> None:
		"""Notes what is written: the document, as soon as its name is known, and the names of the fields sent."""
		self.reference_name = name or self.reference_name
		self.field_names = list(fields) or self.field_names
		self.row_count = 1

	def take_changes(self, name: str) -> dict[str, Any] | None:
		"""The values of the next write of a document, each once."""
		position = next((n for n, (written, _) in enumerate(self.changes) if written == name), None)
		return None if position is None else self.changes.pop(position)[1]


@dataclass(frozen=True)
class AnswerFile:
	"""A file that goes along with an answer, as an embedded resource."""

	filename: str
	mime_type: str
	data: bytes


@dataclass(frozen=True)
class Human:
	"""Whether the client can ask its user, and what it has brought back from him."""

	can_be_asked: bool = False
	action: str = ""
	confirmed: bool = False
	state: str | None = None


NOBODY = Human()


@dataclass(frozen=True)
class Context:
	"""One call: who, under which settings and profile, with which decided access.

	`grant` is None, and `refusal` says why, only for a tool with `needs_profile=False`; `access` is set for tools with
	`operations`.
	"""

	caller: Caller
	settings: Settings
	note: Note
	profile_grant: Grant | None = None
	refusal: CallError | None = None
	decided_access: Access | None = None
	tool_name: str = ""
	files: list[AnswerFile] = field(default_factory=list)
	afterwards: list[Callable[[], None]] = field(default_factory=list)
	"""What a tool whose work is undone asks for all the same, such as a job: done and committed with the audit entry."""
	budget: Budget | None = None
	"""What the caller may still ask for."""
	progress: Progress = unheard
	human: Human = NOBODY

	@property
	def grant(self) -> Grant:
		assert self.profile_grant is not None, "the tool needs a profile"
		return self.profile_grant

	@property
	def access(self) -> Access:
		assert self.decided_access is not None, "the tool has no operations"
		return self.decided_access

	def access_to(self, doctype: str, *operations: str) -> Access | None:
		"""The access to one more DocType, the first of the operations that is allowed; None when none is."""
		try:
			return self.grant.access(doctype, *operations)
		except (NotFound, NotPermitted, ReadOnly, Unsupported):
			return None
