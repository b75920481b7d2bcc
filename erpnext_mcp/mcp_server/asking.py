"""Ask before: what a profile lets happen only when a person has agreed (DESIGN §4, T42).

With a client that can ask its user, the call is answered by a question, and comes again with the answer and a sealed state.
With one that can't, it is answered by the name of an MCP Approval Request, which somebody decides in the desk; the same
call then succeeds once. Nothing in the arguments is ever an approval.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import frappe
from frappe.utils import get_url_to_form
from frappe.utils.password import get_encryption_key

from erpnext_mcp.documents.text import clean
from erpnext_mcp.documents.write import state_of
from erpnext_mcp.errors import ApprovalRequired, Declined
from erpnext_mcp.limits import approvals
from erpnext_mcp.limits.approvals import APPROVED, REJECTED, Asked
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.request_state import InvalidState, Outdated, Sealer, Subject
from erpnext_mcp.policy.profile import BULK

QUESTION, CONFIRM = "approval", "confirm"
"""The name of the question, and of the one field of its form."""
ACCEPT = "accept"
LONGEST_NAME = 140
MOST_NAMED = 10
HOURS = 24


class AskInClient(ApprovalRequired):
	"""The client is to ask. `question` is for its user, `state` comes back with the answer."""

	def __init__(self, question: str, state: str):
		super().__init__("Confirm it in the client.", reason="asked in the client")
		self.question = question
		self.state = state


class AskInDesk(ApprovalRequired):
	"""Somebody is to decide in the desk. `asked` is to be stored as `name`, unless it waits already."""

	def __init__(self, name: str, asked: Asked | None):
		super().__init__(
			"A person has to approve this call first.",
			"Ask the user to approve it in ERPNext, then make the same call again. It is good for one call.",
			reason=f"asked in the desk: {name}",
			request=name,
			url=get_url_to_form(approvals.DOCTYPE, name),
		)
		self.name = name
		self.asked = asked


def require(context: Context, arguments: Mapping[str, Any], operation: str, *names: str) -> None:
	"""Lets pass what needs no person, or what one has agreed to.

	Locks the documents, so that what was agreed to is what is done.

	:param operation: delete, submit, cancel, or "bulk"; others are never asked about
	:param names: of the documents that there are already
	:raises AskInClient, AskInDesk: nobody has agreed yet
	:raises Declined: somebody was asked and did not
	"""
	doctype = context.access.doctype
	if operation not in context.grant.asks_before(doctype):
		return
	asked = _asked(context, arguments, operation, names)
	if context.human.can_be_asked:
		_in_client(context, asked)
	else:
		_in_desk(context, asked)


def _asked(context: Context, arguments: Mapping[str, Any], operation: str, names: tuple[str, ...]) -> Asked:
	access, caller = context.access, context.caller
	states = [state_of(access, name) for name in names]
	return Asked(
		user=caller.user,
		credential=caller.credential,
		client_name=caller.client_name,
		profile=context.grant.profile.name,
		tool=context.tool_name,
		operation=operation,
		reference_doctype=access.doctype,
		reference_name=names[0] if len(names) == 1 and operation != BULK else "",
		documents="\n".join(names) if operation == BULK else "",
		field_names=", ".join(_field_names(arguments, bool(names))),
		arguments=arguments,
		version=hashlib.sha256("\0".join(states).encode()).hexdigest() if states else "",
	)


def _field_names(arguments: Mapping[str, Any], of_updates: bool) -> list[str]:
	"""Of a bulk call: which fields it writes, without what it writes into them."""
	documents = arguments.get("documents") or ()
	return sorted(
		{field for document in documents for field in (document["data"] if of_updates else document)}
	)


def _in_client(context: Context, asked: Asked) -> None:
	human, sealer = context.human, Sealer(get_encryption_key())
	subject = Subject(asked.user, asked.credential, asked.tool, asked.arguments, asked.version)
	if human.state is not None:
		try:
			state = sealer.unseal(human.state, subject)
		except Outdated:
			pass  # asked anew
		except InvalidState as e:
			raise Declined(
				"The confirmation is not one for this call.", reason=f"request state: {e}"
			) from None
		else:
			if human.action != ACCEPT or not human.confirmed:
				raise Declined("The user did not confirm it.", "Don't try again unless the user asks for it.")
			try:
				approvals.note_used(asked, state.id, state.expires)
			except frappe.DuplicateEntryError:
				raise Declined(
					"This confirmation was used before.", reason="request state used twice"
				) from None
			context.note.reason = "confirmed in the client"
			return
	raise AskInClient(question(asked), sealer.seal(subject))


def _in_desk(context: Context, asked: Asked) -> None:
	known = approvals.find(asked)
	if known is None:
		raise AskInDesk(approvals.new_name(), asked)
	if known.status == REJECTED:
		raise Declined(
			"The request was rejected.",
			"Don't try again unless the user asks for it.",
			reason=f"rejected by {known.decided_by}: {known.name}",
		)
	if known.status == APPROVED and approvals.use(known.name):
		context.note.reason = f"approved by {known.decided_by}: {known.name}"
		return
	raise AskInDesk(known.name, None)


def after_refusal(error: Exception | None) -> None:
	"""Stores the request that a call has been answered with, when its own transaction is over. Commits.

	:raises CallError: it can't be
	"""
	if isinstance(error, AskInDesk) and error.asked is not None:
		approvals.store(error.asked, error.name)


def question(asked: Asked) -> str:
	"""What the user of a client is asked, in one line: names can be written by anybody (T56)."""
	if asked.operation == BULK:
		names = [clean(name, LONGEST_NAME) for name in asked.documents.splitlines()]
		shown = ", ".join(names[:MOST_NAMED]) + (
			f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
		)
		count = len(asked.arguments.get("documents") or ())
		what = f"change {shown}" if names else f"create {count} documents"
		return f"Let the agent {what} ({clean(asked.reference_doctype, LONGEST_NAME)})?"
	name = clean(asked.reference_name, LONGEST_NAME)
	return f"Let the agent {asked.operation} {clean(asked.reference_doctype, LONGEST_NAME)} {name}?"
