"""Sites, as on a bench: `sites/<site>/site_config.json` beside `sites/common_site_config.json` and `sites/apps.txt`.

The wheel knows one site only, configured by environment variables in the working directory, and removed `frappe.local.site`: without it
Jinja hook methods, `site_cache` and the sites' log files are silently off, and code for a real Frappe can't say which site it means.
`init()` and `connect()` get their arguments back; a request goes to the site named by the header X-Frappe-Site-Name or the
host, else to the default one, as on a bench.
"""

import json
import os
import threading
from typing import Any

from dev.engine.rebind import rebind

_DEFAULTS = {
	"db_type": "mariadb",
	"db_host": "127.0.0.1",
	"db_port": 3306,
	"use_mysqlclient": 0,
	"lang": "en",
	"max_file_size": 25 * 1024 * 1024,
}

_thread = threading.local()
_default: tuple[str, str] | None = None  # (site, sites_path)


def use(site: str, sites_path: str = ".") -> None:
	"""Make `site` the one that this thread means by a bare `frappe.init()`."""
	_thread.site = (site, sites_path)


def use_everywhere(site: str, sites_path: str = ".") -> None:
	"""Make `site` the one that threads mean which haven't named one: those of a server or worker."""
	global _default
	_default = (site, sites_path)


def current() -> tuple[str | None, str]:
	"""The site a bare `frappe.init()` means, and the path of the sites."""
	return getattr(_thread, "site", None) or _default or (None, ".")


def site_of_request(headers: Any, sites_path: str) -> str | None:
	"""The site that a request asks for, if there is one of that name."""
	for name in (headers.get("X-Frappe-Site-Name"), headers.get("Host", "").split(":")[0]):
		if name and os.path.basename(name) == name and os.path.exists(_config_path(sites_path, name)):
			return name
	return None


def apply() -> None:
	import frappe

	plain_init, plain_connect = frappe.init, frappe.connect

	def init(
		site: str | None = None, sites_path: str | None = None, new_site: bool = False, force: bool = False
	) -> None:
		if getattr(frappe.local, "initialised", None) and not force:
			return
		known, known_path = current()
		sites_path = sites_path or known_path
		if site:
			use(site, sites_path)
		elif frappe.request:
			site = site_of_request(frappe.request.headers, sites_path)
		frappe.local.site = site or known
		frappe.local.sites_path = sites_path
		plain_init(force=True)
		frappe.local.site_path = (
			os.path.join(sites_path, frappe.local.site) if frappe.local.site else sites_path
		)
		frappe.local.flags.new_site = new_site

	def connect(site: str | None = None, db_name: str | None = None, set_admin_as_user: bool = True) -> None:
		if site:
			init(site)
		plain_connect(db_name=db_name, set_admin_as_user=set_admin_as_user)

	class init_site:
		def __init__(self, site: str | None = None):
			self.site = site

		def __enter__(self):
			init(self.site)
			return frappe.local

		def __exit__(self, *exc_info):
			frappe.destroy()

	def get_site_config(
		sites_path: str | None = None, site_path: str | None = None, *, cached: bool = False
	) -> dict[str, Any]:
		sites_path = sites_path or getattr(frappe.local, "sites_path", None) or current()[1]
		site = getattr(frappe.local, "site", None)
		config = frappe._dict(_DEFAULTS)
		config.update(_read(os.path.join(sites_path, "common_site_config.json")))
		if site_path or site:
			config.update(
				_read(os.path.join(site_path or os.path.join(sites_path, site), "site_config.json"))
			)
		config.setdefault("db_user", config.get("db_name"))
		return config

	def get_common_site_config(sites_path: str | None = None, cached: bool = False) -> dict[str, Any]:
		sites_path = sites_path or getattr(frappe.local, "sites_path", None) or current()[1]
		return frappe._dict(_read(os.path.join(sites_path, "common_site_config.json")))

	def get_site_name(request: Any = None) -> str | None:
		return getattr(frappe.local, "site", None)

	def get_sites(sites_path: str | None = None) -> list[str]:
		sites_path = sites_path or getattr(frappe.local, "sites_path", None) or current()[1]
		return sorted(
			name for name in os.listdir(sites_path) if os.path.exists(_config_path(sites_path, name))
		)

	def get_bench_path() -> str:
		return os.path.abspath(os.path.join(getattr(frappe.local, "sites_path", None) or current()[1], ".."))

	for function in (init, connect, init_site, get_site_name):
		rebind("frappe", function)
	for function in (get_site_config, get_common_site_config):
		rebind("frappe.config", function)
	for function in (get_sites, get_bench_path):
		rebind("frappe.utils", function)


def _config_path(sites_path: str, site: str) -> str:
	return os.path.join(sites_path, site, "site_config.json")


def _read(path: str) -> dict[str, Any]:
	try:
		with open(path) as file:
			return json.load(file)
	except FileNotFoundError:
		return {}
