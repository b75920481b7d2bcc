"""Node.js projects of dev/: each is installed by its lock file into a folder of its own under build/node."""

import errno
import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.engine.paths import NODE

Progress = Callable[[str], None]
MINIMUM = (18, 17)


class NodeError(RuntimeError):
	"""Node.js, npm or a package is not to be had; the message is one line that says what to do."""


def require() -> None:
	"""Raise NodeError unless node and npm are there and new enough."""
	for program in ("node", "npm"):
		if not shutil.which(program):
			raise NodeError(f"{program} is missing (on Debian: apt-get install npm)")
	said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
	if tuple(int(part) for part in said.lstrip("v").split(".")[:2]) < MINIMUM:
		raise NodeError(f"node {said} is too old: {'.'.join(map(str, MINIMUM))} or newer is needed")


def install(project: Path, progress: Progress = lambda line: None) -> Path:
	"""Copy `project` (its package.json, lock file and scripts) to build/node/<name> with its packages beside it.

	The scripts go along because Node looks for packages from where a script lies. Nothing is done when nothing changed.
	"""
	require()
	home = NODE / project.name
	home.mkdir(parents=True, exist_ok=True)
	with locked(home):
		packages = [project / "package.json", project / "package-lock.json"]
		stamp = hashlib.sha256(b"".join(file.read_bytes() for file in packages)).hexdigest()
		installed = home / "installed"
		if not (installed.exists() and installed.read_text() == stamp):
			installed.unlink(missing_ok=True)
			for file in packages:
				shutil.copyfile(file, home / file.name)
			progress("installing npm packages")
			_npm_ci(home)
			installed.write_text(stamp)
		for script in project.glob("*.mjs"):
			shutil.copyfile(script, home / script.name)
	return home


def _npm_ci(home: Path) -> None:
	# No package's own install script is run: esbuild's program comes inside a package of its own.
	command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
	result = subprocess.run(command, cwd=home, capture_output=True, text=True, stdin=subprocess.DEVNULL)
	if result.returncode == 0:
		return
	said = result.stderr + result.stdout
	if "ENOSPC" in said:
		raise OSError(errno.ENOSPC, "no space left on the disk", str(home))
	if "EINTEGRITY" in said:
		raise NodeError("an npm package has not the hash that package-lock.json names: not installed")
	if any(code in said for code in ("ENOTFOUND", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "EAI_AGAIN")):
		raise NodeError("npm could not reach its registry")
	lines = [
		line for line in said.splitlines() if line.startswith("npm error") and "log of this run" not in line
	]
	raise NodeError(f"npm ci failed in {home}: {lines[0] if lines else said.strip()[:200]}")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
	"""One at a time: a demo and a test run may start together."""
	with open(folder / ".lock", "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		yield
