"""Sites, their configuration, and what hangs on `frappe.local.site`."""

import json
import logging
from pathlib import Path

import frappe
import pytest

from dev.engine import sites


def test_a_site_as_on_a_bench(site, db):
	assert (frappe.local.site, frappe.local.site_path) == (site.name, f"./{site.name}")
	assert frappe.get_site_path("private").endswith(f"{site.name}/private")
	assert Path(frappe.utils.get_bench_path()) == site.bench
	assert frappe.utils.get_sites() == [site.name]
	assert frappe.get_installed_apps() == frappe.get_all_apps() == sites.apps()
	assert frappe.utils.get_url().startswith("http")


def test_the_configuration_is_read_from_the_files(site, db):
	common = site.bench / "sites" / "common_site_config.json"
	before = common.read_text()
	common.write_text(json.dumps({**json.loads(before), "engine_common": 1, "mute_emails": 0}))
	try:
		frappe.init(site.name, force=True)
		assert (frappe.conf.engine_common, frappe.conf.mute_emails) == (1, 1)
	finally:
		common.write_text(before)
		frappe.init(site.name, force=True)
		frappe.connect()
	assert "engine_common" not in frappe.conf


def test_init_and_connect_take_the_site_as_upstream_does(site, in_thread):
	def by_name() -> tuple:
		frappe.destroy()
		frappe.init(site=site.name, sites_path=".")
		frappe.connect()
		return frappe.local.site, frappe.session.user

	assert in_thread(by_name) == (site.name, "Administrator")
	with frappe.init_site(site.name):
		assert frappe.local.site == site.name
	frappe.init(site.name, force=True)
	frappe.connect()


def test_site_cache_and_site_logs_are_on(site, db):
	from frappe.utils.caching import site_cache

	calls = []

	@site_cache
	def cached() -> int:
		calls.append(1)
		return 1

	assert cached() == cached() == len(calls) == 1
	logger = frappe.logger("engine_probe_log", allow_site=True)
	logger.setLevel(logging.INFO)
	logger.info("a line")
	for folder in (site.bench / "sites" / site.name / "logs", site.bench / "logs"):
		assert "a line" in (folder / "engine_probe_log.log").read_text()


def test_setup_is_complete(db):
	assert frappe.is_setup_complete() is True
	frappe.db.set_single_value("System Settings", "setup_complete", 0)
	assert frappe.is_setup_complete() is False


def test_hooks_of_all_apps_and_of_one(db):
	assert {"frappe", "erpnext_mcp"} <= set(frappe.get_hooks("app_name"))
	assert frappe.get_hooks("app_name", app_name="erpnext_mcp") == ["erpnext_mcp"]
	assert frappe.get_hooks("no_such_hook") == [] and frappe.get_hooks("no_such_hook", default=1) == 1
	assert frappe.local.module_app["erpnext_mcp"] == "erpnext_mcp"


def test_a_layer_depends_on_its_files_but_not_on_tests():
	layer = next(layer for layer in sites.LAYERS if layer.app == "erpnext_mcp")
	files = [path.relative_to(layer.folder).as_posix() for path in layer.files()]
	assert "hooks.py" in files and any(name.endswith("mcp_permission_profile.json") for name in files)
	assert not any("tests/" in name or "__pycache__" in name for name in files)


def test_a_copy_keeps_assets_that_were_built(tmp_path):
	template, bench = tmp_path / "template", tmp_path / "bench"
	sites.lay_out(template, ["frappe"])
	sites.lay_out(bench, ["frappe"])
	(bench / "sites" / "assets" / "assets.json").write_text('{"built": 1}')
	sites.copy_template(template, bench)
	assert json.loads((bench / "sites" / "assets" / "assets.json").read_text()) == {"built": 1}


@pytest.mark.parametrize("value", ["text", 7, {"a": [1]}, None])
def test_the_cache(db, value):
	frappe.cache.set_value("engine_value", value)
	assert frappe.cache.get_value("engine_value") == value
	frappe.client_cache.set_value("engine_client_value", value)
	assert frappe.client_cache.get_value("engine_client_value") == value
	frappe.client_cache.delete_value("engine_client_value")
	assert frappe.client_cache.get_value("engine_client_value") is None


def test_the_cache_is_shared_by_threads_and_expires(db, in_thread):
	frappe.cache.set_value("engine_shared", 1, expires_in_sec=100)
	frappe.client_cache.set_value("engine_shared_client", 1)
	assert in_thread(lambda: frappe.cache.get_value("engine_shared")) == 1
	assert 0 < frappe.cache.ttl(frappe.cache.make_key("engine_shared")) <= 100
	in_thread(lambda: frappe.client_cache.set_value("engine_shared_client", 2))
	if frappe.db.db_type == "sqlite":  # real Redis invalidates a moment later
		frappe.local.cache.clear()  # as at the start of a request
		assert frappe.client_cache.get_value("engine_shared_client") == 2
	script = frappe.cache.register_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
	assert script(keys=["engine_counter"], args=[3]) == 3
	frappe.cache.delete("engine_counter")


def test_realtime_messages_do_not_fail(db):
	frappe.publish_realtime("engine", {"a": 1}, after_commit=True)
	frappe.db.commit()
