"""The layers that ask about a DocType: Frappe's permissions, the rule, rows, fields, conditions.

Runs in the session of the simulated user, with the viewer's language. What it says comes of permissions, policy and meta; what
documents decide is added where the viewer may know it (`about_document`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
import frappe.share
from frappe import _
from frappe.permissions import get_user_permissions

from erpnext_mcp.access import Access
from erpnext_mcp.desk.simulator.condition_lines import condition_lines
from erpnext_mcp.desk.simulator.field_table import HIDDEN, MASKED, WRITABLE, field_table
from erpnext_mcp.desk.simulator.layer import NOT_REACHED, STOPPED, UNDECIDED, WARNING, WITHHELD, Layer
from erpnext_mcp.documents.read import load
from erpnext_mcp.errors import NotFound
from erpnext_mcp.policy.fields import fieldtypes, permlevels, resolve
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.operations import FRAPPE_PERMISSION, SUBMITTABLE_ONLY
from erpnext_mcp.policy.profile import DocTypeRule

MOST_VALUES = 20
"""User Permissions that are named."""


@dataclass
class About:
	"""What a call is about: a DocType, the operations of which it needs one, a document, what it sends.

	`tells_values`: the viewer may read User Permissions and defaults of the user.
	"""

	grant: Grant
	doctype: str
	operations: Sequence[str]
	name: str = ""
	data: Mapping[str, Any] = field(default_factory=dict)
	tells_values: bool = False
	access: Access | None = None
	"""As decided; None where it was refused."""

	@property
	def rule(self) -> DocTypeRule | None:
		return self.grant.profile.rules.get(self.doctype)


def doctype_layers(about: About) -> tuple[list[Layer], list[dict[str, Any]]]:
	"""The layers, and the table of the fields."""
	try:
		meta = frappe.get_meta(about.doctype)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		layer = Layer("frappe", _("Permissions in ERPNext"))
		layer.stop(_("There is no DocType {0}.").format(about.doctype))
		return [layer], []
	found = [permissions(about, meta), rule(about, meta)]
	table: list[dict[str, Any]] = []
	if about.access is not None and about.rule is not None:
		table = field_table(about.doctype, resolve(about.doctype, about.grant.user), about.access.fields)
		found += [rows(about), document(about), fields(about, table), conditions(about)]
	else:
		found += [
			Layer(key, title, NOT_REACHED)
			for key, title in (
				("rows", _("Rows")),
				("document", _("Document")),
				("fields", _("Fields")),
				("conditions", _("Conditions")),
			)
		]
	return found, table


def permissions(about: About, meta: Any) -> Layer:
	"""What Frappe says by roles, User Permissions, levels and shares."""
	layer = Layer("frappe", _("Permissions in ERPNext"))
	user = about.grant.user
	allowed = False
	for operation in about.operations:
		ptypes = FRAPPE_PERMISSION[operation]
		may = any(frappe.has_permission(about.doctype, ptype, user=user) for ptype in ptypes)
		allowed = allowed or may
		layer.add(
			operation,
			", ".join(_granting(meta, ptypes, user)) or _("none of the roles"),
			"passed" if may else "off",
		)
	shared = [p for p in ("read", "write", "share", "submit") if _is_shared(about.doctype, user, p)]
	if shared:
		layer.add(_("Shared documents"), ", ".join(shared))
	for doctype, values in _restrictions(meta, user).items():
		names = ", ".join(values[:MOST_VALUES]) + (" …" if len(values) > MOST_VALUES else "")
		layer.add(
			_("User Permission on {0}").format(_(doctype)),
			names if about.tells_values else _("{0} values").format(len(values)),
		)
	for ptype, label in (("read", _("Levels to read")), ("write", _("Levels to write"))):
		levels = sorted(permlevels(meta, ptype, user))
		layer.add(label, ", ".join(map(str, levels)) or _("none"))
	if allowed:
		layer.text = _("The user's roles or shares allow it.")
	else:
		layer.stop(_("Neither a role nor a share allows it."))
	return layer


def _granting(meta: Any, ptypes: Sequence[str], user: str) -> list[str]:
	"""The roles of the user that give a permission on level 0."""
	if user == "Administrator":
		return ["Administrator"]
	roles = set(frappe.get_roles(user))
	found: dict[str, bool] = {}
	for p in meta.permissions:
		if p.role in roles and not p.permlevel and any(p.get(ptype) for ptype in ptypes):
			found[p.role] = found.get(p.role, True) and bool(p.get("if_owner"))
	return [f"{role} ({_('if owner')})" if if_owner else role for role, if_owner in found.items()]


def _is_shared(doctype: str, user: str, ptype: str) -> bool:
	return bool(frappe.share.get_shared(doctype, user, rights=[ptype], limit=1))


def _restrictions(meta: Any, user: str) -> dict[str, list[str]]:
	"""The User Permissions that narrow documents of a DocType."""
	linked = {meta.name, *(df.options for df in meta.get_link_fields())}
	return {
		doctype: [str(p.get("doc")) for p in values if p.get("applicable_for") in (None, "", meta.name)]
		for doctype, values in get_user_permissions(user).items()
		if doctype in linked
	}


def rule(about: About, meta: Any) -> Layer:
	"""What the profile opens, and what both together leave."""
	layer = Layer("rule", _("Operation in the profile"))
	grant, given = about.grant, about.rule
	if given is None:
		layer.stop(_("The profile {0} has no rule for {1}.").format(grant.profile.name, _(about.doctype)))
		return layer
	closed = grant.closed_because(about.doctype)
	for operation in about.operations:
		note = _("not for DocTypes that can't be submitted")
		impossible = operation in SUBMITTABLE_ONLY and not meta.is_submittable
		ticked = operation in given.operations
		layer.add(
			operation,
			_("ticked") if ticked else _("not ticked"),
			"passed" if ticked else "off",
			note if impossible else "",
		)
	together = grant.operations(about.doctype)
	layer.add(
		_("All operations together with ERPNext's permissions"), ", ".join(sorted(together)) or _("none")
	)
	if closed:
		layer.stop(str(closed))
	elif not together.intersection(about.operations):
		if grant.read_only and given.operations.intersection(about.operations):
			layer.stop(_("It is ticked, but access is read-only now."))
		else:
			layer.stop(_("No operation that this needs is both ticked and allowed in ERPNext."))
	else:
		layer.text = _("The profile and ERPNext both allow: {0}.").format(about.access.operation)
	return layer


def rows(about: About) -> Layer:
	layer = Layer("rows", _("Rows"))
	given, access = about.rule, about.access
	layer.text = _("All documents that the user may see in ERPNext.")
	if given.row_filter:
		layer.text = _("Only documents that match the row filter of the rule.")
		layer.add(_("Row Filter"), given.row_filter)
	if access.row_filter is None:
		layer.state, layer.text = (
			WARNING,
			_("A placeholder of the row filter has no value: no document matches."),
		)
	elif access.row_filter and (about.tells_values or "defaults" not in given.row_filter):
		for f in access.row_filter:
			value = ", ".join(map(str, f.value)) if isinstance(f.value, list) else f.value
			layer.add(f.fieldname, f"{f.operator} {value}")
	layer.add(_("Most rows a call"), access.max_rows)
	return layer


def document(about: About) -> Layer:
	"""To be decided by `about_document` where the viewer may know."""
	layer = Layer("document", _("Document"))
	if about.name:
		layer.state, layer.text = WITHHELD, _("You may not read this document yourself, if there is one.")
	else:
		layer.text = _("No single document is named.")
	return layer


def fields(about: About, table: Sequence[Mapping[str, Any]]) -> Layer:
	layer = Layer("fields", _("Fields"))
	by_state: dict[str, int] = {}
	for row in table:
		by_state[row["state"]] = by_state.get(row["state"], 0) + 1
	shown = len(table) - by_state.get(HIDDEN, 0)
	layer.text = _("{0} of {1} fields exist for the user, {2} of them masked, {3} writable.").format(
		shown, len(table), by_state.get(MASKED, 0), by_state.get(WRITABLE, 0)
	)
	return layer


def conditions(about: About) -> Layer:
	"""As far as what is sent decides them."""
	layer = Layer("conditions", _("Conditions"))
	fill_conditions(layer, about, None, lambda path: False)
	return layer


def fill_conditions(layer: Layer, about: About, saved: Mapping[str, Any] | None, sees) -> None:
	"""Puts into the layer whether each condition holds.

	:param saved: the document, where the viewer may know that it is there
	:param sees: whether he may read a field of it
	"""
	wanted = set(about.operations)
	asked = [c for c in about.rule.conditions if c.operation in wanted]
	lines = list(condition_lines(asked, fieldtypes(about.doctype), about.data, saved, sees))
	layer.details = lines
	states = {line["state"] for line in lines}
	if not lines:
		layer.state, layer.text = "passed", _("There are no conditions on this operation.")
	elif STOPPED in states:
		layer.stop(_("A condition does not hold."))
	elif states & {UNDECIDED, WITHHELD}:
		layer.state = UNDECIDED
		layer.text = _("Not all conditions can be decided by what is known here.")
	else:
		layer.state, layer.text = "passed", _("All conditions hold.")


def about_document(about: About, layers: Sequence[Layer], sees) -> None:
	"""Decides the layers of the document and of the conditions; only for who may know whether there is one."""
	by_key = {layer.key: layer for layer in layers}
	layer = by_key["document"]
	layer.details = []
	try:
		doc = load(about.access, about.name)
	except NotFound as e:
		reasons = {
			"it does not exist": _("There is no document of this name."),
			"the user has no permission on it": _(
				"The user's permissions in ERPNext don't let him read this document."
			),
			"it is outside the rows of the profile": _("The document does not match the row filter."),
		}
		layer.stop(reasons.get(e.reason, e.reason))
		return
	layer.state, layer.text = "passed", _("The document exists for the user.")
	for operation in about.operations:
		may = any(doc.has_permission(ptype) for ptype in FRAPPE_PERMISSION[operation])
		layer.add(
			operation,
			_("allowed in ERPNext") if may else _("not allowed in ERPNext"),
			"passed" if may else "off",
		)
	fill_conditions(by_key["conditions"], about, doc.as_dict(), sees)
