"""The one way of every call (DESIGN §3): identify, profile, limits, arguments, decision, work, audit, answer.

There is no second way: tools never import frappe (a test checks it), and transports only call `run`.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import frappe

from erpnext_mcp import compat
from erpnext_mcp.access import Access
from erpnext_mcp.audit import entry as audit
from erpnext_mcp.audit.log import reads_are_on
from erpnext_mcp.documents.changes import recording
from erpnext_mcp.documents.connection import DatabaseGone, give_up, is_lost
from erpnext_mcp.documents.deadline import deadline
from erpnext_mcp.documents.transactions import (
	MOST_TRIES,
	WRITE_TIME_LIMIT,
	WriteTransaction,
	may_be_tried_again,
	pause_before,
	read_only,
	writing,
)
from erpnext_mcp.errors import CallError, NotPermitted, Paused, TooLarge, Unavailable, Withheld
from erpnext_mcp.limits import own_cache
from erpnext_mcp.mcp_server import arguments as tool_arguments
from erpnext_mcp.mcp_server import asking, jsonrpc, kept_answers, registering, registry, suspending
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.context import NOBODY, AnswerFile, Context, Human, Note, Progress, unheard
from erpnext_mcp.mcp_server.failures import as_call_error
from erpnext_mcp.mcp_server.spending import READS, WRITES, Budget, budget_of
from erpnext_mcp.mcp_server.tool import Tool, Transaction
from erpnext_mcp.policy import known_users, store
from erpnext_mcp.policy.grant import Grant, grant_for
from erpnext_mcp.policy.store import Settings


@dataclass(frozen=True)
class Answer:
	"""`content` is the structured content; `text` the same as compact JSON; `error` is set when the call failed; `files`
	go along with the text."""

	content: dict[str, Any]
	text: str
	error: CallError | None = None
	files: tuple[AnswerFile, ...] = ()


@dataclass
class Call:
	"""One call on its way: what is known of it so far."""

	caller: Caller
	tool_name: str
	arguments: Mapping[str, Any]
	progress: Progress = unheard
	human: Human = NOBODY
	started: float = field(default_factory=time.perf_counter)
	entry_name: str = field(default_factory=audit.new_name)
	note: Note = field(default_factory=Note)
	settings: Settings | None = None
	policy_revision: str | None = None
	grant: Grant | None = None
	refusal: CallError | None = None
	budget: Budget | None = None
	tool: Tool | None = None
	operation: str = ""
	content: dict[str, Any] = field(default_factory=dict)
	files: list[AnswerFile] = field(default_factory=list)
	afterwards: list[Callable[[], None]] = field(default_factory=list)
	text: str = ""
	error: CallError | None = None
	recorded: bool = False
	"""Whether the audit entry is committed already, together with what the call wrote."""
	simulated_by: Caller | None = None
	"""The administrator who only wants to know what would become of the call (`desk.simulator`). It takes nothing from
	anybody's limits, nothing that it does stays, and its audit entry is his."""

	@property
	def writes(self) -> bool:
		"""A dry run does, too."""
		return self.tool is not None and self.tool.transaction is Transaction.WRITE

	@property
	def dry_run(self) -> bool:
		return self.arguments.get("dry_run") is True or (self.simulated_by is not None and self.writes)

	@property
	def answer(self) -> Answer:
		return Answer(self.content, self.text, self.error, () if self.error else tuple(self.files))

	def set_content(self, content: dict[str, Any]) -> None:
		self.content = content
		self.text = compact(content)

	def fail(self, error: CallError) -> None:
		if isinstance(error, Withheld):
			# The administrator finds the text that the caller may not see by the name of the entry.
			error.details["reference"] = self.entry_name
		self.error = error
		self.set_content(error.as_dict())


def run(
	caller: Caller,
	tool_name: str,
	arguments: Mapping[str, Any],
	progress: Progress = unheard,
	human: Human = NOBODY,
) -> Answer:
	"""Runs one call from beginning to end, commits its audit entry, and never raises.

	:param tool_name: of the registry, visible to the caller or not
	:param arguments: as the client sent them
	:param progress: told by the tools that take long; where it raises, the call ends and nothing of it is left
	:param human: who can be asked to agree, and what he has said
	"""
	call = Call(caller, tool_name, arguments, progress, human)
	had_client_cache = compat.client_cache_works()
	try:
		checked = prepare(call)
		perform(call, checked)
		if call.budget is not None and not call.writes:
			call.budget.add_rows(call.note.row_count)
	except Exception as e:
		call.fail(as_call_error(e, tool_name, had_client_cache and not compat.client_cache_works()))
	if not call.recorded and to_be_recorded(call):
		failure = keep(entries(call), text_log(call))
		# Of a commit that nobody knows the end of, the entry may be there already; that is what to say.
		if failure is not None and not isinstance(call.error, Unavailable):
			call.fail(failure)
	try:
		asking.after_refusal(call.error)
	except Exception as e:
		frappe.db.rollback()
		call.fail(as_call_error(e, tool_name))
	if call.settings is not None:
		if call.error is not None:
			suspending.after_refusal(caller.user, call.error, call.settings)
		registering.after_call(caller)
	return call.answer


