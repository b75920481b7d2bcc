"""Build what the browser loads into `build/assets/<key>`, the folder that a bench calls `sites/assets`.

Each app's bundles lie apart, in `build/assets/bundles/<app>-<key>`, and are linked from there: what changes in one app leaves
the bundles of those before it as they are (Frappe's take most of a minute, ours a second). A key is a hash of the sources, so
that nothing is built twice. Without npm the demo and the tests run all the same, only the Desk can't be opened:
`Result.problem` says why.
"""

import hashlib
import json
import os
import re
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
BUNDLE = re.compile(r"\.bundle\.(js|ts|scss|css)$")
BUNDLES = "bundles"  # below it, a folder per app and state of its sources
DONE = "build.json"  # written last: what was built
LISTS = ("assets.json", "assets-rtl.json")  # bundle -> URL
KEPT = 20  # folders of assets: other demos may be serving older ones


@dataclass
class Result:
	"""What came of it: `assets` can be linked as `sites/assets` whether or not the bundles could be built."""

	assets: str
	built: int = 0
	failed: list[str] = field(default_factory=list)
	seconds: float = 0.0  # what the builds took when they were made
	problem: str = ""


def apps() -> dict[str, Path]:
	"""The apps of the demo's bench."""
	return {"frappe": ENGINE / "frappe", "erpnext_mcp": ROOT / "erpnext_mcp", "demo_erp": DEV / "demo_erp"}


def build(apps: dict[str, Path], out: Path, progress: Progress = lambda line: None) -> Result:
	"""Build the bundles of `apps` (name -> package folder, in the order of apps.txt) below `out`, unless that has been done."""
	(out / BUNDLES).mkdir(parents=True, exist_ok=True)
	with locked(out):
		try:
			bundles = {
				app: _app_bundles(app, key, apps, out / BUNDLES, progress) for app, key in _keys(apps).items()
			}
		except NodeError as error:
			return Result(str(_without_bundles(apps, out)), problem=str(error))
		assets = _assembled(bundles, out)
		_link_public(assets, apps)
		_drop_old(out, keep=assets)
	made = [json.loads((folder / DONE).read_text()) for folder in bundles.values()]
	return Result(
		str(assets),
		built=sum(each["built"] for each in made),
		failed=[line for each in made for line in each["failed"]],
		seconds=sum(each["seconds"] for each in made),
	)


def _app_bundles(app: str, key: str, apps: dict[str, Path], out: Path, progress: Progress) -> Path:
	"""The folder with the app's bundles; they are built if they aren't there."""
	folder = out / f"{app}-{key}"
	if not (folder / DONE).exists():
		making = out / "making"
		shutil.rmtree(making, ignore_errors=True)
		making.mkdir()
		_make(app, apps, making, progress)
		shutil.rmtree(folder, ignore_errors=True)
		making.rename(folder)
	return folder


def _make(app: str, apps: dict[str, Path], making: Path, progress: Progress) -> None:
	started = time.monotonic()
	built: list[str] = []
	failed: list[str] = []
	if _has_bundles(apps[app]):
		home = node.install(HERE, progress)
		progress(f"building the Desk's bundles of {app}")
		summary = _run(home, making, app, apps)
		failed = [f"{entry['bundle']}: {entry['errors'][0]}" for entry in summary["failed"]]
		built = [name for name in summary["built"] if not name.startswith("rtl_")]
	else:
		for name in LISTS:
			(making / name).write_text("{}")
	done = {"built": len(built), "failed": failed, "seconds": time.monotonic() - started}
	(making / DONE).write_text(json.dumps(done))


def _assembled(bundles: dict[str, Path], out: Path) -> Path:
	"""One folder with the bundles of all apps, and their lists put together."""
	names = sorted(f"{folder.name}" for folder in bundles.values())
	assets = out / hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
	if not (assets / DONE).exists():
		shutil.rmtree(assets, ignore_errors=True)
		assets.mkdir()
		for app, folder in bundles.items():
			(assets / app).mkdir()
			if (folder / app / "dist").exists():
				_link(assets / app / "dist", Path("..", "..", BUNDLES, folder.name, app, "dist"))
		for name in LISTS:
			lists = [json.loads((folder / name).read_text()) for folder in bundles.values()]
			together = {bundle: url for entries in lists for bundle, url in entries.items()}
			(assets / name).write_text(json.dumps(together, indent="\t"))
		(assets / DONE).write_text(json.dumps(names))
	os.utime(assets)
	return assets


def _without_bundles(apps: dict[str, Path], out: Path) -> Path:
	"""Assets for a machine without npm: images and icons, but no bundles."""
	assets = out / "without-bundles"
	assets.mkdir(exist_ok=True)
	_link_public(assets, apps)
	for name in LISTS:
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


def _run(home: Path, out: Path, app: str, apps: dict[str, Path]) -> dict:
	command = ["node", "build.mjs", str(out), app, *(f"{app}={folder}" for app, folder in apps.items())]
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
	used = {name for folder in out.glob(f"*/{DONE}") for name in json.loads(folder.read_text())}
	for folder in (out / BUNDLES).iterdir():
		if folder.name not in used:
			shutil.rmtree(folder, ignore_errors=True)


def _keys(apps: dict[str, Path]) -> dict[str, str]:
	"""A hash per app: of its sources and of those of the apps before it, which it may import from."""
	digest = hashlib.sha256()
	for file in [*sorted(HERE.glob("*.mjs")), HERE / "package-lock.json"]:
		digest.update(file.read_bytes())
	keys = {}
	for app, folder in apps.items():
		for file in sorted(_sources(folder / "public")):
			digest.update(f"{app}/{file.relative_to(folder)}\0".encode())
			digest.update(file.read_bytes())
		keys[app] = digest.hexdigest()[:16]
	return keys


def _has_bundles(folder: Path) -> bool:
	return any(BUNDLE.search(file.name) for file in _sources(folder / "public"))


def _sources(public: Path) -> Iterator[Path]:
	for base, folders, files in os.walk(public):
		folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
		yield from (Path(base, name) for name in files if Path(name).suffix in SOURCES)
