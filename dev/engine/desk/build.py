"""Build what the browser loads into `build/assets/<key>`, the folder that a bench calls `sites/assets`.

The key is a hash of all sources, so that nothing is built twice. Without npm the demo and the tests run all the same, only
the Desk can't be opened: `Result.problem` says why.
"""

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dev import node
from dev.engine.paths import DEV, ENGINE, NODE, ROOT
from dev.node import NodeError, Progress, locked

HERE = Path(__file__).parent
SOURCES = {".js", ".ts", ".vue", ".html", ".css", ".scss"}
DONE = "build.json"  # written last: what was built
KEPT = 3  # folders of assets: another demo may be serving an older one


@dataclass
class Result:
	"""What came of it: `assets` can be linked as `sites/assets` whether or not the bundles could be built."""

	assets: str
	built: int = 0
	failed: list[str] = field(default_factory=list)
	seconds: float = 0.0  # what the build took when it was made
	problem: str = ""


def apps() -> dict[str, Path]:
	"""The apps of the demo's bench."""
	return {"frappe": ENGINE / "frappe", "erpnext_mcp": ROOT / "erpnext_mcp", "demo_erp": DEV / "demo_erp"}


def build(apps: dict[str, Path], out: Path, progress: Progress = lambda line: None) -> Result:
	"""Build the bundles of `apps` (name -> package folder) below `out`, unless that has been done."""
	out.mkdir(parents=True, exist_ok=True)
	assets = out / _key(apps)
	with locked(out):
		if not (assets / DONE).exists():
			try:
				_make(assets, apps, progress)
			except NodeError as error:
				return Result(str(_without_bundles(apps, out)), problem=str(error))
		_link_public(assets, apps)
		_drop_old(out, keep=assets)
	return Result(str(assets), **json.loads((assets / DONE).read_text()))


def _make(assets: Path, apps: dict[str, Path], progress: Progress) -> None:
	started = time.monotonic()
	making = assets.parent / "making"
	shutil.rmtree(making, ignore_errors=True)
	making.mkdir()
	home = node.install(HERE, progress)
	progress("building the Desk's bundles")
	summary = _run(home, making, apps)
	failed = [f"{entry['bundle']}: {entry['errors'][0]}" for entry in summary["failed"]]
	names = [name for name in summary["built"] if not name.startswith("rtl_")]
	built = {"built": len(names), "failed": failed, "seconds": time.monotonic() - started}
	(making / DONE).write_text(json.dumps(built))
	making.rename(assets)


def _without_bundles(apps: dict[str, Path], out: Path) -> Path:
	"""Assets for a machine without npm: images and icons, but no bundles."""
	assets = out / "without-bundles"
	assets.mkdir(exist_ok=True)
	_link_public(assets, apps)
	for name in ("assets.json", "assets-rtl.json"):
		(assets / name).write_text("{}")
	return assets


def link(assets: Path, sites: Path) -> None:
	"""Make `sites/assets` lead to the assets."""
	place = sites / "assets"
	if place.is_symlink() and place.resolve() == assets.resolve():
		return
	if place.is_symlink():
		place.unlink()
	elif place.exists():
		shutil.rmtree(place)
	place.symlink_to(assets)


def _run(home: Path, out: Path, apps: dict[str, Path]) -> dict:
	command = ["node", "build.mjs", str(out), *(f"{app}={folder}" for app, folder in apps.items())]
	result = subprocess.run(command, cwd=home, capture_output=True, text=True, stdin=subprocess.DEVNULL)
	if result.returncode:
		raise NodeError(f"the build of the bundles failed: {result.stderr.strip()[-300:]}")
	return json.loads(result.stdout.splitlines()[-1])


def _link_public(assets: Path, apps: dict[str, Path]) -> None:
	"""What is served as it is: images, icons, fonts and plain scripts of each app's public folder."""
	for app, folder in apps.items():
		(assets / app).mkdir(exist_ok=True)
		public = folder / "public"
		for entry in public.iterdir() if public.is_dir() else ():
			_link(assets / app / entry.name, entry)
	if "frappe" in apps:  # some packages are loaded file by file
		_link(assets / "frappe" / "node_modules", NODE / HERE.name / "node_modules")


def _link(place: Path, target: Path) -> None:
	if not place.is_symlink():
		place.symlink_to(target)


def _drop_old(out: Path, keep: Path) -> None:
	folders = sorted((f for f in out.iterdir() if (f / DONE).exists()), key=lambda f: f.stat().st_mtime)
	for folder in folders[:-KEPT]:
		if folder != keep:
			shutil.rmtree(folder, ignore_errors=True)


def _key(apps: dict[str, Path]) -> str:
	digest = hashlib.sha256()
	for file in [*sorted(HERE.glob("*.mjs")), HERE / "package-lock.json"]:
		digest.update(file.read_bytes())
	for app, folder in sorted(apps.items()):
		for file in sorted(_sources(folder / "public")):
			digest.update(f"{app}/{file.relative_to(folder)}".encode())
			digest.update(file.read_bytes())
	return digest.hexdigest()[:16]


def _sources(public: Path) -> Iterator[Path]:
	for base, folders, files in os.walk(public):
		folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
		yield from (Path(base, name) for name in files if Path(name).suffix in SOURCES)
