"""Which browser pages may call: those of the site itself and those that the settings list (T45).

MCP demands it of every server (2025-11-25 and 2026-07-28, Streamable HTTP, Security Warning). Programs send no Origin.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

import frappe

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def allowed(origin: str | None, host: str, listed: frozenset[str], own_names: Iterable[str]) -> bool:
	"""Whether a page of this origin may call. Pure.

	No origin at all is no browser. `null` and anything unparsable is refused.

	:param host: the request's
	:param own_names: of the site: a page that is reached by the same Host is only the site's own where that name is, too. Any
	        other name may have been made to point here by whoever the page is from (DNS rebinding)
	"""
	if origin is None or origin in listed:
		return True
	try:
		parts = urlsplit(origin)
		name = parts.hostname
	except ValueError:
		return False
	if parts.scheme not in ("http", "https") or not name or parts.netloc.lower() != host.lower():
		return False
	return name in LOOPBACK or name.endswith(".localhost") or name in own_names


def own_names() -> set[str]:
	"""The names that the current site is reached by: its own, and those in its config that `bench` has put there."""
	domains = (d.get("domain") if isinstance(d, dict) else d for d in frappe.conf.get("domains") or ())
	names = (frappe.local.site, frappe.conf.get("host_name"), *domains)
	return {_hostname(name) for name in names if isinstance(name, str)}


def _hostname(name: str) -> str:
	try:
		return urlsplit(name if "://" in name else f"//{name}").hostname or ""
	except ValueError:
		return ""
