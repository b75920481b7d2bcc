"""`make audit`: pip-audit on what pip installs along with the app, with an answer that can't be mistaken.

pip-audit ends with success where its service knows nothing of a package, or can't be reached for it: here that is a failure of its own.
"""

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "audit"
TOOL = "pip-audit==2.10.1"
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 2
"""What `main` ends with."""


@dataclass(frozen=True)
class Findings:
	"""What pip-audit found: packages that were looked up, `package version: id` of what is known, and those it could not tell of."""

	audited: tuple[str, ...]
	vulnerable: tuple[str, ...]
	unknown: tuple[str, ...]

	@property
	def status(self) -> int:
		if self.vulnerable:
			return VULNERABLE
		return UNKNOWN if self.unknown or not self.audited else CLEAN


def read(report: dict[str, Any]) -> Findings:
	"""pip-audit's JSON. Pure."""
	audited, vulnerable, unknown = [], [], []
	for dependency in report["dependencies"]:
		if "skip_reason" in dependency:
			unknown.append(dependency["name"])
			continue
		name = f"{dependency['name']} {dependency['version']}"
		audited.append(name)
		for known in dependency["vulns"]:
			fixed = ", ".join(known.get("fix_versions") or ()) or "none yet"
			vulnerable.append(f"{name}: {known['id']} (fixed in {fixed})")
	return Findings(tuple(audited), tuple(vulnerable), tuple(unknown))


def said(findings: Findings) -> str:
	"""The findings for a terminal."""
	lines = [*findings.vulnerable]
	if findings.unknown:
		lines.append(
			f"not audited, the vulnerability service does not answer for: {', '.join(findings.unknown)}"
		)
	lines.append(
		f"{len(findings.audited)} packages audited, {len(findings.vulnerable)} known vulnerabilities"
	)
	return "\n".join(lines)


def main() -> int:
	python = HOME / "bin" / "python"
	if not (HOME / "bin" / "pip-audit").exists():
		venv.create(HOME, with_pip=True, clear=True)
		subprocess.run([python, "-m", "pip", "-q", "install", TOOL], check=True)
	# The project's folder: its dependencies are resolved as pip would for a user, newest first.
	command = [python, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", str(ROOT)]
	done = subprocess.run(command, capture_output=True, text=True)
	try:
		findings = read(json.loads(done.stdout))
	except (ValueError, LookupError, TypeError):
		print(f"pip-audit could not look anything up: {done.stderr.strip()[-300:]}", file=sys.stderr)
		return UNKNOWN
	print(said(findings))
	return findings.status


if __name__ == "__main__":
	sys.exit(main())
