"""The fixtures `site`, `server`, `start_server` and `killable_server` on the embedded engine: `python -m pytest -p dev.engine.pytest_plugin`.

ENGINE_DB says on which database: sqlite (the default) or mariadb. The tests work on a copy of the template in a temporary folder. They
themselves say `import frappe` only, and run unchanged on a real bench (dev/bench_lane).
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev.engine import activate, faults, paths, prefork, serve, services, sites

activate()

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
	# What a shell starts in the background ignores Ctrl-C, and so would the programs whose ending by it is tested.
	signal.signal(signal.SIGINT, signal.default_int_handler)

# The working directory becomes that of the sites; children of the tests still find `dev` and the app.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(paths.ROOT), os.environ.get("PYTHONPATH"))))

DB = os.environ.get("ENGINE_DB", "sqlite")

SQLITE_ONLY = ("dev/browser", "dev/demo", "dev/docs", "dev/engine/desk")
"""What is the same on either database: the demo's site is always on SQLite, and scripts and styles know of none."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
	if DB != "sqlite" and collection_path in [paths.ROOT / folder for folder in SQLITE_ONLY]:
		return True


@dataclass(frozen=True)
class Site:
	"""The site under test."""

	name: str
	bench: Path
	kind: str = "embedded"

	def command(self, *arguments: str) -> list[str]:
		"""`bench --site SITE ARGUMENTS`, for a process of its own."""
		bench = ["--bench", str(self.bench), "--site", self.name]
		return [sys.executable, "-m", "dev.engine.bench", *bench, *arguments]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
	"""A site with all apps and the demo data; this thread is connected to it as Administrator."""
	with ExitStack() as stack:
		if DB == "mariadb":
			stack.enter_context(services.running())
		bench = tmp_path_factory.mktemp("bench")
		sites.copy_template(sites.template(DB), bench)
		stack.enter_context(sites.connected(bench, sites.SITE))
		yield Site(sites.SITE, bench)


@pytest.fixture(scope="session")
def server(site: Site) -> Iterator[serve.Server]:
	"""That same site served over HTTP (`.base_url`): in a thread on SQLite, where Redis is in this process; else in a process."""
	if DB == "sqlite":
		running = serve.start_in_thread(site.name)
	else:
		running = serve.start_process(site.bench, site.name, worker=True)
	yield running
	running.stop()


@pytest.fixture(scope="session")
def start_server(site: Site) -> Iterator[Callable[[], serve.Server]]:
	"""Starts one more process that serves the site, as a bench with several workers has; they end with the tests."""
	if DB == "sqlite":
		pytest.skip("several processes share a site on MariaDB and Redis only")
	with ExitStack() as stack:

		def start() -> serve.Server:
			running = serve.start_process(site.bench, site.name)
			stack.callback(running.stop)
			return running

		yield start


@pytest.fixture(scope="session")
def faulty_server(site: Site) -> Iterator[faults.FaultyServer]:
	"""One more process that serves the site; a test can take its MariaDB and its Redis away."""
	if DB == "sqlite":
		pytest.skip("MariaDB and Redis can be taken away where there are some")
	with faults.serving(site.bench, site.name) as running:
		yield running


@pytest.fixture
def killable_server(site: Site) -> Iterator[prefork.KillableServer]:
	"""The site served by a process that a test may kill (`.kill()`), and in whose place another comes."""
	running = prefork.KillableServer(site.bench, site.name)
	yield running
	running.stop()
