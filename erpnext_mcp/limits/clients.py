"""Which credentials have called: API keys and OAuth clients, each a document of the DocType MCP Client.

A document is named by a digest of its credential, so that of several processes that see a new one at once exactly one
writes it, and tells the administrators.
"""

import hashlib
import time

import frappe
from frappe.utils import now

from erpnext_mcp.limits import notices, rows
from erpnext_mcp.limits.notices import _

DOCTYPE = "MCP Client"
TOLD = ("MCP Administrator",)

API_KEY = "API key "
OAUTH_CLIENT = "OAuth client "
"""How credentials begin (`mcp_server.caller.Caller.credential`)."""
KINDS = {API_KEY: "API Key", OAUTH_CLIENT: "OAuth Client"}

EVERY = 300
"""Seconds after which a process writes again when a client was used last."""

_noted: dict[tuple[str, str], float] = {}
"""By site and credential: when this process has written it."""


def is_due(credential: str) -> bool:
	"""Whether there is anything to write of a credential that has just called. Costs no query, and says yes once."""
	key = (frappe.local.site, credential)
	moment = time.monotonic()
	if moment - _noted.get(key, -EVERY) < EVERY:
		return False
	if _prefix(credential) is None:
		return False
	_noted[key] = moment
	return True


def note(credential: str, user: str, client_name: str) -> str | None:
	"""Writes who has used a credential, and commits.

	:param credential: authenticated, and not empty
	:param client_name: what the client calls itself
	:returns: the name of the MCP Client, if it is new and nobody else has written it in the meantime
	"""
	name = name_of(credential)
	table = frappe.qb.DocType(DOCTYPE)
	moment = now()
	if known := frappe.qb.from_(table).select(table.first_used).where(table.name == name).run():
		used = {"last_used": moment, "last_user": user} | (
			{"client_name": client_name} if client_name else {}
		)
		# One that has registered itself is there before its first call.
		is_new = known[0][0] is None
		if is_new:
			used["first_used"] = moment
		query = frappe.qb.update(table).where(table.name == name)
		for column, value in used.items():
			query = query.set(table[column], value)
		query.run()
		frappe.db.commit()
		return name if is_new else None
	row = _new(name, credential, user, client_name, moment)
	try:
		rows.insert(DOCTYPE, row)
		frappe.db.commit()
	except frappe.DuplicateEntryError:
		frappe.db.rollback()
		return None
	except Exception:
		frappe.db.rollback()
		raise
	return name


def register(client_id: str, app_name: str) -> None:
	"""Writes down an OAuth client that has registered itself here; the caller commits. It is new when it first calls."""
	credential = OAUTH_CLIENT + client_id
	row = _new(name_of(credential), credential, "", "", now())
	row |= {"app_name": app_name, "registered": 1, "first_used": None, "last_used": None, "last_user": None}
	rows.insert(DOCTYPE, row)


def count_registered_unused() -> int:
	"""Clients that have registered themselves and were never used."""
	return frappe.db.count(DOCTYPE, {"registered": 1, "first_used": ("is", "not set")})


def notify(credential: str, name: str, user: str) -> None:
	"""Tells the administrators on the desk of a new client."""
	app = _app_name(credential)
	subject = (
		# The name is what the app was registered under.
		_("New MCP client: {0}, with a token of {1}") if app else _("New MCP client: {0} of {1}")
	)
	notices.tell(
		TOLD, subject, app or credential, user, document_type=DOCTYPE, document_name=name, from_user=user
	)


def name_of(credential: str) -> str:
	"""The name of its MCP Client."""
	return hashlib.sha256(credential.encode("utf-8", "replace")).hexdigest()[:20]


def set_paused(name: str, paused: bool) -> None:
	"""Pauses a client or lets it go on, as the session's user, who needs the permission to write it; the caller commits."""
	doc = frappe.get_doc(DOCTYPE, name)
	doc.paused = int(paused)
	doc.save()


def _prefix(credential: str) -> str | None:
	return next((p for p in KINDS if credential.startswith(p) and len(credential) > len(p)), None)


def _app_name(credential: str) -> str:
	if not credential.startswith(OAUTH_CLIENT):
		return ""
	return frappe.db.get_value("OAuth Client", credential.removeprefix(OAUTH_CLIENT), "app_name") or ""


def _new(name: str, credential: str, user: str, client_name: str, moment: str) -> dict[str, object]:
	is_key = credential.startswith(API_KEY)
	return {
		"name": name,
		"owner": "Administrator",
		"modified_by": "Administrator",
		"creation": moment,
		"modified": moment,
		"docstatus": 0,
		"idx": 0,
		"credential": credential,
		"kind": KINDS[API_KEY if is_key else OAUTH_CLIENT],
		"user": user if is_key else None,
		"oauth_client": None if is_key else credential.removeprefix(OAUTH_CLIENT),
		"app_name": _app_name(credential),
		"client_name": client_name,
		"first_used": moment,
		"last_used": moment,
		"last_user": user,
		"paused": 0,
		"registered": 0,
	}
