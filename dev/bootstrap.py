"""`make setup`: from a machine with Python 3.11+ and pip to build/venv and build/engine. Standard library only.

    python3 dev/bootstrap.py

Makes the virtualenv, installs dev/requirements.txt into it in one go, fetches the pinned monoframe wheel with pip, checks its hash,
and writes and compiles the renamed copy (dev/engine/wheel.py). Each step is skipped while the stamp of what it depends on is unchanged.
Whatever is missing is said in one line.
"""

import errno
import fcntl
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MINIMUM = (3, 11)
REQUIREMENTS = ROOT / "dev" / "requirements.txt"
NEEDED_MB = 1500


class Problem(Exception):
	"""Something the user has to know, in one line."""


def main() -> int:
	try:
		check_machine()
		sys.path.insert(0, str(ROOT))
		from dev.engine import paths

		paths.BUILD.mkdir(exist_ok=True)
		with open(paths.BUILD / ".bootstrap.lock", "w") as lock:
			fcntl.flock(lock, fcntl.LOCK_EX)
			make_venv(paths.VENV)
			make_engine()
	except Problem as problem:
		print(f"setup: {problem}", file=sys.stderr)
		return 1
	except OSError as error:
		if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
			raise
		print(f"setup: can't write below {ROOT / 'build'}: {error.strerror}", file=sys.stderr)
		return 1
	except KeyboardInterrupt:
		print("setup: stopped", file=sys.stderr)
		return 130
	return 0


def check_machine() -> None:
	if sys.version_info < MINIMUM:
		raise Problem(
			f"Python {'.'.join(map(str, MINIMUM))} or newer is needed, this is {sys.version.split()[0]}"
		)
	if (free := shutil.disk_usage(ROOT).free // 2**20) < NEEDED_MB and not (ROOT / "build" / "venv").exists():
		raise Problem(f"{NEEDED_MB} MB of disk are needed below {ROOT}, {free} MB are free")


def make_venv(venv: Path) -> None:
	"""build/venv with everything of dev/requirements.txt."""
	python_stamp, requirements_stamp = venv / ".python", venv / ".requirements"
	python, requirements = f"{sys.version} {ROOT}", REQUIREMENTS.read_text()
	if _read(python_stamp) != python:
		say(f"making a virtualenv with Python {sys.version.split()[0]} ...")
		shutil.rmtree(venv, ignore_errors=True)
		try:
			import ensurepip
			from venv import EnvBuilder
		except ImportError:
			raise Problem("python3-venv is missing: run `apt-get install python3-venv`")
		EnvBuilder(with_pip=True, symlinks=True).create(venv)
		python_stamp.write_text(python)
	if _read(requirements_stamp) != requirements:
		started = time.monotonic()
		say("installing the requirements (about 100 MB) ...")
		_pip("install", "--progress-bar", "off", "-r", str(REQUIREMENTS), show=True)
		requirements_stamp.write_text(requirements)
		say(f"  installed ({time.monotonic() - started:.0f} s)")


def make_engine() -> None:
	"""build/engine/frappe from the pinned wheel."""
	from dev.engine import paths, wheel

	stamp = wheel.stamp() + sys.version
	stamp_file = paths.ENGINE / ".stamp"
	if _read(stamp_file) == stamp:
		return
	started = time.monotonic()
	file = paths.WHEELS / wheel.FILENAME
	if not file.exists():
		say(f"fetching {wheel.NAME} {wheel.VERSION} ...")
		paths.WHEELS.mkdir(parents=True, exist_ok=True)
		_pip(
			"download",
			"--no-deps",
			"--only-binary",
			":all:",
			"--dest",
			str(paths.WHEELS),
			f"{wheel.NAME}=={wheel.VERSION}",
		)
	if (found := wheel.sha256(file)) != wheel.SHA256:
		file.unlink()
		raise Problem(
			f"{file.name} has the sha256 {found}, not the pinned {wheel.SHA256}; it was removed, nothing was run"
		)
	say("writing the engine ...")
	stamp_file.unlink(missing_ok=True)
	wheel.write_copy(file, paths.ENGINE)
	# Explicitly, for PYTHONDONTWRITEBYTECODE may be set, and each first import would then compile everything.
	compiler = [
		paths.VENV / "bin" / "python",
		"-W",
		"ignore",
		"-m",
		"compileall",
		"-q",
		"-j",
		"0",
		paths.ENGINE,
	]
	if subprocess.run(compiler).returncode:
		raise Problem("the engine does not compile with this Python")
	stamp_file.write_text(stamp)
	say(f"  written ({time.monotonic() - started:.0f} s)")


def _pip(*arguments: str, show: bool = False) -> None:
	"""Run the virtualenv's pip; with `show`, a line for each package that it fetches."""
	from dev.engine import paths

	command = [paths.VENV / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *arguments]
	process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	errors: list[str] = []
	reader = threading.Thread(target=lambda: errors.extend(process.stderr))
	reader.start()
	for line in process.stdout:
		if show and (line.startswith("Collecting ") or line.startswith("Installing collected")):
			say("  " + line.split(" (from")[0].split(":")[0].strip())
	reader.join()
	if process.wait():
		said = [line.strip() for line in errors if line.startswith("ERROR")] or ["unknown error"]
		raise Problem(f"pip {arguments[0]} failed (no network? no disk?): {said[-1]}")


def _read(path: Path) -> str | None:
	try:
		return path.read_text()
	except FileNotFoundError:
		return None


def say(message: str) -> None:
	print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
	sys.exit(main())
