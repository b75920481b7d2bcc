"""errors.md: every code that an answer can have, what it means and what to do, and the reason codes of the audit."""

from dev.docs.reference.page import code, first_paragraph, page, table
from erpnext_mcp import errors as family
from erpnext_mcp.audit.entry import NOT_AUTHENTICATED
from erpnext_mcp.errors import CallError

ADVICE = {
	"invalid_arguments": "Read `message`: it names the argument, and `hint` the arguments that there are. Repeat with that changed.",
	"not_found": "Look the name up: `list_doctypes`, `list_generic_documents`, `search_generic_documents`. If it should be there, ask an administrator: the audit entry says which of the reasons it is.",
	"not_permitted": "Don't try again. `explain_access` says which layer stands against it; an administrator can change the profile, or the roles in ERPNext.",
	"approval_required": "A person decides: in the client, which is asked, or in the desk at the *MCP Approval Request* that the answer names. Then make the same call again, within an hour.",
	"read_only": "Read instead, or wait: the site, the profile or the connection is read-only. An administrator can open a write window.",
	"field_not_permitted": "Use the fields that the answer names; `get_doctype_schema` has them all.",
	"condition_failed": "Change what was sent so that it holds what `get_doctype_permissions` tells. The answer names the condition where the caller may know of it.",
	"validation_failed": "Read `message`. Where it has a `reference`, the text may show what the caller can't see: an administrator finds it in the audit entry of that name.",
	"conflict": "Read the document again, look at what changed, and repeat with its new `version`.",
	"link_exists": "Deal with the documents that link to it first; the answer names those that the caller can read.",
	"queued": "Ask again in a minute. Nothing needs to be sent again.",
	"unsupported": "Do it in another way, or in the desk: this one is not open whoever asks.",
	"too_large": "Ask for less: fewer fields, a smaller `limit`, fewer documents at once.",
	"rate_limited": "Wait `retry_after` seconds. An administrator can change the limits of the settings or of the profile.",
	"timeout": "Narrow the filters, or order by an indexed field such as `name`. Of a write nothing is left; it can be made again.",
	"cancelled": "Nothing: the client has gone, and nothing of the call is left.",
	"unavailable": "Wait, and try again. If it lasts, `bench --site SITE mcp doctor` says what is missing.",
	"internal": "Tell an administrator the `reference`: it is the name of an Error Log of the site.",
}

NEVER_ANSWERED = {"cancelled"}
"""Codes that only the audit gets to know."""

HTTP = (
	(
		"200",
		"An answer, also of a call that was refused or failed. Some clients get it as a stream of events.",
	),
	("202", "A notification: there is nothing to answer."),
	(
		"400",
		"The body or a header is not as the protocol wants it; or `readonly`, `doctypes` or `tools` of the URL is not understood.",
	),
	(
		"401",
		"No credentials, or they are wrong, expired, revoked, or of a disabled user; or a cookie session. `WWW-Authenticate` leads clients to the OAuth login.",
	),
	(
		"403",
		"A page of another site (`Origin`), or no HTTPS although the settings require it.",
	),
	("404", "A path beside `/mcp`."),
	("405", "Another method than POST. There are no streams to GET and no sessions to DELETE."),
	("406", "The client does not accept `application/json`."),
	("413", "The body is larger than the site's web server takes."),
	("500", "Something broke before the call could be told apart."),
	(
		"503",
		"The database is away, or all threads of a uvicorn process are taken; `Retry-After` says when to come back.",
	),
)


def errors() -> str:
	"""The page: one table, what the audit says of each, and what comes before there is a call."""
	found = by_code()
	assert set(found) == set(ADVICE), "dev/docs/reference/errors.py has advice on other codes than there are"
	codes = [code_ for code_ in found if code_ not in NEVER_ANSWERED]
	return page(
		"Errors",
		"A call that is refused or fails is answered with `isError: true` and structured content: `code`, one of these for ever; `message`, one sentence; "
		"often `hint`, what to do; and members of its own. No answer has a traceback, SQL, a path, or a value that the caller may not read. What does not exist "
		"and what the caller may not know of are answered with the same words.",
		"## Codes",
		table(
			("code", "what it means", "what to do"),
			((f'<a id="{c}"></a>{code(c)}', _meaning(c), ADVICE[c]) for c in codes),
		),
		"## In the audit",
		"An MCP Audit Entry has the code as *Reason Code*, and in *Reason* what an administrator needs to know: which of the layers it was, the text of ERPNext, the "
		"name of the missing document. *Outcome* tells decisions from faults. Some codes count towards a [suspension](settings.md#suspension).",
		table(
			("reason code", "outcome", "counts towards a suspension"),
			(
				("empty", "Allowed", "no"),
				*((code(c), _outcome(found[c]), _suspends(found[c])) for c in found),
				(code(NOT_AUTHENTICATED), "Refused", "no"),
			),
		),
		f"{code(NOT_AUTHENTICATED)} is of no call: credentials that are somebody's were refused, as tool `authentication`. {code('cancelled')}: {ADVICE['cancelled'][9:]}",
		"## Before there is a call",
		"What the endpoint says with the status of HTTP alone, or with an error of JSON-RPC:",
		table(("status", "what it means"), HTTP),
		"Errors of JSON-RPC are those of the protocol: -32700 (no JSON), -32600 (no request), -32601 (no such method), -32602 (no such tool, prompt or resource, or wrong "
		"parameters), -32603 (something broke), -32020 (headers and body say different things), -32022 (a revision of the protocol that is not served), -32001 (with 401) and -32000 (with 503).",
	)


def by_code() -> dict[str, list[type[CallError]]]:
	"""The classes of each code, in the order of the source; the one that gives it its name first."""
	found: dict[str, list[type[CallError]]] = {}
	for error in vars(family).values():
		if isinstance(error, type) and issubclass(error, CallError) and error is not CallError:
			found.setdefault(error.code, []).append(error)
	return found


def _meaning(code_: str) -> str:
	"""What the class says of itself, and those that are more precise."""
	first, *others = by_code()[code_]
	said = [first_paragraph(first.__doc__)]
	said += [first_paragraph(error.__doc__) for error in others if error.__name__ != "DocTypeNotFound"]
	return "<br>".join(said)


def _outcome(classes: list[type[CallError]]) -> str:
	return " or ".join(dict.fromkeys("Refused" if error.refused else "Failed" for error in classes))


def _suspends(classes: list[type[CallError]]) -> str:
	"""Whether a refusal counts; where it depends on which, of what."""
	counting = [error for error in classes if error.by_policy]
	if not counting:
		return "no"
	if "not_found" == classes[0].code:
		return "of DocTypes"
	return (
		"yes"
		if len(counting) == len(classes)
		else "yes, unless a person declined or the user is suspended or paused"
	)
