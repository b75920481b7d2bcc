"""Which credentials work at the MCP endpoint only (DESIGN §9): those whose user, role or client a profile with
"restrict to MCP" names, whatever else the profile says (T40, T72).

Whom such a profile has ever named is written down a second time, in Frappe's own table of defaults, so that a binding
holds while our tables can't be read: broken, or half migrated.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import frappe

from erpnext_mcp.policy import store
from erpnext_mcp.policy.profile import Profile, binds

API_KEY = "API key"
OAUTH_TOKEN = "OAuth token"

MEMORY = "__erpnext_mcp_bound"
"""`parent` of our rows in tabDefaultValue: defkey is `user`, `role` or `client`, defvalue the name."""

Client = Callable[[], str | None]
"""Finds the OAuth client of a token, None for API keys. It costs a query, so it is asked last."""


@dataclass(frozen=True)
class Credential:
	"""A credential that works now. `name` is the API key, or the token's document; never show the latter."""

	kind: str
	name: str
	user: str
	client: str | None
	profiles: tuple[str, ...] = ()
	"""The profiles that bind it."""


def is_bound(user: str, client: Client) -> bool:
	"""Whether the policy, as of now, keeps a credential of this user to MCP. No query when warm.

	:raises Exception: the driver's, when the policy can't be read
	"""
	restricting = [p for p in store.load().profiles if p.restrict_to_mcp]
	if not restricting:
		return False
	roles = frappe.get_roles(user) if any(p.roles for p in restricting) else []
	if any(binds(p, user, roles, None) for p in restricting):
		return True
	return any(p.clients for p in restricting) and any(binds(p, user, roles, client()) for p in restricting)


def was_ever_bound(user: str, client: Client) -> bool:
	"""The same from what was written down, for when the policy can't be read.

	:raises Exception: the driver's, when that can't be read either
	"""
	frappe.db.rollback()  # of the transaction in which the policy's tables failed; nothing was written yet
	named = _remembered()
	return (
		user in named["user"]
		or not named["role"].isdisjoint(frappe.get_roles(user) if named["role"] else ())
		or bool(named["client"] and client() in named["client"])
	)


def remember(doc, method: str | None = None) -> None:
	"""Document event of MCP Permission Profile, on_update: writes down whom a restricting profile names."""
	if not doc.restrict_to_mcp:
		return
	named = _remembered()
	for kind, rows in (("user", doc.users), ("role", doc.roles), ("client", doc.clients)):
		for name in dict.fromkeys(row.get(kind) for row in rows):
			if name not in named[kind]:
				frappe.defaults.add_default(kind, name, MEMORY)


def forget() -> None:
	"""Drops what was written down; only for a release by the administrator, and after an uninstall."""
	frappe.defaults.clear_default(parent=MEMORY)


def bound_credentials() -> list[Credential]:
	"""All credentials that work now and are bound, API keys first, by user. From the database."""
	restricting = [p for p in store.read().profiles if p.restrict_to_mcp]
	if not restricting:
		return []
	return list(_bound(restricting, [*api_keys(), *_oauth_tokens()]))


def bound_by(profile: Profile) -> list[Credential]:
	"""Those of all credentials that work now which a profile binds, or will once it is saved."""
	return list(_bound([profile], [*api_keys(), *_oauth_tokens()])) if profile.restrict_to_mcp else []


def _bound(restricting: list[Profile], credentials: list[Credential]) -> Iterator[Credential]:
	roles: dict[str, list[str]] = {}
	for c in credentials:
		if c.user not in roles:
			roles[c.user] = frappe.get_roles(c.user)
		profiles = tuple(sorted(p.name for p in restricting if binds(p, c.user, roles[c.user], c.client)))
		if profiles:
			yield Credential(c.kind, c.name, c.user, c.client, profiles)


def api_keys() -> list[Credential]:
	"""Keys of enabled users that have a secret."""
	user, secret = frappe.qb.DocType("User"), frappe.qb.Table("__Auth")
	rows = (
		frappe.qb.from_(user)
		.join(secret)
		.on((secret.name == user.name) & (secret.doctype == "User") & (secret.fieldname == "api_secret"))
		.select(user.name, user.api_key)
		.where((user.enabled == 1) & user.api_key.isnotnull() & (user.api_key != ""))
		.orderby(user.name)
		.run()
	)
	return [Credential(API_KEY, key, name, None) for name, key in rows]


def _oauth_tokens() -> list[Credential]:
	"""Tokens that are not revoked. Those past their time count: most can still be refreshed."""
	token = frappe.qb.DocType("OAuth Bearer Token")
	rows = (
		frappe.qb.from_(token)
		.select(token.name, token.user, token.client)
		.where(token.status == "Active")
		.orderby(token.user, token.creation)
		.run()
	)
	return [Credential(OAUTH_TOKEN, name, user, client) for name, user, client in rows]


def _remembered() -> dict[str, set[str]]:
	table = frappe.qb.DocType("DefaultValue")
	named: dict[str, set[str]] = {"user": set(), "role": set(), "client": set()}
	rows = frappe.qb.from_(table).select(table.defkey, table.defvalue).where(table.parent == MEMORY).run()
	for kind, name in rows:
		named.setdefault(kind, set()).add(name)
	return named
