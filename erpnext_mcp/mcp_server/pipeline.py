"""The one way of every call (DESIGN §3): identify, profile, arguments, decision, work, audit, answer.

There is no second way: tools never import frappe (a test checks it), and transports only call `run`.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe

from erpnext_mcp.audit import entry as audit
from erpnext_mcp.documents.transactions import read_only
from erpnext_mcp.errors import CallError, NotPermitted, TooLarge, Unavailable
from erpnext_mcp.mcp_server import arguments as tool_arguments
from erpnext_mcp.mcp_server import registry
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.context import Context, Note
from erpnext_mcp.mcp_server.failures import as_call_error
from erpnext_mcp.policy import store
from erpnext_mcp.policy.grant import Grant, grant_for
from erpnext_mcp.policy.store import Settings


@dataclass(frozen=True)
class Answer:
	"""`content` is the structured content; `text` the same as compact JSON; `error` is set when the call failed."""

	content: dict[str, Any]
	text: str
	error: CallError | None = None


def run(caller: Caller, tool_name: str, arguments: Mapping[str, Any]) -> Answer:
	"""Runs one call from beginning to end, commits its audit entry, and never raises.

	:param tool_name: of the registry, visible to the caller or not
	:param arguments: as the client sent them
	"""
	started = time.perf_counter()
	note = Note()
	grant: Grant | None = None
	operation = ""
	settings: Settings | None = None
	error: CallError | None = None
	content: dict[str, Any] = {}
	text = ""
	try:
		identify(caller)
		policy = store.load()
		settings = policy.settings
		if not settings.enabled:
			raise Unavailable(
				"MCP access to this site is switched off.",
				"Ask the site's administrator.",
				reason="kill switch",
			)
		tool = registry.find(tool_name)
		operation = next(iter(tool.operations), "")
		refusal = None
		try:
			grant = grant_for(caller.user, policy, caller.client, caller.ip_address)
		except CallError as e:
			if tool.needs_profile:
				raise
			refusal = e
		if "doctype" in arguments and tool.operations:
			note.reference_doctype = str(arguments["doctype"])
		checked = tool_arguments.validate(tool, arguments)
		with read_only(settings.query_time_limit):
			access = grant.access(checked["doctype"], *tool.operations) if tool.operations and grant else None
			operation = access.operation if access else operation
			content = tool.perform(Context(caller, settings, note, grant, refusal, access), checked)
		text = compact(content)
		size = len(text.encode())
		if size > settings.max_answer_bytes:
			raise TooLarge(
				f"The answer is larger than {settings.max_answer_bytes // 1024} KB.",
				"Ask for fewer fields or a smaller limit.",
			)
	except Exception as e:
		error = as_call_error(e, tool_name)
		content = error.as_dict()
		text = compact(content)
		size = len(text.encode())

	entry = audit.Entry(
		user=caller.user,
		outcome=audit.ALLOWED if error is None else audit.REFUSED if error.refused else audit.FAILED,
		tool=tool_name,
		operation=operation,
		profile=grant.profile.name if grant else "",
		profile_revision=grant.profile.revision if grant else "",
		reason_code=error.code if error else "",
		reason=error.reason if error else "",
		reference_doctype=note.reference_doctype,
		reference_name=note.reference_name,
		field_names=note.field_names,
		row_count=note.row_count,
		byte_count=size,
		duration_ms=(time.perf_counter() - started) * 1000,
		transport=caller.transport,
		credential=caller.credential,
		ip_address=caller.ip_address,
		client_name=caller.client_name,
		protocol_version=caller.protocol_version,
		request_id=caller.request_id,
	)
	failure = None
	if error is not None or settings is None or settings.log_reads:
		failure = keep(entry)
	if failure is not None:
		return Answer(failure.as_dict(), compact(failure.as_dict()), failure)
	return Answer(content, text, error)


def identify(caller: Caller) -> None:
	"""Refuses who is nobody or no longer anybody.

	:raises NotPermitted: Guest, or a user who was disabled after his token was issued (T44)
	"""
	if caller.user in ("", "Guest") or not frappe.get_cached_value("User", caller.user, "enabled"):
		raise NotPermitted(
			"You are not logged in.", "Connect with an API key or an OAuth token of this site."
		)


def keep(entry: audit.Entry) -> CallError | None:
	"""Commits the entry alone, whatever became of the call; the reason not to answer when that is impossible."""
	try:
		audit.write(entry)
		frappe.db.commit()
	except Exception:
		frappe.db.rollback()
		frappe.logger("mcp").error("audit entry could not be written", exc_info=True)
		return Unavailable(
			"The call can't be recorded, so it is not answered.",
			"Try again later.",
			reason="audit unavailable",
		)
	return None


def compact(content: Mapping[str, Any]) -> str:
	"""The structured content as the text that goes along with it."""
	return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
