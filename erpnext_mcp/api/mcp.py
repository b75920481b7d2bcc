"""The door of the site: POST /mcp, and what has to stand before and behind Frappe's own handling of it.

* `route` (before_request) turns the exact path /mcp into the whitelisted method and refuses, before anybody is
  authenticated, what must never reach Frappe's dispatch.
* `handle` is the whitelisted method.
* `finish` (after_request) gives the errors that Frappe itself answers on our paths the form that MCP clients expect.

The SDK is imported by the first call, not with the hooks: other requests don't pay for it.
"""

import frappe
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from erpnext_mcp import compat
from erpnext_mcp.api import known_keys, origin, refused
from erpnext_mcp.api.oauth import metadata
from erpnext_mcp.documents import connection, kept_connections
from erpnext_mcp.errors import CallError
from erpnext_mcp.limits import prefetch
from erpnext_mcp.mcp_server import caller, jsonrpc
from erpnext_mcp.policy import store

PATH = "/mcp"
METHOD_PATH = "/api/method/erpnext_mcp.api.mcp.handle"
PATHS = frozenset({PATH, METHOD_PATH})
"""Compared exactly: /mcp/, //mcp and /MCP are other paths."""

DOOR = "erpnext_mcp.door"
"""Key in the WSGI environment: the path as it came, set when a request has passed `route`."""
ANSWERED = "erpnext_mcp.answered"
KIND = "erpnext_mcp.kind"
"""The same: what the request has in common with others (`limits.prefetch`)."""

KEY_SOURCE = "Frappe-Authorization-Source"

INVALID_REQUEST = -32600
PARSE_ERROR = -32700
INTERNAL_ERROR = -32603
UNAUTHORIZED = -32001
SERVER_ERROR = -32000
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]


def route() -> None:
	"""before_request. The user is still who the cookie says: token authentication comes after it.

	:raises HTTPException: with our answer
	"""
	compat.answer_bad_bodies(PATHS, _unread_body)
	request = frappe.local.request
	if request.path not in PATHS or request.method == "OPTIONS":
		return
	request.environ[DOOR] = request.path
	if "cmd" in request.args or frappe.local.form_dict.get("cmd") is not None:
		# Frappe would dispatch by it instead of by the path (T73).
		_stop(jsonrpc.error(400, None, INVALID_REQUEST, "cmd is not accepted here"))
	if request.method != "POST":
		answer = jsonrpc.error(405, None, INVALID_REQUEST, "Only POST is served here")
		answer.headers["Allow"] = "POST, OPTIONS"
		_stop(answer)
	try:
		connection.open()
	except connection.DatabaseGone as e:
		_stop_without_database(e)
	settings = store.hold().settings
	if settings.require_https and not caller.came_by_https():
		_stop(jsonrpc.error(403, None, INVALID_REQUEST, "This site is reached over HTTPS only"))
	listed = settings.allowed_origins
	if not origin.allowed(request.headers.get("Origin"), request.host, listed, origin.own_names()):
		_stop(jsonrpc.error(403, None, INVALID_REQUEST, "This Origin is not allowed"))
	if frappe.session.user != "Guest":
		# A browser sends its cookie for whoever asks it to (T45).
		_stop(unauthorized("Cookie sessions are not accepted; connect with an API key or an OAuth token"))
	if not request.headers.get("Authorization"):
		_stop(unauthorized("Authentication is required: an API key or an OAuth token"))
	if (request.headers.get(KEY_SOURCE) or "User") != "User":
		# Frappe would look for the key in any DocType that the header names, one without keys included.
		_stop(unauthorized("Only the API keys of users are accepted"))
	try:
		known_keys.look(request.environ)
	except connection.DatabaseGone as e:
		_stop_without_database(e)
	# Nothing of the body may reach frappe.call as an argument.
	frappe.local.form_dict = frappe._dict()
	request.path = request.environ["PATH_INFO"] = METHOD_PATH


def foresee() -> None:
	"""For `guard.check`: the user is known now, and nothing has been read for him. Never raises."""
	environ = frappe.local.request.environ
	# Without a revision Redis is gone: not another wait for it.
	if store.load().revision is None:
		return
	try:
		if prefetch.take_early():
			return
		body = frappe.local.request.get_data()
		environ[KIND] = (frappe.local.site, frappe.session.user, *jsonrpc.kind(body))
		prefetch.fetch(environ[KIND])
	except Exception:
		# Frappe reads it by itself then, and says what is wrong with it.
		frappe.logger("mcp").error("what a request reads could not be fetched at once", exc_info=True)


