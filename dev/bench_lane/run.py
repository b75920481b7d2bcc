"""`make test BENCH=... SITE=...`: prepare a real bench and run the app's tests there, with the bench's own Python.

    python3 dev/bench_lane/run.py BENCH SITE [pytest arguments]

What the bench lacks is added, and said: pytest and its plugins into its virtualenv; this checkout as an app of the bench, on the site.
The site must allow tests; they make users, profiles and documents on it and remove them again. Standard library only.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = "erpnext_mcp"
TEST_PACKAGES = {
	"pytest": "pytest",
	"pytest-timeout": "pytest_timeout",
	"hypothesis": "hypothesis",
	"httpx": "httpx",
	"markdown-it-py": "markdown_it",
}
"""What the tests need, and the name by which it is imported."""


class Problem(Exception):
	"""Something the user has to know, in one line."""


class Bench:
	"""A real bench, and the site of it that the tests are for."""

	def __init__(self, folder: Path, site: str):
		self.folder, self.site = folder, site
		self.sites = folder / "sites"
		self.python = folder / "env" / "bin" / "python"

	def check(self) -> None:
		if not self.sites.is_dir() or not (self.folder / "apps").is_dir():
			raise Problem(f"{self.folder} is no bench: it has no sites/ and apps/")
		if not self.python.exists():
			raise Problem(f"{self.python} is missing: this bench has no virtualenv")
		if not self.site:
			raise Problem("say which site: make test BENCH=... SITE=name")
		config = self.sites / self.site / "site_config.json"
		if not config.exists():
			raise Problem(f"the bench has no site {self.site!r}")
		allowed = [
			json.loads(path.read_text())
			for path in (self.sites / "common_site_config.json", config)
			if path.exists()
		]
		if not any(settings.get("allow_tests") for settings in allowed):
			raise Problem(
				f"the site doesn't allow tests: bench --site {self.site} set-config allow_tests true"
			)

	def add_test_packages(self) -> None:
		missing = [name for name, module in TEST_PACKAGES.items() if self._python_fails(f"import {module}")]
		if missing:
			say(f"installing {', '.join(missing)} into the bench's virtualenv")
			self._pip(
				"install", *(f"{name}=={version}" for name, version in _pinned().items() if name in missing)
			)

	def add_app(self) -> None:
		"""Link this checkout into apps/, install it into the virtualenv, and on the site."""
		link = self.folder / "apps" / APP
		if not link.exists():
			say(f"linking {ROOT} as apps/{APP}")
			link.symlink_to(ROOT)
		elif link.resolve() != ROOT:
			raise Problem(f"apps/{APP} of the bench is another checkout: {link.resolve()}")
		if self._python_fails(f"import {APP}, mcp, jsonschema"):
			say(f"installing {APP} and its requirements into the bench's virtualenv")
			self._pip("install", "-e", str(link))
		apps_txt = self.sites / "apps.txt"
		if APP not in apps_txt.read_text().split():
			apps_txt.write_text("\n".join([*apps_txt.read_text().split(), APP]) + "\n")
		listed = self.command("list-apps").split()
		if APP not in listed:
			say(f"installing {APP} on the site {self.site}")
			self.command("install-app", APP)

	def command(self, *arguments: str) -> str:
		"""What a bench command prints."""
		helper = [str(self.python), "-m", "frappe.utils.bench_helper", "frappe", "--site", self.site]
		done = subprocess.run([*helper, *arguments], cwd=self.sites, capture_output=True, text=True)
		if done.returncode:
			raise Problem(f"bench {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
		return done.stdout

	def pytest(self, arguments: list[str]) -> int:
		environment = {
			**os.environ,
			"PYTHONPATH": str(ROOT),
			"BENCH_LANE_BENCH": str(self.folder),
			"BENCH_LANE_SITE": self.site,
		}
		command = [str(self.python), "-m", "pytest", "-q", "-p", "dev.bench_lane.pytest_plugin"]
		has_paths = any((ROOT / argument.partition("::")[0]).exists() for argument in arguments)
		paths = [] if has_paths else [f"{APP}/tests"]
		return subprocess.run([*command, *paths, *arguments], cwd=ROOT, env=environment).returncode

	def _python_fails(self, code: str) -> bool:
		return (
			subprocess.run([str(self.python), "-c", code], cwd=self.sites, capture_output=True).returncode
			!= 0
		)

	def _pip(self, *arguments: str) -> None:
		done = subprocess.run([str(self.python), "-m", "pip", "-q", *arguments], stdin=subprocess.DEVNULL)
		if done.returncode:
			raise Problem(f"pip {arguments[0]} failed in the bench's virtualenv")


def _pinned() -> dict[str, str]:
	"""The versions that dev/requirements.txt names."""
	lines = (ROOT / "dev" / "requirements.txt").read_text().splitlines()
	pairs = (
		line.split(";")[0].strip().split("==") for line in lines if "==" in line and not line.startswith("#")
	)
	return dict(pairs)


def say(message: str) -> None:
	print(f"bench: {message}", file=sys.stderr, flush=True)


def main(folder: str, site: str, *arguments: str) -> int:
	bench = Bench(Path(folder).resolve(), site)
	try:
		bench.check()
		bench.add_test_packages()
		bench.add_app()
	except Problem as problem:
		say(str(problem))
		return 1
	return bench.pytest(list(arguments))


if __name__ == "__main__":
	if len(sys.argv) < 3:
		sys.exit(__doc__)
	sys.exit(main(*sys.argv[1:]))
