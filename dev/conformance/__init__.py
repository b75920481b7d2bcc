"""MCP's official conformance suite against the app's own transport, with the registry of `fixtures` behind it.

`run(revision, url)` runs what a revision of the specification asks of servers and says which scenarios failed; what is
expected to fail, and why, stands in expected-failures.yml. The suite can't authenticate, so `with_key` puts an API key
into each request on its way to Frappe.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from dev import node

FOLDER = Path(__file__).parent
TIMEOUT = 120

_SUITE = Path("node_modules/@modelcontextprotocol/conformance")
_NODE = Path("node_modules/.bin/node")


@dataclass(frozen=True)
class Results:
	"""What a run has shown.

	`required`: the scenarios that the revision requires; `failed`: of all that ran, those that failed, with what they said;
	`not_run`: those that could not be run; `output`: all that the suite printed.
	"""

	required: frozenset[str]
	failed: dict[str, str]
	not_run: frozenset[str]
	output: str

	@property
	def passed(self) -> frozenset[str]:
		"""Of those that are required."""
		return self.required - self.failed.keys() - self.not_run


def install(progress: node.Progress = lambda line: None) -> Path:
	"""Install the suite under build/node; raises `dev.node.NodeError` where Node.js or npm is missing."""
	return node.install(FOLDER, progress)


def expected_failures(revision: str) -> dict[str, str]:
	"""By scenario, the reason."""
	return yaml.safe_load((FOLDER / "expected-failures.yml").read_text())[revision]


def run(revision: str, url: str) -> Results:
	"""Run the scenarios of a revision of the protocol, which the suite has to know."""
	home = install()
	# The suite needs Node.js 22. Where npm has none for the machine, the machine's own has to do.
	program = home / _NODE if (home / _NODE).exists() else shutil.which("node")
	with TemporaryDirectory() as folder:
		result = subprocess.run(
			[
				str(program),
				str(home / _SUITE / "dist/index.js"),
				*("server", "--url", url, "--requirements", revision, "--output-dir", folder),
			],
			cwd=home,
			capture_output=True,
			text=True,
			stdin=subprocess.DEVNULL,
			timeout=TIMEOUT,
		)
		checks = {
			_scenario(file): json.loads(file.read_text()) for file in Path(folder).glob("*/checks.json")
		}
	requirements = yaml.safe_load((home / _SUITE / "requirements" / f"{revision}.yaml").read_text())
	required = frozenset(requirements["server"])
	others = {each["scenario"] for each in requirements["not_scored"] if each["leg"] == "server"}
	return Results(
		required,
		{name: said for name, found in checks.items() if (said := _failures(found))},
		(required | others) - checks.keys(),
		result.stdout + result.stderr,
	)


def with_key(application: Callable, authorization: str) -> Callable:
	"""A WSGI application whose callers all send this Authorization header."""

	def authorized(environ: dict[str, Any], start_response: Callable) -> Any:
		return application({**environ, "HTTP_AUTHORIZATION": authorization}, start_response)

	return authorized


def _scenario(checks: Path) -> str:
	"""`.../server-SCENARIO-2026-11-22T17-25-00-925Z/checks.json`"""
	return checks.parent.name.removeprefix("server-")[: -len("-2026-11-22T17-25-00-925Z")]


def _failures(checks: list[dict[str, Any]]) -> str:
	return "; ".join(
		f"{check['id']}: {check.get('errorMessage', '')}" for check in checks if check["status"] == "FAILURE"
	)
