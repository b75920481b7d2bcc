"""The hooks of a request."""

import frappe
from werkzeug.wrappers import Response


def before() -> None:
	frappe.local.flags.probe = "before"
	if frappe.request.path == "/engine-probe-rewritten":
		frappe.request.path = "/api/method/engine_probe.requests.whoami"
		frappe.request.environ["PATH_INFO"] = frappe.request.path


def after(response=None, request=None) -> None:
	if response is not None:
		response.headers["X-Engine-Probe"] = frappe.local.flags.get("probe") or "none"


def authenticate() -> None:
	if user := frappe.get_request_header("X-Engine-Probe-User"):
		form = frappe.local.form_dict
		frappe.set_user(user)
		frappe.local.form_dict = form  # set_user() empties it


@frappe.whitelist(methods=["POST"])
def enqueue(name: str) -> None:
	frappe.enqueue("engine_probe.events.job", name=name)


@frappe.whitelist()
def whoami() -> str:
	return frappe.session.user


class Page:
	def __init__(self, path: str, status_code: int | None = None):
		self.path = path

	def can_render(self) -> bool:
		return self.path == "engine-probe-page"

	def render(self) -> Response:
		return Response(frappe.render_template("{{ shout('hello') }}", {}))
