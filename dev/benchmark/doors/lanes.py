"""Where is measured: a site of the embedded engine, or one of a real bench. Both know how to start what the measurement needs."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dev.benchmark.doors import processes, variables
from dev.benchmark.doors.processes import Server

ROOT = Path(__file__).resolve().parents[3]
THREADS = 4
"""Of each worker, whichever server it belongs to."""
KEEP_ALIVE = 75
"""Seconds: longer than any pause between two calls of a block."""


class Problem(Exception):
	"""Something the user has to know, in one line."""


@dataclass(frozen=True)
class Lane:
	"""A bench and the site of it that is measured."""

	name: str
	bench: Path
	site: str
	python: Path
	logs: Path
	environment: dict[str, str] = field(default_factory=dict)
	command: tuple[str, ...] = ()
	"""What comes before the name of a bench command."""

	@property
	def sites(self) -> Path:
		return self.bench / "sites"

	def environ(self, **more: str) -> dict[str, str]:
		"""Of every process that is started."""
		return {**os.environ, **self.environment, **more}

	def gunicorn(self, name: str, plain: bool = False) -> Server:
		"""Frappe's application in gunicorn: one worker with threads. It has been asked nothing yet."""
		port = processes.free_port()
		command = [
			*(str(self.python), "-m", "gunicorn", "-b", f"{processes.HOST}:{port}"),
			*("--workers", "1", "--worker-class", "gthread", "--threads", str(THREADS)),
			*("--keep-alive", str(KEEP_ALIVE), "--timeout", "120", "--preload", "--log-level", "warning"),
			"dev.benchmark.doors.application:application",
		]
		environment = self.environ(**({variables.PLAIN: "1"} if plain else {}))
		return processes.start(command, port, self.sites, environment, self.logs / f"{name}.log")

	def uvicorn(self, name: str) -> Server:
		"""`bench mcp serve` with one process. It has been asked nothing yet."""
		port = processes.free_port()
		options = ["mcp", "serve", "--port", str(port), "--workers", "1", "--threads", str(THREADS)]
		command = [str(self.python), *self.command, *options]
		return processes.start(command, port, self.sites, self.environ(), self.logs / f"{name}.log")


@contextmanager
def engine() -> Iterator[Lane]:
	"""A fresh site of the embedded engine, on MariaDB and Redis of its own."""
	from dev.engine import services, sites

	with ExitStack() as stack:
		stack.enter_context(services.running())
		bench = Path(stack.enter_context(tempfile.TemporaryDirectory()))
		sites.copy_template(sites.template("mariadb"), bench)
		yield Lane(
			"engine",
			bench,
			sites.SITE,
			Path(sys.executable),
			bench / "logs",
			{"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", variables.ENGINE_SITE: sites.SITE},
			("-m", "dev.engine.bench", "--bench", str(bench), "--site", sites.SITE),
		)


@contextmanager
def bench(folder: Path, site: str) -> Iterator[Lane]:
	"""A site of a real bench, which has to allow tests.

	:raises Problem: it can't be measured
	"""
	folder = folder.resolve()
	python = folder / "env" / "bin" / "python"
	config = folder / "sites" / site / "site_config.json"
	if not python.exists():
		raise Problem(f"{folder} is no bench with a virtualenv: {python} is missing")
	if not site or not config.exists():
		raise Problem(f"say which site of {folder}: make benchmark BENCH={folder} SITE=name")
	configured = [
		json.loads(path.read_text())
		for path in (folder / "sites" / "common_site_config.json", config)
		if path.exists()
	]
	if not any(settings.get("allow_tests") for settings in configured):
		raise Problem(
			f"the site doesn't allow tests: bench --site {site} set-config allow_tests true; "
			"the measurement makes users, customers, an invoice and many audit entries"
		)
	with tempfile.TemporaryDirectory() as logs:
		yield Lane(
			folder.name,
			folder,
			site,
			python,
			Path(logs),
			{"PYTHONPATH": str(ROOT)},
			("-m", "frappe.utils.bench_helper", "frappe", "--site", site),
		)