def prepare(call: Call) -> dict[str, Any]:
	"""Who calls, what he is granted, whether that is within his limits, and the arguments of the tool's form; gives the
	arguments with defaults.

	:raises CallError: the call is refused
	"""
	caller = call.caller
	identify(caller)
	policy = store.load()
	call.settings, call.policy_revision = policy.settings, policy.revision
	own_cache.renew(policy.revision)
	# A Redis that was restarted has lost the revision: that there is a new one tells of it, too.
	if not known_users.settle(caller.user, policy.revision, anew=own_cache.check):
		raise not_logged_in()
	if not policy.settings.enabled:
		raise Unavailable(
			"MCP access to this site is switched off.",
			"Ask the site's administrator.",
			reason="kill switch",
		)
	try:
		grant = grant_for(caller.user, policy, caller.client, caller.ip_address, caller.credential)
		narrowing = caller.narrowing
		call.grant = replace(grant, asked_read_only=narrowing.read_only, asked_doctypes=narrowing.doctypes)
	except CallError as e:
		call.refusal = e
	call.tool = tool = spend(call)
	call.operation = next(iter(tool.operations), "")
	# Who is suspended can still learn that he is; an administrator who pauses somebody wants no more calls.
	if call.refusal is not None and (tool.needs_profile or isinstance(call.refusal, Paused)):
		raise call.refusal
	if tool.operations:
		# A refusal is about the document that was asked for, too.
		call.note.reference_doctype = tool.doctype or str(call.arguments.get("doctype", ""))
		call.note.reference_name = str(call.arguments.get("name") or "")
	arguments = tool_arguments.validate(tool, call.arguments)
	if call.simulated_by is not None and "dry_run" in arguments:
		arguments["dry_run"] = True
	return arguments


def spend(call: Call) -> Tool:
	"""Finds the tool and counts the call, before anything else is looked at: what is refused counts as well (T47).

	:raises registry.UnknownTool: there is none; who tries names out counts as one who reads
	:raises CallError: it is over a limit of the caller
	"""
	assert call.settings is not None
	call.budget = budget_of(call.caller, call.settings, call.grant.profile if call.grant else None)
	if call.simulated_by is not None:
		return registry.find(call.tool_name, call.grant)
	try:
		tool = registry.find(call.tool_name, call.grant, call.caller.narrowing)
	except registry.UnknownTool:
		call.budget.take(READS)
		raise
	call.budget.take(WRITES if tool.transaction is Transaction.WRITE else READS, tool.units(call.arguments))
	return tool


def perform(call: Call, arguments: dict[str, Any]) -> None:
	"""Decides and does it, in the tool's kind of transaction; what is written is committed together with its entry.

	:raises Exception: it was refused or failed; nothing of it is left
	"""
	assert call.tool is not None and call.settings is not None
	if call.tool.transaction is Transaction.READ_ONLY:
		with read_only(call.settings.query_time_limit):
			work(call, arguments, decide(call, arguments))
		return
	for attempt in range(MOST_TRIES):
		if attempt:
			pause_before(attempt)
		try:
			write(call, arguments)
			return
		except Exception as e:
			if attempt == MOST_TRIES - 1 or not may_be_tried_again(e):
				raise


def write(call: Call, arguments: dict[str, Any]) -> None:
	"""One try of a call that writes."""
	assert call.tool is not None and call.settings is not None
	undone = call.tool.transaction is Transaction.UNDONE
	call.note = Note(call.note.reference_doctype, call.note.reference_name)
	call.files.clear()
	call.afterwards.clear()
	# Before the transaction: the first thing it reads is to be the document, when it has the lock on it. What is read of
	# other documents then is as old as that.
	access = decide(call, arguments)
	stays = not undone and not call.dry_run and call.simulated_by is None
	with writing(call.settings.query_time_limit if undone else WRITE_TIME_LIMIT) as transaction:
		try:
			with recording() if stays and call.settings.log_values else nullcontext([]) as changes:
				work(call, arguments, access)
		finally:
			# Says what really went wrong where a hook has swallowed a deadlock or tried to commit.
			transaction.check()
		call.note.changes = changes
		if stays:
			commit(call, transaction)
	if call.afterwards and call.simulated_by is None:
		with writing() as transaction:
			for step in call.afterwards:
				step()
			commit(call, transaction)


