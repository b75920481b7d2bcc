"""The bench that the demo serves: made once from the engine's template, kept from then on, brought up to date with the code.

	python -m dev.demo.bench FOLDER

does what is needed in a process of its own (see dev/demo/children.py). A bench appears under its name only when it is
complete, so that whatever stops the making leaves nothing that the next start has to mend.
"""

import contextlib
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dev.demo.problem import Problem
from dev.engine import paths, sites

SITE = sites.SITE
MARK = "demo.json"  # of which code the site is
Progress = Callable[[str], None]


def state(bench: Path) -> str:
	"""What is to be done: "make" it, "repair" it (set aside, then made), "migrate" it, or nothing ("ready")."""
	if not bench.exists():
		return "make"
	if not _is_sound(bench):
		return "repair"
	return "ready" if _mark(bench).get("code") == _code() else "migrate"


def prepare(bench: Path, progress: Progress) -> None:
	match state(bench):
		case "make":
			_make(bench, progress)
		case "repair":
			aside = bench.with_name(f"{bench.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
			bench.rename(aside)
			progress(f"the bench was damaged, it is now {aside.name}")
			_make(bench, progress)
		case "migrate":
			_migrate(bench, progress)


def _make(bench: Path, progress: Progress) -> None:
	making = bench.with_name(f"{bench.name}.making")
	shutil.rmtree(making, ignore_errors=True)
	sites.copy_template(sites.template("sqlite", progress), making)
	_write_mark(making)
	making.rename(bench)


def _migrate(bench: Path, progress: Progress) -> None:
	"""The site keeps its data; Frappe's own migrate brings its DocTypes up to the code."""
	progress("migrating")
	command = [sys.executable, "-m", "dev.engine.bench", "--bench", str(bench), "--site", SITE, "migrate"]
	result = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
	if result.returncode:
		said = (result.stderr or result.stdout).strip().splitlines()
		raise Problem(
			f"The site can't be migrated ({said[-1] if said else 'no reason given'}): remove {bench} to start afresh."
		)
	_write_mark(bench)


def _is_sound(bench: Path) -> bool:
	"""Whether everything is there and the database can be read to its end."""
	config = bench / "sites" / SITE / "site_config.json"
	databases = list(bench.glob(f"sites/{SITE}/db/*.db"))
	if not (_mark(bench) and config.exists() and databases):
		return False
	try:
		with contextlib.closing(sqlite3.connect(databases[0])) as connection:
			return connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
	except sqlite3.DatabaseError:
		return False


def _mark(bench: Path) -> dict:
	try:
		return json.loads((bench / MARK).read_text())
	except (OSError, ValueError):
		return {}


def _write_mark(bench: Path) -> None:
	(bench / MARK).write_text(json.dumps({"code": _code()}) + "\n")


def _code() -> str:
	"""All that a site is made of, as a hash."""
	digest = hashlib.sha256()
	for layer in sites.LAYERS:
		for file in layer.files():
			digest.update(f"{file.relative_to(paths.ROOT)}\0".encode() + file.read_bytes())
	return digest.hexdigest()[:16]


if __name__ == "__main__":
	prepare(Path(sys.argv[1]), lambda line: print(line, flush=True))
	print("{}", flush=True)
