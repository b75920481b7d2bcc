"""Makes calls as the user who is attacked from within: through the pipeline, as simulations.

What a simulation is to the pipeline holds here: nobody's limits are spent, nobody is suspended, no request for an approval is
stored, a write is undone, and the audit entry is under the name of who attacks, with the user as the simulated one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe

from erpnext_mcp.desk.simulator.session import Session
from erpnext_mcp.errors import CallError
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.caller import Caller, as_he_would_come
from erpnext_mcp.mcp_server.context import NOBODY, Human
from erpnext_mcp.mcp_server.failures import as_call_error
from erpnext_mcp.mcp_server.pipeline import Call

ATTACK = "attack"
"""The transport of the audit entries."""
CALLS_OF_A_SESSION = 40
"""After these it is made anew: what a request keeps for itself is not to be all that is tried."""


@dataclass(frozen=True)
class Reply:
	"""`code` is empty where the call was answered; `entry` is the name of its audit entry."""

	tool: str
	arguments: Mapping[str, Any]
	content: Mapping[str, Any]
	text: str
	code: str = ""
	reason: str = ""
	entry: str = ""

	@property
	def answered(self) -> bool:
		return not self.code


class NotRecorded(Exception):
	"""The audit takes no entries: nothing more is tried."""


@dataclass
class Attacker:
	"""
	:param user: whose calls are made
	:param by: who has started this
	:param ip_address: where the calls come from
	"""

	user: str
	by: str
	ip_address: str = ""
	entries: list[str] = field(default_factory=list)
	"""The audit entries of all calls so far."""
	_sessions: dict[str, tuple[Session, int]] = field(default_factory=dict)

	def call(
		self,
		tool: str,
		arguments: Mapping[str, Any],
		*,
		caller: str = "",
		human: Human = NOBODY,
		for_real: bool = False,
	) -> Reply:
		"""One call.

		:param caller: somebody else
		:param human: what the client says that its user has agreed to
		:param for_real: as who means it, since dry runs ask nobody; it is undone all the same
		:raises NotRecorded: it could not be recorded
		"""
		user = caller or self.user
		call = Call(
			as_he_would_come(user, None, self.ip_address),
			tool,
			dict(arguments),
			human=human,
			simulated_by=Caller(self.by, ATTACK),
		)

		def work() -> None:
			try:
				checked = pipeline.prepare(call)
				if for_real and "dry_run" in checked:
					checked["dry_run"] = False
				pipeline.perform(call, checked)
			except Exception as e:
				call.fail(as_call_error(e, tool))

		self.as_user(work, user)
		failure = pipeline.keep(pipeline.entries(call), pipeline.text_log(call))
		if failure is not None:
			raise NotRecorded(failure.message)
		self.entries.append(call.entry_name)
		error: CallError | None = call.error
		return Reply(
			tool,
			arguments,
			call.content,
			call.text,
			error.code if error else "",
			error.reason if error else "",
			call.entry_name,
		)

	def as_user(self, function: Callable[[], Any], user: str = "") -> Any:
		"""What a function gives in a session of the user; rolled back."""
		user = user or self.user
		session, used = self._sessions.get(user, (None, 0))
		if session is None or used >= CALLS_OF_A_SESSION:
			session, used = Session(user, self.ip_address), 0
		self._sessions[user] = (session, used + 1)
		return session.run(function)


def profile_of(attacker: Attacker) -> tuple[str, str]:
	"""(the profile that applies to the user, "") or ("", why no call of his is let through)."""
	call = Call(
		as_he_would_come(attacker.user, None, attacker.ip_address),
		"list_doctypes",
		{},
		simulated_by=Caller(attacker.by, ATTACK),
	)

	def work() -> None:
		try:
			pipeline.prepare(call)
		except CallError as e:
			call.fail(e)

	attacker.as_user(work)
	if call.error is not None or call.grant is None:
		return "", f"{call.error.message} ({call.error.reason})" if call.error else "no profile"
	return call.grant.profile.name, ""


def obstacle_to_dry_runs(attacker: Attacker, doctype: str) -> str | None:
	"""What a save of a DocType would set off that nothing takes back, if anything."""
	from erpnext_mcp.documents.side_effects import dry_run_obstacle

	frappe.db.rollback()
	return attacker.as_user(lambda: dry_run_obstacle(doctype))
