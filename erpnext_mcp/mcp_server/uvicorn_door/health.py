"""Whether the process and, where the request names one, a site behind it can answer."""

import os
from typing import Any

import frappe

from erpnext_mcp.documents import connection


def health(host: str) -> dict[str, Any]:
	"""For load balancers: `{status: "ok" | "unavailable"}`, with `database` and `redis` for a site of this bench.

	Says nothing of a site but whether it is reached.

	:param host: of the request; any that is no site asks for the process alone
	"""
	if not _is_site(host):
		return {"status": "ok"}
	frappe.init(host, force=True)
	try:
		found = {"database": _works(_ask_database), "redis": _works(lambda: frappe.cache.ping())}
	finally:
		frappe.destroy()
	# Without Redis reads go on.
	return {"status": "ok" if found["database"] else "unavailable", **found}


def _is_site(host: str) -> bool:
	if not host or os.path.basename(host) != host or host.startswith("."):
		return False
	return os.path.exists(os.path.join(os.environ.get("SITES_PATH", "."), host, "site_config.json"))


def _ask_database() -> None:
	frappe.connect(set_admin_as_user=False)
	connection.ask()


def _works(ask: Any) -> bool:
	try:
		ask()
	except Exception:
		return False
	return True
