"""What a release needs: version, changelog, classifiers and licences agree; an audit of dependencies can't be mistaken."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
import tomllib
from packaging.requirements import Requirement
from packaging.version import Version

import erpnext_mcp
from dev import audit, licenses

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROW = re.compile(r"^\| ([\w-]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)


def test_the_newest_version_of_the_changelog_is_the_apps():
	versions = re.findall(r"^## (\S+) \((unreleased|\d{4}-\d\d-\d\d)\)$", CHANGELOG, re.MULTILINE)
	assert versions and versions[0][0] == erpnext_mcp.__version__
	assert sorted((Version(v) for v, _date in versions), reverse=True) == [
		Version(v) for v, _date in versions
	]


def test_the_changelog_is_of_the_kinds_it_names():
	kinds = set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE))
	assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_classifiers_say_what_the_rest_says():
	classifiers = PROJECT["project"]["classifiers"]
	lowest = re.search(r">=3\.(\d+)", PROJECT["project"]["requires-python"])[1]
	named = [re.fullmatch(r"Programming Language :: Python :: 3\.(\d+)", c) for c in classifiers]
	pythons = [int(match[1]) for match in named if match]
	assert pythons and min(pythons) >= int(lowest)
	assert "License :: OSI Approved :: MIT License" in classifiers
	assert "Framework :: Frappe" not in classifiers, "PyPI knows no such classifier"


def test_supported_versions_are_those_of_the_changelog():
	page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
	major, minor, _patch = erpnext_mcp.__version__.split(".")
	assert f"| {major}.{minor}.x | yes |" in page
	low, high = re.search(
		r">=(\d+)\.0\.0,<(\d+)\.0\.0", PROJECT["tool"]["bench"]["frappe-dependencies"]["frappe"]
	).groups()
	for version in range(int(low), int(high)):
		assert f"v{version}" in page


def test_every_installed_dependency_is_on_the_page_with_its_licence():
	rows = dict(ROW.findall(licenses.PAGE.read_text(encoding="utf-8")))
	packages = licenses.packages()
	assert len(packages) > 10
	for name in packages:
		assert rows.get(name) == licenses.licence(distribution(name)), f"{name}: run python -m dev.licenses"
	# On another Python fewer are needed, but none that nobody names.
	named = {Requirement(text).name for name in packages for text in distribution(name).requires or ()}
	assert set(rows) - {"package"} <= set(packages) | {re.sub(r"[-_.]+", "-", n).lower() for n in named}


def test_all_licences_go_with_ours():
	for name in licenses.packages():
		found = licenses.licence(distribution(name))
		assert licenses.is_permissive(found), f"{name}: {found}"


@pytest.mark.parametrize(
	("name", "permissive"),
	[
		("MIT", True),
		("Apache-2.0 OR BSD-3-Clause", True),
		("(MIT OR Apache-2.0) AND PSF-2.0", True),
		("GPL-3.0-only", False),
		("MIT AND GPL-3.0-only", False),
		("not said", False),
	],
)
def test_which_licences_do(name: str, permissive: bool):
	assert licenses.is_permissive(name) is permissive


def report(*dependencies: dict) -> dict:
	return {"dependencies": list(dependencies), "fixes": []}


GOOD = {"name": "mcp", "version": "2.3.0", "vulns": []}
BAD = {"name": "h11", "version": "0.1", "vulns": [{"id": "GHSA-1", "fix_versions": ["0.2"], "aliases": []}]}
UNKNOWN = {"name": "idna", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
	("dependencies", "status", "words"),
	[
		([GOOD], audit.CLEAN, "1 packages audited, 0 known"),
		([GOOD, BAD], audit.VULNERABLE, "h11 0.1: GHSA-1 (fixed in 0.2)"),
		([GOOD, UNKNOWN], audit.UNKNOWN, "not audited, the vulnerability service does not answer for: idna"),
		([UNKNOWN, BAD], audit.VULNERABLE, "GHSA-1"),
		([], audit.UNKNOWN, "0 packages audited"),
	],
)
def test_what_could_not_be_audited_is_not_called_clean(dependencies, status, words):
	findings = audit.read(report(*dependencies))
	assert findings.status == status and words in audit.said(findings)
