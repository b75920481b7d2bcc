"""The typed family of refusals and failures, said in words that help a model to do better.

Every room raises these and only these for what the caller can be told; the pipeline turns anything else into
`InternalError`. No message here ever carries a traceback, SQL, a path or a value the caller may not read.
"""

from typing import Any, ClassVar


class CallError(Exception):
	"""A call that can't be answered, with a stable code.

	:param message: what was wrong, in one sentence
	:param hint: what to do instead; empty when there is nothing to do
	:param details: further JSON-compatible members of the answer, such as the fields that may be used
	:param reason: what the audit says of it, for the administrator; defaults to the message
	"""

	code: ClassVar[str] = "internal"
	refused: ClassVar[bool] = True
	"""Whether this is a decision of ours (audit: Refused) rather than something that went wrong (Failed)."""
	by_policy: ClassVar[bool] = False
	"""Whether it says that the policy does not let him: what too many of can suspend a user."""

	def __init__(self, message: str, hint: str = "", *, reason: str = "", **details: Any):
		super().__init__(message)
		self.message = message
		self.hint = hint
		self.reason = reason or message
		self.details = details

	def as_dict(self) -> dict[str, Any]:
		"""The structured content of the answer: `{code, message, hint?, ...details}`."""
		answer: dict[str, Any] = {"code": self.code, "message": self.message}
		if self.hint:
			answer["hint"] = self.hint
		return answer | self.details


class InvalidArguments(CallError):
	"""An argument is missing, unknown, of the wrong type or out of range."""

	code = "invalid_arguments"


class NotFound(CallError):
	"""There is no such DocType or document, or the caller may not know of it: the same words for both."""

	code = "not_found"


class DocTypeNotFound(NotFound):
	"""The same of a DocType: as far as the caller is concerned there is none."""

	by_policy = True


class NotPermitted(CallError):
	"""The caller can read it but may not do this; or may not use this server at all."""

	code = "not_permitted"
	by_policy = True


class ApprovalRequired(CallError):
	"""A person has to agree first: in the desk, or in the client, which is asked."""

	code = "approval_required"


class Declined(NotPermitted):
	"""A person was asked and did not agree."""

	by_policy = False


class Suspended(NotPermitted):
	"""He was refused too often; counting more would not tell more."""

	by_policy = False


class Paused(Suspended):
	"""An administrator has stopped the user or the client, until he lets them go on."""


class ReadOnly(CallError):
	"""Nothing can be written now: the profile, the site's settings or the site itself is read-only."""

	code = "read_only"
	by_policy = True


class FieldNotPermitted(CallError):
	"""There is no such field, or the caller may not use it: the same words for both."""

	code = "field_not_permitted"
	by_policy = True


class ConditionFailed(CallError):
	"""The document does not hold a condition of the profile, or would leave the caller's rows."""

	code = "condition_failed"
	by_policy = True


class ValidationFailed(CallError):
	"""ERPNext does not take the document as it is: something is missing, wrong, or against a rule of the business."""

	code = "validation_failed"


class Withheld(ValidationFailed):
	"""The same where the text of ERPNext may show what the caller can't see. The audit has it, as `reason`; the answer
	names the entry."""


class Conflict(CallError):
	"""Somebody else was faster: the document has changed, or what must be unique is taken."""

	code = "conflict"


class LinkExists(CallError):
	"""Other documents link to this one."""

	code = "link_exists"


class Queued(CallError):
	"""A job in the background has it; asking again later is all there is to do."""

	code = "queued"


class Unsupported(CallError):
	"""This can't be done with this DocType, whoever asks."""

	code = "unsupported"


class TooLarge(CallError):
	"""The answer, or what was asked for, is over the limit."""

	code = "too_large"


class RateLimited(CallError):
	"""The caller has used up a limit; `retry_after` among the details says in how many seconds there is room again."""

	code = "rate_limited"


class Timeout(CallError):
	"""The database took longer than the settings allow."""

	code = "timeout"
	refused = False


class Cancelled(CallError):
	"""The client went away while the call ran. Only the audit gets to know."""

	code = "cancelled"
	refused = False


class Unavailable(CallError):
	"""The server can't answer anybody right now."""

	code = "unavailable"


class Busy(Unavailable):
	"""The database gave up, several times, for the sake of other transactions."""

	refused = False


class InternalError(CallError):
	"""Something broke. The cause is in the site's Error Log under the reference, never in the answer."""

	code = "internal"
	refused = False


def doctype_not_found(reason: str = "") -> DocTypeNotFound:
	"""The one answer for a DocType that does not exist, is closed, or lies outside the caller's profile (T13).

	:param reason: which of them it is, for the audit alone
	"""
	return DocTypeNotFound(
		"There is no such DocType for you.",
		"Call list_doctypes to see the DocTypes you can use; names are case-sensitive.",
		reason=reason,
	)


def document_not_found(reason: str = "") -> NotFound:
	"""The one answer for a document that does not exist or that the caller may not see (T13).

	:param reason: which of them it is, for the audit alone
	"""
	return NotFound(
		"There is no such document for you.",
		"Find its exact name with list_generic_documents.",
		reason=reason,
	)
