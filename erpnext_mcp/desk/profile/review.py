"""What the form of a profile shows while it is edited, and asks about before it is saved. Reads only.

Users are looked at by kinds (`policy.validation.audience`), so that it takes no longer on a site with thousands of them;
of more than `people.MOST_USERS`, the first by name, and then nothing is said that would have to be true of all.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import frappe
from frappe.utils import now_datetime

from erpnext_mcp.desk.profile.cost import cost
from erpnext_mcp.desk.profile.form import from_form
from erpnext_mcp.desk.profile.reports import report_facts
from erpnext_mcp.policy import binding, store, validation, widening
from erpnext_mcp.policy.message import Message
from erpnext_mcp.policy.message import _ as template
from erpnext_mcp.policy.operations import FRAPPE_PERMISSION
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.validation import audience as audiences
from erpnext_mcp.policy.validation import copies, effect, people, show, site, ties
from erpnext_mcp.policy.validation.audience import SAMPLE, Audience
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.finding import WARNING, Finding

NEW = "\0new"
"""Stands for the name of a profile that has none yet: nothing can be called so."""

LISTED = 10


def review(sent: str | Mapping[str, Any], user: str | None = None) -> dict[str, Any]:
	"""Everything there is to say of a form as it stands.

	:param sent: the form's document
	:param user: whose tool list is measured as well
	:returns: `{is_new, errors[], warnings[], widening[], cost, applies}`
	:raises frappe.ValidationError: that is no profile, or there is no such user
	"""
	doc = from_form(sent)
	if user and not frappe.db.exists("User", user):
		frappe.throw(frappe._("There is no user {0}.").format(frappe.utils.escape_html(user)))
	draft = site.draft_of(doc)
	policy = store.read()
	old = next((p for p in policy.profiles if p.name == doc.name), None)
	new = draft.profile(doc.name or NEW)
	profiles = [*(p for p in policy.profiles if p is not old), new]
	found = people.kinds([*policy.profiles, new])
	around = _surroundings(draft, new, profiles, policy.settings, found)
	return {
		"is_new": old is None,
		"errors": _told(doc, [*_name_taken(doc), *validation.errors(draft)]),
		"warnings": _told(
			doc,
			[
				*effect.findings(draft, around),
				*copies.findings(draft),
				*_ties(new, profiles, found),
				*_newly_bound(new),
			],
		),
		"widening": _wider(doc, draft, old, new, profiles, policy, found),
		"cost": cost(new, policy.settings, user),
		"applies": {
			"users": len(around.audience.users),
			"of": around.audience.of,
			"sample": list(around.audience.users[:SAMPLE]),
			"clients": bool(new.clients),
			"is_default": around.is_default,
			"is_complete": around.audience.is_complete,
			"instead": [{"profile": name, "users": n} for name, n in around.audience.instead.items()],
		},
	}


# To whom it applies


def _surroundings(
	draft: Draft, new: Profile, profiles: list[Profile], settings: store.Settings, found: people.People
) -> effect.Surroundings:
	who = _audience(draft, new, profiles, settings.default_profile, found)
	have_roles = {role for kind in found.kinds for role in kind.roles}
	return effect.Surroundings(
		audience=who,
		profile=new,
		is_default=settings.default_profile == new.name,
		now=now_datetime(),
		max_rows=settings.max_page_size,
		caches=settings.caches,
		not_enabled=people.not_enabled(new.users),
		unused_roles=new.roles - have_roles if found.is_complete else (),
		reports=report_facts(new),
	)


def _audience(
	draft: Draft, new: Profile, profiles: list[Profile], default: str | None, found: people.People
) -> Audience:
	clients: list[str | None] = [*sorted(new.clients)] or [None]
	chosen = audiences.chosen(found.kinds, profiles, default, clients)
	users: list[str] = []
	instead: dict[str, int] = {}
	for n, kind in enumerate(found.kinds):
		of_kind = [chosen[n, client] for client in clients]
		if any(p is new for p in of_kind):
			users += kind.users
			continue
		for client, other in zip(clients, of_kind, strict=True):
			if other is not None and new.matches(kind.users[0], kind.roles, client):
				instead[other.name] = instead.get(other.name, 0) + len(kind.users)
				break
	users.sort()
	who = Audience(
		users=tuple(users),
		of=found.count,
		is_complete=found.is_complete,
		instead=dict(sorted(instead.items())),
		roles=people.roles_of(users),
	)
	return replace(who, shared=_shared(draft, who))


def _shared(draft: Draft, who: Audience) -> dict[str, frozenset[str]]:
	"""What is shared of the DocTypes for which roles alone are not enough: only then does it matter."""
	missing = []
	for doctype, rule in draft.rules.items():
		facts = draft.facts(doctype)
		if facts is None or facts.closed:
			continue
		if any(not any(who.may(facts, r) for r in FRAPPE_PERMISSION[o]) for o in rule.operations):
			missing.append(doctype)
	return people.shared_with(who.users, missing)


# What is said of it


def _name_taken(doc) -> list[Finding]:
	name = (doc.profile_name or "").strip()
	if doc.name or not name or not frappe.db.exists(store.PROFILE, name):
		return []
	return [Finding(Message(template("there is a profile {0} already."), name), field="profile_name")]


def _ties(new: Profile, profiles: list[Profile], found: people.People) -> list[Finding]:
	if not new.names_somebody or not ties.rivals(new, profiles):
		return []
	return ties.findings(audiences.tied(new, profiles, found.kinds))


def _newly_bound(new: Profile) -> list[Finding]:
	"""Integrations that stop working when the profile is saved."""
	if not new.restrict_to_mcp:
		return []
	already = {(c.kind, c.name) for c in binding.bound_credentials()}
	credentials = [c for c in binding.bound_by(new) if (c.kind, c.name) not in already]
	if not credentials:
		return []
	users = sorted({c.user for c in credentials})
	message = Message(
		template(
			"{0} API keys and tokens will work for MCP only: whatever else uses them, such as a shop or a script, stops. They belong to {1}."
		),
		len(credentials),
		Message(template("{0} and {1} more"), ", ".join(users[:LISTED]), len(users) - LISTED)
		if len(users) > LISTED
		else ", ".join(users),
	)
	return [Finding(message, field="restrict_to_mcp", severity=WARNING)]


def _wider(
	doc, draft: Draft, old: Profile | None, new: Profile, profiles: list[Profile], policy: store.Policy, found
) -> list[dict[str, Any]]:
	settings, now = policy.settings, now_datetime()
	around = widening.Around(draft.facts, now, settings.limits, settings.max_page_size)
	wider = widening.widening(old, new, around)
	clients = audiences.clients_of([*policy.profiles, new])
	before = audiences.chosen(found.kinds, policy.profiles, settings.default_profile, clients)
	after = audiences.chosen(found.kinds, profiles, settings.default_profile, clients)
	in_force = {p.name for p in profiles if p is new or (p.enabled and not p.out_of_date(now))}
	wider += widening.moved(
		new.name,
		{key: p.name if p else None for key, p in before.items()},
		{key: p.name if p and p.name in in_force else None for key, p in after.items()},
		{key: found.kinds[key[0]].users for key in after},
	)
	rows = {
		table: {row.get(fieldname): row["idx"] for row in reversed(draft.rows(table))}
		for table, fieldname in widening.NAMED_BY.items()
	}
	return [
		{
			"table": w.table,
			"row": rows.get(w.table, {}).get(w.about, 0),
			"message": show.translated(w.message),
		}
		for w in wider
	]


def _told(doc, findings: list[Finding]) -> list[dict[str, Any]]:
	return [
		{
			"table": f.table,
			"row": f.row,
			"field": f.field,
			"message": show.translated(f.message),
			"place": show.place(doc.meta, f),
		}
		for f in findings
	]
