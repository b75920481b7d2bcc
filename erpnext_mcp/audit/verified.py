"""What the last verification by the scheduler has found, kept where the desk can ask for it at once.

It is kept in Frappe's own table of defaults, whose rows are in the cache: a row of a DocType of ours would be one more
that somebody has to be kept from changing. It is told on the desk, and proves nothing.
"""

import json
import time
from dataclasses import asdict, dataclass

import frappe
from frappe.cache_manager import clear_defaults_cache
from frappe.utils import add_days, now, now_datetime

from erpnext_mcp.audit import log, verify
from erpnext_mcp.audit.chain import moment

PARENT, KEY = "__erpnext_mcp_audit", "verified"
"""`parent` and `defkey` of our row in tabDefaultValue."""

TIME_LIMIT = 20 * 60
"""Seconds after which a verification is given up: jobs of the scheduler's long queue have 25 minutes. About 100,000 entries
take 10 to 20 seconds (docs/performance.md)."""
RECENT_DAYS = 31
"""Where the whole audit takes longer than that, entries of these days alone are read again; the chain always is."""


@dataclass(frozen=True)
class Verified:
	"""One verification. `problem` is empty when nothing is wrong."""

	at: str
	problem: str
	finished: bool
	"""Whether it has come to its end within the time limit: if not, no `problem` means nothing."""
	since: str
	"""Entries of seals older than this were not read again; empty: all were."""
	seals: int
	entries: int
	unsealed: int
	told: str
	"""The problem that administrators were told of last; empty again when the whole audit is as it was written."""


class OutOfTime(Exception):
	"""The time limit is over."""


def run(time_limit: float = TIME_LIMIT) -> tuple[Verified, bool]:
	"""Verifies the audit and keeps what was found; commits.

	:param time_limit: seconds
	:returns: what was found, and whether it is something that nobody was told of
	"""
	before = last()
	since = ""
	if before and (before.since or not before.finished):
		# The whole audit was too much: a look at what is new is worth more than one that never ends.
		since = moment(add_days(now_datetime(), -RECENT_DAYS))
	end = time.monotonic() + time_limit

	def progress(_seals: int) -> None:
		if time.monotonic() > end:
			raise OutOfTime

	finished = True
	try:
		verdict = verify.verify(since=since, progress=progress)
	except OutOfTime:
		verdict, finished = verify.Verdict(), False
	problem = verdict.problem or ""
	told = before.told if before else ""
	is_news = bool(problem) and problem != told
	if problem:
		told = problem
		log.alarm(now(), problem)
	elif finished and not since:
		told = ""
	found = Verified(now(), problem, finished, since, verdict.seals, verdict.entries, verdict.unsealed, told)
	frappe.defaults.set_default(KEY, json.dumps(asdict(found)), PARENT)
	frappe.db.commit()
	clear_defaults_cache(PARENT)  # somebody may have kept the old ones before the commit
	return found, is_news


def last() -> Verified | None:
	"""What was found last; None when no verification has run yet. No query when warm."""
	text = frappe.defaults.get_defaults_for(PARENT).get(KEY)
	try:
		return Verified(**json.loads(text)) if text else None
	except (TypeError, ValueError):
		return None  # of another version of the app


def forget() -> None:
	"""Drops what was kept, after an uninstall."""
	frappe.defaults.clear_default(parent=PARENT)
