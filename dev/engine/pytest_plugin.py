"""The fixtures `site` and `server` on the embedded engine: `python -m pytest -p dev.engine.pytest_plugin`.

ENGINE_DB says on which database: sqlite (the default) or mariadb. The tests work on a copy of the template in a temporary folder, which goes
when they end. They themselves say `import frappe` only, and run unchanged on a real bench (dev/bench_lane).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dev.engine import activate

activate()


@dataclass(frozen=True)
class Site:
	name: str
	bench: Path
	kind: str = "embedded"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
	"""A site with all apps and the demo data; this thread is connected to it as Administrator."""
	from dev.engine import sites

	bench = tmp_path_factory.mktemp("bench")
	sites.copy_template(sites.template(database()), bench)
	with sites.connected(bench, sites.SITE):
		yield Site(sites.SITE, bench)


@pytest.fixture(scope="session")
def server(site: Site) -> Iterator[object]:
	"""That same site served over HTTP: `.base_url`."""
	from dev.engine import serve

	running = serve.start_in_thread(site.name)
	yield running
	running.stop()


def database() -> str:
	return os.environ.get("ENGINE_DB", "sqlite")
