"""What a tool gets to work with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from erpnext_mcp.access import Access
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.store import Settings


@dataclass
class Note:
	"""What the audit entry will say of the call, gathered as the tool learns it."""

	reference_doctype: str = ""
	reference_name: str = ""
	field_names: list[str] = field(default_factory=list)
	row_count: int = 0

	def read(self, *, name: str = "", fields: Iterable[str] = (), rows: int = 0) -> None:
		"""Notes what was read: the document if it was one, the field names, the number of documents."""
		self.reference_name = name or self.reference_name
		self.field_names = list(fields)
		self.row_count = rows


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

	@property
	def grant(self) -> Grant:
		assert self.profile_grant is not None, "the tool needs a profile"
		return self.profile_grant

	@property
	def access(self) -> Access:
		assert self.decided_access is not None, "the tool has no operations"
		return self.decided_access
