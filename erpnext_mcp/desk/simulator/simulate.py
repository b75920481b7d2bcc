"""One simulation: through the pipeline as the other user, told as far as the viewer may know it, recorded as his.

What is told depends on the policy, on permissions and on what the viewer may read himself, nothing else: before that is
settled no document is looked at, and what he is not cleared for is not run.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import frappe
from frappe import _

from erpnext_mcp.desk.simulator import people
from erpnext_mcp.desk.simulator.caller_layers import caller_layers
from erpnext_mcp.desk.simulator.clearance import (
	COUNT,
	NOTHING,
	PARTS,
	Case,
	Clearance,
	cleared,
	document_of,
)
from erpnext_mcp.desk.simulator.disclosure import Disclosure
from erpnext_mcp.desk.simulator.doctype_layers import About, about_document, doctype_layers
from erpnext_mcp.desk.simulator.layer import NOT_REACHED, WITHHELD, Layer, stops, up_to_the_stop
from erpnext_mcp.desk.simulator.session import as_user
from erpnext_mcp.desk.simulator.viewer import Viewer
from erpnext_mcp.errors import CallError, NotPermitted, RateLimited, TooLarge
from erpnext_mcp.limits import limiter
from erpnext_mcp.limits.window import MINUTE, Window
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.mcp_server.caller import as_he_would_come, simulating
from erpnext_mcp.mcp_server.context import Context
from erpnext_mcp.mcp_server.failures import as_call_error
from erpnext_mcp.mcp_server.pipeline import Call
from erpnext_mcp.mcp_server.registry import LIST_TOOLS
from erpnext_mcp.policy import store
from erpnext_mcp.policy.describe import is_readable
from erpnext_mcp.policy.operations import CREATE, OPERATIONS

MOST_PER_MINUTE = 60
"""Simulations of one viewer."""

ALLOWED, REFUSED, FAILED, NOT_TOLD = "allowed", "refused", "failed", "not_told"
"""How it ends. Not told: nothing that may be told to the viewer stands against it."""

LAYER_OF = {
	"not_found": "document",
	"field_not_permitted": "fields",
	"condition_failed": "conditions",
	"invalid_arguments": "tool",
}
"""Where a refusal by the tool itself belongs, by its code; all others to the outcome."""

Told = dict[str, Any]


def simulate(
	user: str,
	tool: str = LIST_TOOLS.name,
	arguments: Mapping[str, Any] | None = None,
	client: str | None = None,
	ip_address: str = "",
) -> Told:
	"""What would become of a call, as far as the session's user may know.

	:param tool: by default the list of tools: what the user would see
	:param client: an OAuth client; None for an API key
	:param ip_address: where the call would come from
	:returns: `{user, client, tool, verdict, layers[], fields[], doctypes, answer?, withheld[], why[], count?, tokens?, entry}`
	:raises frappe.PermissionError: this user can't be simulated by the session's user; recorded, too
	:raises frappe.ValidationError: there is no such user, or it can't be recorded: then nothing is told
	:raises frappe.RateLimitExceededError: too many simulations
	"""
	viewer = Viewer(frappe.session.user)
	frappe.db.rollback()
	_bound(viewer)
	found = people.exact_name(user)
	if found is None:
		frappe.throw(_("There is no user {0}.").format(frappe.bold(frappe.utils.escape_html(user))))
	user = found
	call = Call(
		as_he_would_come(user, client, ip_address),
		tool,
		arguments or {},
		simulated_by=simulating(viewer.user),
	)
	if not viewer.is_system_manager and _is_above(user):
		call.fail(NotPermitted("Only System Managers may simulate this user.", reason="simulation refused"))
		_record(call)
		frappe.throw(
			_("Only System Managers can simulate Administrator and users who are System Managers."),
			frappe.PermissionError,
		)
	simulation = _Simulation(viewer, call)
	try:
		told = simulation.run()
	except Exception as e:
		call.fail(as_call_error(e, tool))
		told = simulation.failed()
	_record(call)
	return told | {"entry": call.entry_name}


def _bound(viewer: Viewer) -> None:
	"""Each of them may hold locks and read much, and whoever wants to guess needs many."""
	window = Window(
		f"erpnext_mcp:simulations:{viewer.user}", MINUTE, MOST_PER_MINUTE, what="simulations per minute"
	)
	try:
		limiter.take([window])
	except RateLimited as e:
		frappe.throw(
			_("At most {0} simulations a minute. Wait {1} seconds.").format(
				MOST_PER_MINUTE, e.details["retry_after"]
			),
			frappe.RateLimitExceededError,
		)


def _is_above(user: str) -> bool:
	return user == "Administrator" or "System Manager" in frappe.get_roles(user)


def _record(call: Call) -> None:
	"""Whatever became of it. What can't be recorded is not told."""
	failure = pipeline.keep(pipeline.entries(call), pipeline.text_log(call))
	if failure is not None:
		frappe.throw(_("The simulation can't be recorded, so it is not shown. Try again later."))


