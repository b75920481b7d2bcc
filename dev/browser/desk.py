"""The desk of a served site, as tests and screenshots use it: logged-in browser windows, and requests as Administrator.

Everything goes over HTTP, so that the same works on the embedded engine and on a bench with v15 (/app) or v16 (/desk).
"""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

ADMINISTRATOR = "Administrator"
RUN = secrets.token_hex(3)
"""For names of which nothing may be left from an earlier run: the audit of a real site keeps what it has seen."""
WIDTH, HEIGHT = 1360, 900


class Refused(Exception):
	"""The site's answer to a request was an error."""


@dataclass
class Desk:
	"""A served site and Administrator's password; `made` is what tests have put there, and take away again."""

	base_url: str
	password: str
	made: list[tuple[str, str]] = field(default_factory=list)
	_passwords: dict[str, str] = field(default_factory=dict)

	def __post_init__(self) -> None:
		self.admin = httpx.Client(base_url=self.base_url, timeout=60, trust_env=False)
		self.call("login", usr=ADMINISTRATOR, pwd=self.password)
		self._passwords[ADMINISTRATOR] = self.password
		# v15 lives under /app; v16 leads from there to /desk.
		self.prefix = "/desk" if "/desk" in self.admin.get("/app").headers.get("location", "") else "/app"
		self._csrf_token()

	def _csrf_token(self) -> None:
		page = self.admin.get(self.prefix, follow_redirects=True).text
		_, found, rest = page.partition('frappe.csrf_token = "')
		if found:
			self.admin.headers["X-Frappe-CSRF-Token"] = rest.partition('"')[0]

	# Requests as Administrator

	def call(self, method: str, **arguments: Any) -> Any:
		"""What a whitelisted method answers Administrator.

		Raises:
			Refused: it answered with an error.
		"""
		return self._answer(self.admin.post(f"/api/method/{method}", json=arguments)).get("message")

	def get(self, doctype: str, name: str) -> dict[str, Any]:
		return self._answer(self.admin.get(f"/api/resource/{doctype}/{name}"))["data"]

	def list(
		self, doctype: str, filters: Any = None, fields: list[str] | None = None, limit: int = 20
	) -> Any:
		arguments = {"doctype": doctype, "filters": filters or {}, "fields": fields or ["name"]}
		return self.call("frappe.client.get_list", **arguments, limit_page_length=limit)

	def insert(self, doctype: str, **values: Any) -> dict[str, Any]:
		"""A new document, which `clean` deletes."""
		doc = self._answer(self.admin.post(f"/api/resource/{doctype}", json=values))["data"]
		self.made.append((doctype, doc["name"]))
		return doc

	def user(self, email: str, *roles: str) -> str:
		"""A user with these roles who can log in; made if there is none of the name."""
		if email in self._passwords:
			return email
		self._passwords[email] = password = secrets.token_urlsafe(12)
		if self.list("User", {"name": email}):
			self.call("frappe.client.delete", doctype="User", name=email)
		self.insert(
			"User",
			email=email,
			first_name=email.partition("@")[0].replace(".", " ").title(),
			send_welcome_email=0,
			new_password=password,
			roles=[{"role": role} for role in roles],
		)
		return email

	def reset_password(self, user: str) -> None:
		"""Gives a user of the site a new password, with which `login` then works."""
		self._passwords[user] = password = secrets.token_urlsafe(12)
		self.call(
			"frappe.client.set_value", doctype="User", name=user, fieldname="new_password", value=password
		)

	def api_key(self, user: str) -> str:
		"""The Authorization header of a user's new API key."""
		secret = self.call("frappe.core.doctype.user.user.generate_keys", user=user)["api_secret"]
		return f"token {self.get('User', user)['api_key']}:{secret}"

	def clean(self) -> None:
		"""Delete what was made, the last first; what others hold on to by then stays."""
		while self.made:
			doctype, name = self.made.pop()
			if doctype == "User":
				self._passwords.pop(name, None)
			self.admin.post("/api/method/frappe.client.delete", json={"doctype": doctype, "name": name})

	@staticmethod
	def _answer(response: httpx.Response) -> dict[str, Any]:
		if response.is_success:
			return response.json()
		try:
			told = json.loads(response.json().get("_server_messages") or "[]")
			why = "; ".join(json.loads(line)["message"] for line in told) or response.json().get("exception")
		except ValueError:
			why = response.text[:300]
		raise Refused(f"{response.request.url.path}: {response.status_code} {why}")

	# Windows

	def login(
		self,
		browser: Browser,
		user: str = ADMINISTRATOR,
		dark: bool = False,
		width: int = WIDTH,
		height: int = HEIGHT,
	) -> BrowserContext:
		"""A browser in which the user has logged in; `dark` is what it prefers (it counts for who has the theme Automatic)."""
		context = browser.new_context(
			base_url=self.base_url,
			viewport={"width": width, "height": height},
			color_scheme="dark" if dark else "light",
			locale="en-US",
			timezone_id="Europe/Berlin",
			reduced_motion="reduce",
		)
		answer = context.request.post("/api/method/login", form={"usr": user, "pwd": self._passwords[user]})
		if not answer.ok:
			raise Refused(f"{user} can't log in: {answer.status}")
		return context

	def path(self, route: str) -> str:
		"""A desk route, such as `mcp-audit-entry/view/list`, as the path of this version."""
		return f"{self.prefix}/{route}"

	def open(self, page: Page, route: str) -> None:
		"""Go to a desk route and wait until everything has been loaded."""
		page.goto(self.path(route), wait_until="domcontentloaded")
		settle(page)


def settle(page: Page) -> None:
	"""Wait until the desk is there and has no request under way."""
	page.wait_for_function(
		"""() => window.frappe && frappe.boot && frappe.router && frappe.get_route_str && window.cur_page
			&& document.body.dataset.ajaxState !== "triggered" && !frappe.request?.ajax_count""",
		timeout=30_000,
	)
	# Requests come in chains: quiet means quiet for a moment.
	page.evaluate(
		"""() => new Promise((done) => {
			let quiet = 0;
			const look = () => {
				quiet = frappe.request.ajax_count ? 0 : quiet + 1;
				quiet > 3 ? done() : setTimeout(look, 50);
			};
			look();
		})"""
	)