def commit(call: Call, transaction: WriteTransaction) -> None:
	"""Commits what was written, together with the audit entry: neither is there without the other."""
	audit.write(entries(call), text_log(call))
	transaction.commit()
	call.recorded = True


def decide(call: Call, arguments: dict[str, Any]) -> Access | None:
	"""The access to the DocType that the call is about; None where it is about no single one.

	:raises CallError: there is none
	"""
	assert call.tool is not None
	if not call.tool.operations or call.grant is None:
		return None
	access = call.grant.access(arguments["doctype"], *call.tool.operations)
	call.operation = access.operation
	return access


def work(call: Call, arguments: dict[str, Any], access: Access | None) -> None:
	"""The tool, and what leaves."""
	tool, grant, settings = call.tool, call.grant, call.settings
	assert tool is not None and settings is not None
	context = Context(
		call.caller,
		settings,
		call.note,
		grant,
		call.refusal,
		access,
		tool.name,
		call.files,
		call.afterwards,
		call.budget,
		call.progress,
		call.human,
	)
	# A simulation is answered by the documents themselves.
	revision = call.policy_revision if call.simulated_by is None else None
	with deadline(settings.request_timeout, call.started):
		call.set_content(kept_answers.perform(tool, context, arguments, revision))
	if len(call.text.encode()) > settings.max_answer_bytes:
		raise TooLarge(
			f"The answer is larger than {settings.max_answer_bytes // 1024} KB.",
			"Ask for fewer fields or a smaller limit.",
		)


def to_be_recorded(call: Call) -> bool:
	"""Reads can be left out of the audit; writes, dry runs, refusals and failures never are."""
	if call.error is not None or call.settings is None or (call.settings.log_reads and reads_are_on()):
		return True
	return call.writes


def text_log(call: Call) -> bool:
	"""Whether what is recorded goes to the log as well; unless the settings are known to say no."""
	return call.settings is None or call.settings.text_log


def entries(call: Call) -> list[audit.Entry]:
	"""What the audit keeps of a call: one entry, or one for each document of a bulk call."""
	grant, note, error = call.grant, call.note, call.error
	caller = call.simulated_by or call.caller

	def entry(name: str, operation: str, reference_name: str) -> audit.Entry:
		return audit.Entry(
			name=name,
			user=caller.user,
			simulated_user=call.caller.user if call.simulated_by else "",
			outcome=audit.ALLOWED if error is None else audit.REFUSED if error.refused else audit.FAILED,
			tool=call.tool_name,
			operation=operation,
			dry_run=int(call.dry_run),
			profile=grant.profile.name if grant else "",
			profile_revision=grant.profile.revision if grant else "",
			reason_code=error.code if error else "",
			reason=error.reason if error else note.reason,
			reference_doctype=note.reference_doctype,
			reference_name=reference_name,
			field_names=note.field_names,
			row_count=note.row_count,
			byte_count=len(call.text.encode()),
			duration_ms=(time.perf_counter() - call.started) * 1000,
			transport=caller.transport,
			credential=caller.credential,
			ip_address=caller.ip_address,
			client_name=caller.client_name,
			protocol_version=caller.protocol_version,
			request_id=caller.request_id,
			session=caller.session,
			changes=note.take_changes(reference_name) if error is None else None,
		)

	operation = note.operation or call.operation
	if error is not None or not note.written or call.simulated_by:
		return [entry(call.entry_name, operation, note.reference_name)]
	return [
		entry(audit.new_name() if position else call.entry_name, operation, name)
		for position, name in enumerate(note.written)
	]


def identify(caller: Caller) -> None:
	"""Refuses who is nobody or no longer anybody.

	:raises NotPermitted: Guest, or a user who was disabled after his token was issued (T44)
	"""
	if not is_somebody(caller.user):
		raise not_logged_in()


def not_logged_in() -> NotPermitted:
	return NotPermitted("You are not logged in.", "Connect with an API key or an OAuth token of this site.")


def is_somebody(user: str) -> bool:
	"""Whether a user may be called by this name at all; Frappe takes tokens of disabled users, too (T44)."""
	return user not in ("", "Guest") and known_users.is_enabled(user)


def keep(found: list[audit.Entry], text_log: bool = True) -> CallError | None:
	"""Commits the entries alone, whatever became of the call; the reason not to answer when that is impossible."""
	try:
		audit.write(found, text_log)
		frappe.db.commit()
	except Exception as e:
		frappe.logger("mcp").error("audit entry could not be written", exc_info=True)
		if is_lost(e):
			give_up()
			return DatabaseGone()
		frappe.db.rollback()
		return Unavailable(
			"The call can't be recorded, so it is not answered.",
			"Try again later.",
			reason="audit unavailable",
		)
	return None


def compact(content: Mapping[str, Any]) -> str:
	"""The structured content as the text that goes along with it."""
	return jsonrpc.encode(content).decode()
