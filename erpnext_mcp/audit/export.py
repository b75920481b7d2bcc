"""Entries, or the heads of seals, as text for other programs: CSV for spreadsheets, JSON lines exact."""

import csv
import datetime
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from erpnext_mcp.audit import table
from erpnext_mcp.audit.chain import moment
from erpnext_mcp.audit.entry import STANDARD

CSV, JSON_LINES = "csv", "jsonl"
FORMATS = (CSV, JSON_LINES)
ROWS_PER_PAGE = 1000

COLUMNS = ("timestamp", *(c for c in table.ENTRY_COLUMNS if c not in STANDARD))
HEAD_COLUMNS = ("sequence", "time", "entries", "mac")
NO_HEADS = "it has no columns sequence and mac"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for a formula at the beginning of a text."""


def entries(since: str = "", until: str = "") -> Iterator[dict[str, Any]]:
	"""The entries between two times, in their order."""
	last = (since or "0001-01-01", "")
	while rows := table.entries_after(last, ROWS_PER_PAGE, until):
		for row in rows:
			yield {column: _plain(row[column]) for column in COLUMNS}
		last = (moment(rows[-1]["timestamp"]), rows[-1]["name"])


def heads(since: str = "", until: str = "") -> Iterator[dict[str, Any]]:
	"""The heads of the seals that were made between two times, to be kept elsewhere."""
	after = 0
	while page := table.seals(after, ROWS_PER_PAGE):
		for _, seal in page:
			if seal.sealed_at >= since and (not until or seal.sealed_at < until):
				yield dict(
					zip(
						HEAD_COLUMNS, (seal.sequence, seal.sealed_at, seal.entry_count, seal.mac), strict=True
					)
				)
		after = page[-1][1].sequence


def lines(rows: Iterable[dict[str, Any]], form: str, columns: Iterable[str]) -> Iterator[str]:
	"""Rows as lines with their ends.

	:param form: one of FORMATS
	"""
	if form == JSON_LINES:
		for row in rows:
			yield json.dumps(row, ensure_ascii=False) + "\n"
		return
	buffer = io.StringIO()
	writer = csv.writer(buffer)
	columns = list(columns)

	def line(values: Iterable[Any]) -> str:
		buffer.seek(0)
		buffer.truncate()
		writer.writerow(values)
		return buffer.getvalue()

	yield line(columns)
	for row in rows:
		yield line(_safe(row[column]) for column in columns)


def read_heads(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
	"""The heads of a file that `heads` has made, in either format.

	:raises ValueError: it is no such file
	"""
	rest = iter(lines)
	first = next(rest, "")
	if first.startswith("{"):
		yield from _heads(json.loads(line) for line in chain([first], rest) if line.strip())
	else:
		reader = csv.DictReader(chain([first], rest))
		if first and not {"sequence", "mac"} <= set(reader.fieldnames or ()):
			raise ValueError(NO_HEADS)
		yield from _heads(reader)


def _heads(rows: Iterable[Any]) -> Iterator[tuple[int, str]]:
	for row in rows:
		try:
			yield int(row["sequence"]), str(row["mac"])
		except (KeyError, TypeError) as e:
			raise ValueError(NO_HEADS) from e


def _plain(value: Any) -> Any:
	if isinstance(value, datetime.datetime):
		return moment(value)
	return value


def _safe(value: Any) -> Any:
	if isinstance(value, str) and value.startswith(FORMULA_STARTS):
		return "'" + value
	return "" if value is None else value
