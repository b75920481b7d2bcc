"""No way around (DESIGN §9): a credential that is bound to MCP is refused everywhere else on the site (T40, T72).

`before_auth` (before_request) sees who the cookie has logged in; `check` (auth_hooks) sees who is logged in after the
Authorization header, and refuses. Both run at every request of the site: for guests and cookie sessions they compare
two values, for others the policy is in memory.
"""

import frappe
import frappe.auth
from frappe import _
from frappe.utils import get_url

from erpnext_mcp.api.mcp import DOOR, PATH, foresee
from erpnext_mcp.mcp_server.caller import oauth_client
from erpnext_mcp.policy import binding

OAUTH = "/api/method/frappe.integrations.oauth2."
OAUTH_PATHS = frozenset(
	OAUTH + method for method in ("get_token", "revoke_token", "introspect_token", "openid_profile")
)
"""What an OAuth client needs in order to work at all. The same on v15 and v16; compared exactly."""

CHECK = "erpnext_mcp.api.guard.check"
COOKIE_SESSION = "erpnext_mcp.cookie_session"
"""Key in the WSGI environment: (user, sid) after the cookie, before the Authorization header."""
CHECKED = "erpnext_mcp.checked"
"""The same as of the last check, so that a request is judged once per user."""


class PolicyUnreadable(frappe.ValidationError):
	"""Neither the policy nor what was written down of it can be read."""

	http_status_code = 503


def before_auth() -> None:
	"""before_request, which comes after the cookie and before the Authorization header."""
	_check_after_all_auth_hooks()
	session, opened = frappe.session, getattr(frappe.local, "session_obj", None)
	if opened is not None and (session.user, session.sid) == (opened.user, opened.sid):
		frappe.local.request.environ[COOKIE_SESSION] = (session.user, session.sid)


def check() -> None:
	"""auth_hooks: by now Frappe knows who the Authorization header belongs to, if anybody.

	:raises frappe.PermissionError: the credential is bound, and this is not where it works
	:raises PolicyUnreadable: it can't be told
	"""
	user, sid = frappe.session.user, frappe.session.sid
	if not user or user == "Guest":
		return
	environ = frappe.local.request.environ
	if (user, sid) in (environ.get(COOKIE_SESSION), environ.get(CHECKED)):
		return
	if not _open_to_bound() and _is_bound(user):
		request = frappe.local.request
		frappe.logger("mcp").warning(f"{user} is bound to MCP; refused {request.method} {request.path!r}")
		_refuse(
			_("This credential is restricted to MCP: it works at {0} and nowhere else on this site.").format(
				get_url(PATH)
			),
			frappe.PermissionError,
		)
	environ[CHECKED] = (user, sid)
	if DOOR in environ:
		foresee()


def _open_to_bound() -> bool:
	"""Our own paths, as far as `api.mcp.route` has let the request pass; OAuth's; and OPTIONS, which Frappe answers alike
	for everybody."""
	request = frappe.local.request
	if request.method == "OPTIONS" or DOOR in request.environ:
		return True
	# Frappe dispatches by cmd rather than by the path.
	return request.path in OAUTH_PATHS and not (frappe.local.form_dict or {}).get("cmd")


def _is_bound(user: str) -> bool:
	def client() -> str | None:
		return oauth_client(frappe.get_request_header("Authorization") or "")

	try:
		return binding.is_bound(user, client)
	except Exception:
		frappe.logger("mcp").error("the policy can't be read", exc_info=True)
	try:
		return binding.was_ever_bound(user, client)
	except Exception:
		_refuse(_("Credentials can't be checked right now. Try again later."), PolicyUnreadable)


def _refuse(message: str, exception: type[Exception]) -> None:
	"""Answers with nothing but the message, as nobody."""
	session = frappe.session
	if session.sid not in (session.user, "Guest"):
		# Another app's hook has opened a session, whose cookie would be a way around.
		frappe.local.login_manager.logout()
		frappe.db.commit()
	frappe.set_user("Guest")
	frappe.flags.disable_traceback = True
	# A credential is no browser: JSON, where Frappe would show a page without the message.
	frappe.local.is_ajax = True
	frappe.clear_messages()
	frappe.throw(message, exception)


def _check_after_all_auth_hooks() -> None:
	"""Frappe calls auth_hooks in the order of installation: an app that came later can log somebody in after `check`.
	Where there is such an app, the check is made once more after all of them. There is no hook for it."""
	hooks = frappe.get_hooks("auth_hooks")
	if hooks[-1:] == [CHECK] or getattr(frappe.auth.validate_auth_via_hooks, "checks_binding", False):
		return
	original = frappe.auth.validate_auth_via_hooks

	def validate_auth_via_hooks() -> None:
		original()
		if CHECK in frappe.get_hooks("auth_hooks"):  # other sites of this process may not have the app
			check()

	validate_auth_via_hooks.checks_binding = True
	frappe.auth.validate_auth_via_hooks = validate_auth_via_hooks
