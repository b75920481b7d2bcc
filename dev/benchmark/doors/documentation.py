"""Puts what was found into docs/performance.md, between the two marks of its lane, and the chart beside the other pictures."""

from pathlib import Path

from dev.benchmark.doors import report
from dev.benchmark.doors.drawing import draw
from dev.benchmark.doors.findings import Findings

ENGINE = "engine"


class NoPlace(Exception):
	"""The page has no marks for the lane."""


def lane_of(found: Findings) -> str:
	"""`engine`, or the major version of the bench's Frappe: `v16`."""
	return found.lane if found.lane == ENGINE else f"v{str(found.about['frappe']).partition('.')[0]}"


def write(found: Findings, docs: Path) -> Path:
	"""
	:param docs: the folder of the documentation
	:returns: the page
	:raises NoPlace: it does not expect this lane
	"""
	lane, page = lane_of(found), docs / "performance.md"
	begin, end = f"<!-- doors {lane} -->", f"<!-- end of doors {lane} -->"
	before, found_begin, rest = page.read_text().partition(begin)
	_, found_end, after = rest.partition(end)
	if not found_begin or not found_end:
		raise NoPlace(f"{page} has no {begin} ... {end}")
	picture = f"images/doors-{lane}.svg"
	(docs / picture).write_text(draw(found))
	text = f"![The doors against Frappe's REST, {lane}]({picture})\n\n{report.text(found)}"
	page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")
	return page
