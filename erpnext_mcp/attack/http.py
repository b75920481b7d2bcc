"""Requests to the site as a server would get them: made in this process, or sent to one that runs."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import frappe
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erpnext_mcp.attack.attacker import Attacker
from erpnext_mcp.desk.simulator.session import as_user

TIMEOUT = 20
STRANGER = "203.0.113.7"
"""An address of documentation (RFC 5737): no proxy that is trusted."""


@dataclass(frozen=True)
class Answered:
	"""What came back."""

	status: int
	text: str = ""
	headers: Mapping[str, str] = field(default_factory=dict)


def request(
	path: str = "/mcp",
	method: str = "POST",
	headers: Mapping[str, str] | None = None,
	body: bytes = b"",
	host: str = "",
) -> Request:
	"""A request as werkzeug would hand it to Frappe, from a stranger's address."""
	given = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
	if host:
		given["Host"] = host
	builder = EnvironBuilder(path, method=method, headers=given, data=body)
	environ = builder.get_environ()
	environ["REMOTE_ADDR"] = STRANGER
	return Request(environ)


def within(attacker: Attacker, made: Request, user: str, step: Callable[[], Any]) -> Answered:
	"""What one of the product's own steps makes of a request, in a session of the user.

	:param step: `api.mcp.route`, `api.guard.check` or the like; what it raises as an answer is the answer
	:returns: status 200 where it lets the request pass
	"""

	def work() -> Answered:
		frappe.local.request = made
		frappe.local.form_dict = frappe._dict(made.args)
		try:
			found = step()
		except HTTPException as e:
			response = e.response
			return (
				Answered(response.status_code, response.get_data(as_text=True))
				if response
				else Answered(e.code)
			)
		except frappe.PermissionError as e:
			return Answered(403, str(e))
		except frappe.AuthenticationError as e:
			return Answered(401, str(e))
		if hasattr(found, "status_code"):
			return Answered(found.status_code, found.get_data(as_text=True))
		return Answered(200)

	# One of its own: what it leaves in the request is not for the next call.
	return as_user(user, work, attacker.ip_address)


Send = Callable[..., Answered]
"""(method, path, headers, body) gives what is answered to somebody without credentials."""


def sender(url: str) -> Send:
	"""Sends to a server that runs, or to the site's own WSGI application in a thread of this process.

	:param url: of the endpoint; empty for the latter
	"""
	return _to_server(url) if url else _to_application(frappe.local.site)


def _to_server(url: str) -> Send:
	import requests
	from requests.compat import urljoin

	def send(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answered:
		where = url if path == "/mcp" else urljoin(url, path)
		if path.startswith("/mcp?"):
			where = url + path.removeprefix("/mcp")
		given = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
		answer = requests.request(
			method, where, headers=given, data=body, timeout=TIMEOUT, allow_redirects=False
		)
		return Answered(answer.status_code, answer.text, {k.lower(): v for k, v in answer.headers.items()})

	return send


def _to_application(site: str) -> Send:
	from frappe.app import application
	from werkzeug.test import Client

	def one(method: str, path: str, headers: Mapping[str, str] | None, body: bytes) -> Answered:
		given = {
			"Content-Type": "application/json",
			"Accept": "application/json",
			"Host": site,
			"X-Frappe-Site-Name": site,
			**(headers or {}),
		}
		response = Client(application, use_cookies=False).open(
			path, method=method, headers=given, data=body, environ_overrides={"REMOTE_ADDR": STRANGER}
		)
		text = response.get_data(as_text=True)
		response.close()
		return Answered(response.status_code, text, {k.lower(): v for k, v in response.headers.items()})

	def send(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answered:
		# A new thread knows nothing of this one's frappe.local. v15 prints what it refuses.
		with ThreadPoolExecutor(1) as pool, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
			return pool.submit(one, method, path, headers, body).result()

	return send
