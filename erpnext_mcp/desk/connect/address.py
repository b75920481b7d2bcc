"""Under which address clients find the site, and what speaks against it. Pure.

The site says one (`frappe.utils.get_url`: host_name of its config, else the request's host, sometimes with a port of the
bench), the browser shows another where a proxy or host_name are not set up for each other.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from erpnext_mcp.policy.message import _

DEFAULT_PORTS = {"http": 80, "https": 443}
ORIGIN = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?", re.ASCII)
LOCAL_NAMES = (".localhost", ".local", ".lan", ".internal", ".intranet", ".home.arpa", ".test")


@dataclass(frozen=True)
class Address:
	"""A URL of the MCP endpoint, and what its user has to know, in English and marked for translation."""

	url: str
	warnings: tuple[str, ...] = ()


def addresses(configured: str, origin: str, path: str) -> list[Address]:
	"""The addresses that clients may use, the better one first; one where site and browser agree.

	:param configured: what the site takes for its own address, without a path
	:param origin: where the browser shows the desk; anything that is no origin is left out
	:param path: of the endpoint
	"""
	found = [configured.rstrip("/")]
	if is_origin(origin) and not same_origin(configured, origin):
		# Whoever sees the desk there reaches it there: with as much against both, the browser is right.
		found.insert(0, origin)
	made = [Address(f"{base}{path}", tuple(against(base))) for base in found]
	return sorted(made, key=lambda address: len(address.warnings))


def against(base: str) -> Iterable[str]:
	"""What speaks against an address."""
	parts = urlsplit(base)
	host = parts.hostname or ""
	if is_loopback(host):
		yield _(
			"Only programs on the site's own machine reach this address. Others need its name in the network; ChatGPT and Claude on the web need one on the internet."
		)
		return
	if parts.scheme != "https":
		yield _(
			"This address is not encrypted: who is in between can read the key and all data. Ask an administrator for https."
		)
	if is_local(host):
		yield _(
			"This address looks like one of your own network. ChatGPT and Claude on the web call from the internet and won't reach it; programs on your computer do."
		)


def is_origin(text: str) -> bool:
	"""Whether it is `scheme://host[:port]` of a website, and nothing else."""
	if not ORIGIN.fullmatch(text):
		return False
	try:
		return urlsplit(text).port != 0
	except ValueError:
		return False


def same_origin(one: str, other: str) -> bool:
	return _triple(one) == _triple(other)


def _triple(base: str) -> tuple[str, str, int | None]:
	parts = urlsplit(base)
	return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme)


def is_loopback(host: str) -> bool:
	if host == "localhost" or host.endswith(".localhost"):
		return True
	try:
		return ipaddress.ip_address(host).is_loopback
	except ValueError:
		return False


def is_local(host: str) -> bool:
	"""Whether it is an address or a name that the internet does not know."""
	try:
		return not ipaddress.ip_address(host).is_global
	except ValueError:
		return "." not in host or host.endswith(LOCAL_NAMES)
