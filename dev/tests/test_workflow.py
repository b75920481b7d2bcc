""".github/workflows: valid, and every command in it exists with its options."""

import re
from pathlib import Path

import pytest
import yaml

from dev.docs import shell

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
BY_MAJOR = re.compile(r"[\w-]+/[\w-]+@v\d+")
BRANCHES = {"15", "16"}


def jobs() -> list[tuple[str, dict]]:
	return [
		(f"{path.name}: {name}", job)
		for path in FILES
		for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
	]


def cases(job: dict) -> list[dict[str, str]]:
	"""The values of `matrix.*` of every run of a job."""
	matrix = job.get("strategy", {}).get("matrix", {})
	if "include" in matrix:
		return matrix["include"]
	runs: list[dict[str, str]] = [{}]
	for key, values in matrix.items():
		runs = [{**run, key: value} for run in runs for value in values]
	return runs


def filled(text: str, case: dict[str, str]) -> str:
	"""With the expressions' values; fails for one that there is not."""

	def value(match: re.Match) -> str:
		scope, _dot, name = match[1].partition(".")
		assert scope == "matrix", match[0]
		return str(case[name])

	return EXPRESSION.sub(value, text)


def test_there_are_some():
	assert FILES


@pytest.mark.parametrize(("name", "job"), jobs(), ids=lambda v: v if isinstance(v, str) else "")
def test_commands_exist(name: str, job: dict):
	for case in cases(job):
		for step in job["steps"]:
			assert ("run" in step) != ("uses" in step)
			if "run" in step:
				shell.check(filled(step["run"], case))


@pytest.mark.parametrize(("name", "job"), jobs(), ids=lambda v: v if isinstance(v, str) else "")
def test_actions_are_pinned_by_major_version(name: str, job: dict):
	assert job["timeout-minutes"] and job["runs-on"] == "ubuntu-latest"
	used = [step["uses"] for step in job["steps"] if "uses" in step]
	assert used and all(BY_MAJOR.fullmatch(action) for action in used), used


def test_both_versions_of_frappe_run_the_tests():
	(bench,) = (job for name, job in jobs() if name.endswith(": bench"))
	assert {case["frappe"] for case in cases(bench)} == BRANCHES
	last = bench["steps"][-1]["run"]
	assert last.startswith("make test ") and "BENCH=" in last and "SITE=" in last
	assert {"BENCH", "SITE"} <= set(bench["env"])


def test_the_engine_runs_what_ci_runs():
	(engine,) = (job for name, job in jobs() if name.endswith(": engine"))
	ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
	for case in cases(engine):
		assert re.search(rf"\b(run|make .*) {case['target']}\b", ci), case


def test_nobody_gets_more_than_reading():
	for path in FILES:
		data = yaml.safe_load(path.read_text(encoding="utf-8"))
		assert data["permissions"] == {"contents": "read"}
		assert "secrets." not in path.read_text(encoding="utf-8")