@frappe.whitelist(allow_guest=True, methods=METHODS)
def handle() -> Response:
	"""POST /mcp: one MCP message. Guests get a 401 of ours, because Frappe's own would be a 403."""
	request = frappe.local.request
	if DOOR not in request.environ:
		# Reached by another spelling of the method's URL, which `route` has not checked.
		return _mark(jsonrpc.error(404, None, INVALID_REQUEST, f"Use {PATH}"))
	from erpnext_mcp.mcp_server import pipeline, wsgi

	if not pipeline.is_somebody(frappe.session.user):
		refused.record()
		return _mark(unauthorized("The credentials are not valid"))
	answer = wsgi.respond(request)
	if answer.status_code == 200 and KIND in request.environ:
		prefetch.learn(request.environ[KIND])
	return _mark(answer)


def finish(response: Response | None = None, request: Request | None = None) -> None:
	"""after_request: Frappe's own error pages on our paths become JSON-RPC errors, without traceback or HTML (T43, T50)."""
	if request is None:
		return
	if DOOR in request.environ:
		compat.spare_last_active()
		# Behind whatever Frappe and other apps still do with the database when the answer is sent.
		request.after_response.add(lambda: kept_connections.take_back(getattr(frappe.local, "db", None)))
	if response is None:
		return
	path = request.environ.get(DOOR, request.path)
	if path not in PATHS or request.method == "OPTIONS":
		return
	if ANSWERED not in request.environ:
		_rewrite(response, _replacement(response.status_code, request))
		if response.status_code == 401:
			refused.record()
	_allow_origin(response, request)


def unauthorized(message: str) -> Response:
	"""401 with a challenge; on v16 Frappe puts its own in its place."""
	answer = jsonrpc.error(401, None, UNAUTHORIZED, message)
	answer.headers["WWW-Authenticate"] = metadata.challenge(frappe.local.request)
	return answer


def unavailable(error: CallError) -> Response:
	"""503 for whom nothing can be done now."""
	answer = jsonrpc.error(503, None, SERVER_ERROR, error.message, error.as_dict())
	answer.headers["Retry-After"] = str(error.details["retry_after"])
	return answer


def _stop(answer: Response) -> None:
	raise HTTPException(response=_mark(answer))


def _stop_without_database(error: CallError) -> None:
	"""Now, because whatever Frappe does next needs the database and would end in a bare 500."""
	connection.give_up()
	_stop(unavailable(error))


def _mark(answer: Response) -> Response:
	frappe.local.request.environ[ANSWERED] = True
	return answer


def _replacement(status: int, request: Request) -> Response:
	if status in (401, 403) or (status < 500 and DOOR in request.environ and frappe.session.user == "Guest"):
		# The latter: `route` has let it pass, and Frappe could not tell who it is. It says 400 of what is not base64.
		return unauthorized("The credentials are not valid")
	if status == 413:
		return _too_large()
	if status == 417 or (status >= 500 and frappe.local.form_dict is None) or not _is_json(request):
		return _bad_body(request)
	code = SERVER_ERROR if status < 500 else INTERNAL_ERROR
	return jsonrpc.error(max(status, 400), None, code, "The site could not handle the request")


def _unread_body(request: Request, status: int) -> Response:
	"""The answer to a body that Frappe has not read to its end, or not understood."""
	return _too_large() if status == 413 else _bad_body(request)


def _too_large() -> Response:
	return jsonrpc.error(413, None, INVALID_REQUEST, "Request body is too large")


def _bad_body(request: Request) -> Response:
	"""The answer to a body that Frappe has not understood, or understood and not accepted."""
	if _is_json(request):
		return jsonrpc.error(400, None, INVALID_REQUEST, "Invalid request")
	return jsonrpc.error(400, None, PARSE_ERROR, "Parse error")


def _is_json(request: Request) -> bool:
	try:
		jsonrpc.parse(request.get_data())
	except Exception:  # or the body itself could not be read: cut off
		return False
	return True


def _rewrite(response: Response, replacement: Response) -> None:
	response.set_data(replacement.get_data())
	response.status_code = replacement.status_code
	response.mimetype = replacement.mimetype
	for name in ("WWW-Authenticate", "Cache-Control"):
		if name in replacement.headers:
			response.headers[name] = replacement.headers[name]


def _allow_origin(response: Response, request: Request) -> None:
	"""Lets a browser page of a listed origin read the answer; Frappe's own `allow_cors` may have done so already."""
	page = request.headers.get("Origin")
	if page and page in store.load().settings.allowed_origins:
		response.headers["Access-Control-Allow-Origin"] = page
		response.headers["Vary"] = "Origin"
