"""A user who has logged in with a browser and opened the desk: his cookie and his CSRF token, over HTTP."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from erpnext_mcp.tests.endpoint import Endpoint, Response
from erpnext_mcp.tests.world import PASSWORD

CSRF = re.compile(rb'csrf_token = "([0-9a-f]+)"')


@dataclass(frozen=True)
class DeskSession:
	"""`opened` says whether he has opened the desk, where Frappe hands out the CSRF token."""

	endpoint: Endpoint
	headers: dict[str, str] = field(default_factory=dict)

	@classmethod
	def login(
		cls, base_url: str, user: str, password: str = PASSWORD, host: str = "", opened: bool = True
	) -> "DeskSession":
		endpoint = Endpoint(base_url, host=host)
		answer = endpoint.send("POST", "/api/method/login", json.dumps({"usr": user, "pwd": password}))
		assert answer.status == 200, answer.body
		cookie = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
		if not opened:
			return cls(endpoint, {"Cookie": cookie})
		for path in ("/desk", "/app"):
			page = endpoint.send("GET", path, headers={"Cookie": cookie})
			if found := CSRF.search(page.body):
				return cls(endpoint, {"Cookie": cookie, "X-Frappe-CSRF-Token": found[1].decode()})
		raise AssertionError(f"no desk for {user}: {page.status} {page.body[:300]!r}")

	def get(self, method: str, headers: dict[str, Any] | None = None, **args: str) -> Response:
		path = f"/api/method/{method}?{urlencode(args)}"
		return self.endpoint.send("GET", path, headers={**self.headers, **(headers or {})})

	def post(self, method: str, headers: dict[str, Any] | None = None, **args: str) -> Response:
		path = f"/api/method/{method}"
		return self.endpoint.send("POST", path, json.dumps(args), {**self.headers, **(headers or {})})