class _Simulation:
	"""The steps of one, in their order; some in the other user's session, some in the viewer's."""

	def __init__(self, viewer: Viewer, call: Call):
		self.viewer = viewer
		self.call = call
		self.arguments: dict[str, Any] = {}
		self.layers: list[Layer] = []
		self.table: list[Told] = []
		self.doctypes: Told = {}
		self.about: About | None = None
		self.access: Any = None
		self.outcome = Layer("outcome", _("Outcome"))
		self.told: Told = {}

	def run(self) -> Told:
		lang = frappe.local.lang
		tells_values = self.viewer.sees_user(self.call.caller.user)
		self._as_user(lambda: self._decide(lang, tells_values))
		if self.call.error is None:
			self._perform()
		return self._answer()

	def failed(self) -> Told:
		"""What is told of one that broke."""
		return self._answer()

	def _as_user(self, function: Callable[[], Any]) -> Any:
		return as_user(self.call.caller.user, function, self.call.caller.ip_address)

	def _decide(self, lang: str, tells_values: bool) -> None:
		"""As the user: the pipeline's own decision, and its layers."""
		call = self.call
		try:
			self.arguments = pipeline.prepare(call)
			self.access = pipeline.decide(call, self.arguments)
		except CallError as e:
			call.fail(e)
		frappe.local.lang = lang
		self.layers = list(caller_layers(call, store.load(), call.error))
		if call.grant is not None:
			self.doctypes = call.grant.doctypes()
			self.about = self._what_about(tells_values)
		if self.about is not None:
			found, self.table = doctype_layers(self.about)
			self.layers += found

	def _what_about(self, tells_values: bool) -> About | None:
		call = self.call
		arguments = self.arguments or call.arguments
		doctype = (call.tool.doctype if call.tool else "") or arguments.get("doctype")
		if call.tool is None or not isinstance(doctype, str) or not doctype:
			return None
		operations = call.tool.operations
		if not operations and arguments.get("operation") in OPERATIONS:
			operations = (arguments["operation"],)
		if not operations:
			return None
		access = self.access or (call.grant and _access(call, doctype, operations))
		data = arguments.get("data")
		name = arguments.get("name")
		return About(
			grant=call.grant,
			doctype=doctype,
			operations=[access.operation] if access else operations,
			name=name if isinstance(name, str) and CREATE not in operations else "",
			data=data if isinstance(data, Mapping) else {},
			tells_values=tells_values,
			access=access,
		)

	def _perform(self) -> None:
		"""Clears it for the viewer, runs what he is cleared for, and takes out what he may not read."""
		call = self.call
		try:
			clearance = self._clearance()
		except CallError as e:
			call.fail(e)
			return
		self.told["why"] = list(clearance.why)
		if not clearance.runs:
			self._not_told()
			call.note.reason = "not run: " + " ".join(clearance.why)
			return
		arguments = dict(self.arguments)
		if clearance.shows == COUNT:
			# How large the documents are is not to be told either.
			arguments = {k: v for k, v in arguments.items() if k in ("doctype", "limit", "offset")}
		self._as_user(lambda: self._work(arguments))
		self._disclose(clearance)

	def _clearance(self) -> Clearance:
		call = self.call
		if call.writes and "dry_run" not in self.arguments:
			return Clearance(NOTHING, (_("This tool has no dry run, so it is not run."),))
		context = Context(
			call.caller,
			call.settings,
			call.note,
			call.grant,
			call.refusal,
			self.access,
			call.tool.name,
			budget=call.budget,
		)
		case = Case(self.viewer, call.tool, self.arguments, context, self._as_user)
		clearance = cleared(case)
		about = self.about
		if about is not None and about.name and about.access is not None:
			hindrances = list(document_of(self.viewer, about.access, about.name))
			layer = next(layer for layer in self.layers if layer.key == "document")
			if hindrances:
				layer.text = " ".join(hindrances)
			else:
				self._about_document()
		return clearance

	def _about_document(self) -> None:
		lang, doctype = frappe.local.lang, self.about.doctype
		fields = self.viewer.fields(doctype)

		def decide() -> None:
			frappe.local.lang = lang
			about_document(self.about, self.layers, lambda path: is_readable(fields, path))

		self._as_user(decide)

	def _work(self, arguments: dict[str, Any]) -> None:
		try:
			pipeline.perform(self.call, arguments)
		except CallError as e:
			self.call.fail(e)

	def _disclose(self, clearance: Clearance) -> None:
		call = self.call
		size = len(call.text.encode())
		if clearance.shows == COUNT:
			if call.error is None:
				count = call.content.get("count", len(call.content.get("documents", ())))
				self.told["count"] = {"count": count, "has_more": bool(call.content.get("has_more"))}
			call.set_content({})
			call.note.field_names = []
			return
		doctype = self.about.doctype if self.about else self.arguments.get("target_doctype", "")
		if isinstance(call.error, TooLarge) and doctype and not self.viewer.sees_everything(doctype):
			# So large with what he may not read.
			call.error = None
			call.set_content({})
			self._not_told()
			return
		withheld: list[str] = []
		if clearance.shows == PARTS or call.error is not None:
			rule = call.grant.profile.rules.get(doctype) if call.grant else None
			disclosure = Disclosure(
				self.viewer, doctype, call.caller.user, defaults=bool(rule and "defaults" in rule.row_filter)
			)
			call.set_content(disclosure.of(call.content))
			withheld = disclosure.withheld
		self.told |= {"answer": call.content, "withheld": withheld, "files": [f.filename for f in call.files]}
		if not withheld:
			self.told["bytes"] = size

	def _not_told(self) -> None:
		self.outcome.state = WITHHELD
		self.outcome.text = _(
			"Nothing that you may know stands against it. What would come of it is not told to you, and it was not run."
		)

	def _answer(self) -> Told:
		call, error = self.call, self.call.error
		layers = up_to_the_stop(self.layers)
		if error is not None:
			layers = self._stopped_by(error, layers)
			self.told.setdefault("answer", call.content)
		elif self.outcome.state != WITHHELD:
			self.outcome.text = _("It would be done.") if call.writes else _("It would be answered.")
		verdict = (
			NOT_TOLD
			if self.outcome.state == WITHHELD
			else ALLOWED
			if error is None
			else REFUSED
			if error.refused
			else FAILED
		)
		told = {
			"user": call.caller.user,
			"client": call.caller.client,
			"tool": call.tool_name,
			"verdict": {"state": verdict},
			"layers": [asdict(layer) for layer in [*layers, self.outcome]],
			"fields": self.table,
			"doctypes": self.doctypes,
			"profile": call.grant.profile.name if call.grant else "",
			**self.told,
		}
		if error is not None:
			told["verdict"] |= {"code": error.code, "message": error.message, "reason": error.reason}
		return told

	def _stopped_by(self, error: CallError, layers: list[Layer]) -> list[Layer]:
		"""Lets the layer stop that the refusal is of, where the layers alone did not show it."""
		stop = stops(layers)
		if stop is None:
			stop = next((x for x in layers if x.key == LAYER_OF.get(error.code)), self.outcome)
			stop.stop(error.message)
			layers = up_to_the_stop(layers)
		if stop is self.outcome:
			self.outcome.text = error.message
		else:
			self.outcome.state = NOT_REACHED
		return layers


def _access(call: Call, doctype: str, operations: tuple[str, ...]) -> Any:
	try:
		return call.grant.access(doctype, *operations)
	except CallError:
		return None
