"""docs/security.md: every number of the attack list has its place, and the tests that a row names are about it."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
LIST = {f"T{n:02}" for n in (*range(1, 19), *range(20, 35), *range(40, 52), *range(53, 77))}
"""The numbers of the list; those between are not used."""
ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| ((?:T\d\d ?)+) \| ([^|]*)\|$", re.MULTILINE)
ROWS = [(threat, numbers.split(), files.split()) for threat, numbers, files in ROW.findall(PAGE)]


def mentions(file: str, number: str) -> bool:
	"""Whether a test's name or a comment has the number."""
	text = (TESTS / file).read_text(encoding="utf-8")
	return bool(re.search(rf"(?:\b{number}\b|_{number.lower()}_)", text))


def test_the_whole_list_is_there_once():
	found = [number for _threat, numbers, _files in ROWS for number in numbers]
	assert sorted(found) == sorted(LIST)


@pytest.mark.parametrize(("threat", "numbers", "files"), ROWS, ids=lambda v: v if isinstance(v, str) else "")
def test_the_tests_of_a_row_are_about_it(threat, numbers, files):
	for number in numbers:
		assert any(mentions(file, number) for file in files), f"no test that the row names has {number}"
	for file in files:
		assert any(mentions(file, number) for number in numbers) or file == "test_fuzz_endpoint.py", file
