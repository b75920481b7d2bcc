"""What clients meet: the endpoint over HTTP, as it is reached from this machine, and what it says of logging in."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import frappe
import requests
from frappe.utils import get_url

from erpnext_mcp.api.mcp import PATH
from erpnext_mcp.cli.doctor.finding import FAIL, OK, WARN, Finding
from erpnext_mcp.policy import store

TIMEOUT = 10
SLOW = 2.0
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
LOCAL = ("localhost", "127.0.0.1", "::1")


def own_url() -> str:
	return get_url(PATH)


def findings(url: str) -> list[Finding]:
	"""
	:param url: of the endpoint
	"""
	parts = urlsplit(url)
	found = [*_address(parts)]
	try:
		answer = requests.post(url, json=PING, timeout=TIMEOUT, allow_redirects=False)
	except requests.exceptions.SSLError as e:
		return [
			*found,
			Finding(
				"Endpoint",
				FAIL,
				f"{url}: the certificate is refused ({e}).",
				"Renew it: clients refuse it, too.",
			),
		]
	except requests.RequestException as e:
		return [
			*found,
			Finding(
				"Endpoint",
				FAIL,
				f"{url} can't be reached: {type(e).__name__}.",
				"Does the web server run? Is host_name in site_config.json the address of the site? Try --url.",
			),
		]
	found += _answer(url, answer)
	if found[-1].state != FAIL:
		found += _discovery(url, answer)
	return found


def _address(parts: Any) -> Iterator[Finding]:
	if not frappe.conf.get("host_name"):
		yield Finding(
			"Address",
			WARN,
			"host_name is not set: the URL that users are told is a guess.",
			"bench --site SITE set-config host_name https://erp.example.com",
		)
	if parts.hostname in LOCAL or (parts.hostname or "").endswith((".localhost", ".local", ".test")):
		yield Finding(
			"Address",
			WARN,
			f"{parts.hostname} is this machine or network only: cloud clients can't reach it.",
		)
	elif parts.scheme != "https":
		yield Finding(
			"Address",
			FAIL,
			"The site is reached without HTTPS: keys travel in the open.",
			"bench setup lets-encrypt, or a proxy with a certificate",
		)


def _answer(url: str, answer: Any) -> Iterator[Finding]:
	"""Nobody is logged in: a 401 of ours is what is wanted."""
	seconds = answer.elapsed.total_seconds()
	is_json = answer.headers.get("Content-Type", "").startswith("application/json")
	if answer.is_redirect:
		yield Finding(
			"Endpoint",
			FAIL,
			f"{url} redirects to {answer.headers.get('Location')}: clients lose their message.",
			"Give clients that address, or mend host_name and the proxy.",
		)
	elif answer.status_code == 401 and is_json and "jsonrpc" in answer.text:
		slow = f", but took {seconds:.1f} s" if seconds > SLOW else ""
		yield Finding("Endpoint", WARN if slow else OK, f"{url} answers and asks for credentials{slow}.")
	elif answer.status_code == 403 and "HTTPS" in answer.text:
		yield Finding(
			"Endpoint",
			FAIL,
			"HTTPS is required, but the proxy does not say that it was used.",
			"nginx: proxy_set_header X-Forwarded-Proto $scheme;",
		)
	elif answer.status_code == 404:
		yield Finding(
			"Endpoint",
			FAIL,
			f"There is nothing at {url}.",
			"Is the app installed on the site of this name? Was the web server restarted since? Does the proxy pass /mcp on?",
		)
	elif not is_json:
		yield Finding(
			"Endpoint",
			FAIL,
			f"{url} gives a page ({answer.status_code}) instead of an answer.",
			"A proxy or a login page stands before it: let /mcp pass.",
		)
	else:
		yield Finding("Endpoint", FAIL, f"{url} answers {answer.status_code}: {answer.text[:200]}")


def _discovery(url: str, answer: Any) -> Iterator[Finding]:
	"""How OAuth clients find out where to log in."""
	challenge = answer.headers.get("WWW-Authenticate", "")
	_before, found, rest = challenge.partition('resource_metadata="')
	if not found:
		yield Finding(
			"OAuth",
			WARN,
			"The endpoint does not say where its metadata is.",
			"OAuth Settings: Show Protected Resource Metadata",
		)
		return
	told, asked = urlsplit(rest.split('"', 1)[0]), urlsplit(url)
	if (told.scheme, told.netloc) != (asked.scheme, asked.netloc):
		yield Finding(
			"OAuth",
			FAIL,
			f"Clients of {asked.scheme}://{asked.netloc} are sent to {told.scheme}://{told.netloc}.",
			"The proxy has to pass on Host and X-Forwarded-Proto.",
		)
		return
	try:
		resource = requests.get(urlunsplit(told), timeout=TIMEOUT).json()
		base = resource["authorization_servers"][0].rstrip("/")
		server = requests.get(f"{base}/.well-known/oauth-authorization-server", timeout=TIMEOUT).json()
		issuer = server["issuer"].rstrip("/")
	except (requests.RequestException, ValueError, LookupError, AttributeError, TypeError):
		yield Finding(
			"OAuth", FAIL, "The metadata can't be read.", "The proxy has to pass on /.well-known/*."
		)
		return
	if issuer != base:
		yield Finding(
			"OAuth",
			FAIL,
			f"The issuer is {issuer}, but the metadata is that of {base}.",
			"Clients refuse that: pass on Host and X-Forwarded-Proto.",
		)
		return
	registers = bool(server.get("registration_endpoint"))
	ours = store.read().settings.oauth_registration
	if registers and not ours:
		said = "Frappe's own registration is on, ours is off: clients that register have to be listed."
	elif registers:
		said = "clients can register themselves."
	else:
		said = "clients have to be registered by an administrator."
	yield Finding("OAuth", OK, f"Discovery works; {said}")
