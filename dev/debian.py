"""Debian's packages for what the lanes need beside Python: installed with apt-get if this is root, else named in one line."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from dev.engine import paths

_POLICY = Path("/usr/sbin/policy-rc.d")


class PackageProblem(Exception):
	"""A package is missing and can't be installed; the message is one line that says what to do."""


def install(packages: Mapping[str, str], what_for: str) -> None:
	"""Install the packages (program -> package) whose programs are missing, without letting them start anything."""
	missing = sorted({package for program, package in packages.items() if not which(program)})
	if not missing:
		return
	if os.geteuid() or not shutil.which("apt-get"):
		raise PackageProblem(
			f"{what_for} needs the package{'s' * (len(missing) > 1)} {' and '.join(missing)}: install {'them' if len(missing) > 1 else 'it'}, or run as root"
		)
	print(f"Installing {', '.join(missing)} ...", file=sys.stderr, flush=True)
	environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
	with _alone(), _no_services_started():
		for arguments in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
			done = subprocess.run(
				["apt-get", "-q", *arguments],
				env=environment,
				stdin=subprocess.DEVNULL,
				capture_output=True,
				text=True,
			)
			if done.returncode:
				last = (done.stderr.strip().splitlines() or ["unknown error"])[-1]
				raise PackageProblem(f"apt-get {arguments[0]} failed: {last}")


def which(program: str) -> str | None:
	"""The program's path; servers lie in sbin, which isn't always in PATH."""
	return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
	"""One at a time: CI's lanes run side by side, and apt-get doesn't wait."""
	paths.BUILD.mkdir(exist_ok=True)
	with open(paths.BUILD / ".debian.lock", "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		yield


@contextlib.contextmanager
def _no_services_started() -> Iterator[None]:
	"""Debian's own way to say that packages must not start their services when they are installed."""
	if _POLICY.exists():
		yield
		return
	_POLICY.write_text("#!/bin/sh\nexit 101\n")
	_POLICY.chmod(0o755)
	try:
		yield
	finally:
		_POLICY.unlink()
