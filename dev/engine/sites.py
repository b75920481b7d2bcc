"""Benches and sites of the embedded engine: made, kept as templates, copied.

A bench looks as on a real machine: `sites/apps.txt`, `sites/common_site_config.json`, `sites/<site>/...`, `logs/`. Making one takes
most of a minute, so each is kept as a template under build/templates, in layers: the framework alone, with demo_erp and its data,
with erpnext_mcp. A layer's name holds a hash of all that it is made from; what changes remakes that layer and those above.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dev.engine import paths, wheel

Db = Literal["sqlite", "mariadb"]
Progress = Callable[[str], None]

SITE = "demo.localhost"
ADMIN_PASSWORD = "admin"
_KEEP_SECONDS = 30 * 60  # how long a template that has been replaced stays, for those who are copying it


@dataclass(frozen=True)
class Layer:
	"""One step of a template: the app that it installs, and the files that it depends on."""

	app: str
	folder: Path
	patterns: tuple[str, ...]

	def exists(self) -> bool:
		return (self.folder / "hooks.py").exists() or self.app == "frappe"

	def files(self) -> list[Path]:
		found = {path for pattern in self.patterns for path in self.folder.glob(pattern) if path.is_file()}
		return sorted(path for path in found if not {"tests", "__pycache__"} & set(path.parts))


LAYERS = (
	Layer("frappe", paths.DEV / "engine", ("mends/*.py", "sites.py", "databases.py", "template.py")),
	Layer("demo_erp", paths.DEV / "demo_erp", ("**/*",)),
	Layer(
		"erpnext_mcp",
		paths.ROOT / "erpnext_mcp",
		("hooks.py", "install.py", "modules.txt", "patches.txt", "**/*.json", "patches/**/*.py"),
	),
)


def apps() -> list[str]:
	"""The apps of our benches, in the order in which they are installed."""
	return [layer.app for layer in LAYERS if layer.exists()]


def create_site(
	bench: Path, site: str, db: Db, apps: list[str], admin_password: str = ADMIN_PASSWORD
) -> None:
	"""Lay out `bench` and create `site` with `apps` (the first is frappe), in this process, which is then initialised with it."""
	from dev.engine import activate, databases

	lay_out(bench, apps)
	write_json(bench / "sites" / "common_site_config.json", databases.common_site_config(db))
	config = databases.new_site_config(db, site)
	folder = bench / "sites" / site
	folder.mkdir(parents=True, exist_ok=True)
	write_json(folder / "site_config.json", config)
	activate()
	os.chdir(bench / "sites")

	import frappe
	from frappe import installer
	from frappe.installer import _init_database

	frappe.init(site)
	_init_database(
		db_name=config["db_name"],
		db_type=db,
		admin_password=admin_password,
		force=True,
	)
	settings = {"setup_complete": 1, "enable_onboarding": 0, "language": "en", "time_zone": "Asia/Dubai"}
	for fieldname, value in settings.items():
		frappe.db.set_single_value("System Settings", fieldname, value)
	frappe.db.commit()
	for app in apps[1:]:
		installer.install_app(app)
	frappe.db.commit()


def lay_out(bench: Path, apps: list[str]) -> None:
	"""The folders and files of a bench without its sites."""
	for folder in ("sites/assets", "logs", "config"):
		(bench / folder).mkdir(parents=True, exist_ok=True)
	(bench / "sites" / "apps.txt").write_text("\n".join(apps) + "\n")
	# Without bundles the desk's pages are bare; without their list, every page fails.
	for name in ("common_site_config.json", "assets/assets.json", "assets/assets-rtl.json"):
		if not (bench / "sites" / name).exists():
			write_json(bench / "sites" / name, {})


@contextlib.contextmanager
def connected(bench: Path, site: str) -> Iterator[None]:
	"""This thread works on `site`, as Administrator, with the working directory where Frappe wants it."""
	from dev.engine import activate

	activate()
	before = os.getcwd()
	os.chdir(bench / "sites")

	import frappe

	frappe.init(site, force=True)
	frappe.connect()
	try:
		yield
	finally:
		frappe.destroy()
		os.chdir(before)


def template(db: Db, progress: Progress | None = None) -> Path:
	"""The template bench with all apps and data for `db`; its missing layers are made first."""
	say = progress or (lambda message: print(message, file=sys.stderr, flush=True))
	paths.TEMPLATES.mkdir(parents=True, exist_ok=True)
	with open(paths.TEMPLATES / ".lock", "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		digest = hashlib.sha256(f"{db} {wheel.stamp()}".encode())
		below: Path | None = None
		for layer in LAYERS:
			if not layer.exists():
				continue
			for path in layer.files():
				digest.update(f"{path.relative_to(paths.ROOT)}\0".encode() + path.read_bytes())
			target = paths.TEMPLATES / f"{db}-{layer.app}-{digest.hexdigest()[:12]}"
			if not target.exists():
				_make(db, layer, below, target, say)
			os.utime(target)
			below = target
		_prune()
	assert below
	return below


def copy_template(template: Path, destination: Path) -> None:
	"""A bench of one's own, with the template's sites in it. `destination` may exist; assets that were built into it stay."""
	from dev.engine import databases

	with_assets = (destination / "sites" / "assets").exists()
	ignore = shutil.ignore_patterns("assets") if with_assets else None
	shutil.copytree(template, destination, dirs_exist_ok=True, ignore=ignore)
	databases.thaw(destination)


def _make(db: Db, layer: Layer, below: Path | None, target: Path, say: Progress) -> None:
	"""Make one layer in a process of its own, which can't leave anything behind in this one."""
	started = time.monotonic()
	say(f"Preparing {layer.app} on {db} ...")
	with tempfile.TemporaryDirectory(dir=paths.TEMPLATES, prefix=".making-") as temporary:
		bench = Path(temporary) / "bench"
		if below:
			copy_template(below, bench)
		command = [sys.executable, "-m", "dev.engine.template", db, layer.app, str(bench)]
		log = Path(temporary) / "log"
		with open(log, "w") as noise:
			process = subprocess.Popen(
				command, cwd=paths.ROOT, stdout=subprocess.PIPE, stderr=noise, text=True, env=_environment()
			)
			assert process.stdout
			for line in process.stdout:
				say(line.rstrip())
		if process.wait():
			raise RuntimeError(
				f"{layer.app} could not be prepared:\n{_without_progress_bars(log.read_text())}"
			)
		bench.rename(target)
	say(f"  {layer.app} is ready ({time.monotonic() - started:.0f} s)")


def _without_progress_bars(log: str) -> str:
	return "\n".join(line for line in log.splitlines() if "[=" not in line and "[ " not in line)[-6000:]


def _environment() -> dict[str, str]:
	return {**os.environ, "PYTHONWARNINGS": "ignore"}


def _prune() -> None:
	"""Remove the templates that no current layer uses."""
	for path in paths.TEMPLATES.iterdir():
		if path.is_dir() and time.time() - path.stat().st_mtime > _KEEP_SECONDS:
			shutil.rmtree(path, ignore_errors=True)


def write_json(path: Path, value: dict) -> None:
	path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
