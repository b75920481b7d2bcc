"""Several apps on a site: an app that hangs on every hook is installed, served, migrated and uninstalled by the bench commands."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from dev.engine import paths, serve, sites

APPS = Path(__file__).parent / "apps"


@pytest.fixture(scope="module")
def bench(site, tmp_path_factory) -> Iterator[Path]:
	"""A bench of its own, whose apps.txt names the probe, too."""
	from dev.engine.pytest_plugin import DB

	folder = tmp_path_factory.mktemp("probed")
	sites.copy_template(sites.template(DB), folder)
	sites.lay_out(folder, [*sites.apps(), "engine_probe"])
	before = os.environ["PYTHONPATH"]
	os.environ["PYTHONPATH"] = f"{APPS}{os.pathsep}{before}"
	yield folder
	os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def run(bench) -> Callable[..., str]:
	"""run("list-apps"): what a bench command prints."""

	def run(*arguments: str, fails: bool = False) -> str:
		command = [sys.executable, "-m", "dev.engine.bench", "--bench", str(bench), "--site", sites.SITE]
		done = subprocess.run([*command, *arguments], cwd=paths.ROOT, capture_output=True, text=True)
		assert bool(done.returncode) == fails, done.stdout[-2000:] + done.stderr[-4000:]
		return done.stderr if fails else done.stdout

	return run


def counts(run: Callable[..., str]) -> dict[str, str]:
	return json.loads(run("execute", "engine_probe.events.counts"))


@pytest.fixture(scope="module")
def installed(run) -> Iterator[None]:
	run("install-app", "engine_probe")
	yield


@pytest.fixture(scope="module")
def probe(bench, installed) -> Iterator[httpx.Client]:
	"""A client of the served bench."""
	server = serve.start_process(bench, sites.SITE, worker=True)
	with httpx.Client(base_url=server.base_url) as client:
		yield client
	server.stop()


def test_an_app_that_the_bench_does_not_have(run):
	assert "not in apps.txt" in run("install-app", "no_such_app", fails=True)


def test_it_is_installed_with_its_hooks(run, installed):
	assert run("list-apps").splitlines()[-1] == "engine_probe 1.2.3"
	assert counts(run) == {"before_install": "1"}, "patches of a new app don't run"
	query = "frappe.get_all('Engine Probe', fields=['title', 'seen_by_hook'])"
	assert json.loads(run("execute", query)) == [
		{"title": "made by after_install", "seen_by_hook": "validate"}
	]
	jobs = run(
		"execute",
		"frappe.get_all('Scheduled Job Type', {'method': 'engine_probe.events.daily'}, pluck='frequency')",
	)
	assert json.loads(jobs) == ["Daily"]


def test_installing_it_again_changes_nothing(run, installed):
	assert "already installed" in run("install-app", "engine_probe")
	assert counts(run) == {"before_install": "1"}


def test_its_own_bench_command(run, installed):
	assert run("probe", "hello") == f"hello {sites.SITE} 1\n"
	assert "probe" in run("--help")


def test_a_site_that_does_not_exist(run):
	assert "does not exist" in run("--site", "no.such.site", "list-apps", fails=True)


def test_migrate_runs_each_hook_once_and_the_patch_once(run, installed):
	run("execute", "frappe.db.delete", "--args", "['Patch Log', {'patch': 'engine_probe.patches.mark'}]")
	run("migrate")
	expected = {"before_install": "1", "before_migrate": "1", "after_migrate": "1", "patch": "1"}
	assert counts(run) == expected
	run("migrate")
	assert counts(run) == expected | {"before_migrate": "2", "after_migrate": "2"}


def test_the_hooks_of_a_request(probe):
	answer = probe.get(
		"/api/method/engine_probe.requests.whoami", headers={"X-Engine-Probe-User": "Administrator"}
	)
	assert (answer.json(), answer.headers["X-Engine-Probe"]) == ({"message": "Administrator"}, "before")
	assert probe.get("/api/method/engine_probe.requests.whoami").status_code == 403


def test_before_request_can_rewrite_the_path(probe):
	answer = probe.get("/engine-probe-rewritten", headers={"X-Engine-Probe-User": "Administrator"})
	assert answer.json() == {"message": "Administrator"}


def test_pages_of_an_app(probe):
	for path in ("/engine-probe-page", "/engine-probe-route"):
		assert probe.get(path).text == "HELLO", path


def test_jobs_run(probe, run):
	headers = {"X-Engine-Probe-User": "Administrator"}
	answer = probe.post("/api/method/engine_probe.requests.enqueue", data={"name": "a"}, headers=headers)
	assert answer.status_code == 200, answer.text
	deadline = time.monotonic() + 20
	while "job_a" not in counts(run) and time.monotonic() < deadline:
		time.sleep(0.2)
	assert counts(run)["job_a"] == "1"


def test_uninstalled_it_leaves_nothing_and_can_come_back(run, probe):
	run("uninstall-app", "engine_probe", "--dry-run")
	assert "engine_probe" in run("list-apps")
	run("uninstall-app", "engine_probe", "--yes")
	assert "engine_probe" not in run("list-apps")
	left = run(
		"execute",
		"[frappe.db.exists(d, {'name': ['like', 'Engine Probe%']}) for d in ('DocType', 'Module Def')]",
	)
	assert json.loads(left) == [None, None]
	assert "false" in run("execute", "str(frappe.db.table_exists('Engine Probe', cached=False)).lower()")
	run("install-app", "engine_probe")
	assert run("probe", "again") == f"again {sites.SITE} 1\n"
