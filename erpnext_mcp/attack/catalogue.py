"""All attacks by the numbers of the T-list, and those that only the test suite can make."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from erpnext_mcp.attack.attacker import NotRecorded
from erpnext_mcp.attack.trial import Run, Trial
from erpnext_mcp.attack.verdict import SUITE, Verdict

NUMBERS = tuple(
	f"T{n:02}" for n in (*range(1, 19), *range(20, 35), *range(40, 52), *range(53, 61), *range(61, 77))
)
"""Of the list; some numbers were never given."""


@dataclass(frozen=True)
class Attack:
	"""`attempt` sends and judges; `writes` where what it sends would write; `last` where it looks at what the others have got."""

	number: str
	title: str
	attempt: Callable[[Trial], None]
	writes: bool = False
	last: bool = False


ATTACKS: list[Attack] = []


def attack(
	number: str, title: str, *, writes: bool = False, last: bool = False
) -> Callable[[Callable], Callable]:
	"""Registers a function that makes one attack."""

	def register(attempt: Callable[[Trial], None]) -> Callable[[Trial], None]:
		ATTACKS.append(Attack(number, title, attempt, writes, last))
		return attempt

	return register


COVERED = {
	"T14": ("Reading around Frappe's permissions in the code", "test_architecture"),
	"T23": ("A failed call that leaves part of its work", "test_transactions, test_deadline"),
	"T24": ("A commit in the middle of a call", "test_transactions"),
	"T31": ("A value changed on the way without a word", "test_write_tools"),
	"T32": ("Business data repaired by the tool itself", "test_write_tools"),
	"T47": ("A limiter per process, or one that forgets refusals", "test_limits"),
	"T48": ("A cache shared across users, or stale after a change", "test_policy_cache, test_document_cache"),
	"T49": ("State of one request seen by another", "test_endpoint, test_uvicorn_door"),
	"T51": ("Anything but frames on a stdio channel", "test_stdio"),
	"T58": ("A role, profile or user taken away, and still let in", "test_policy_cache, test_two_processes"),
	"T59": ("Install, migrate, uninstall; names of other apps", "test_install, dev/tests/test_lifecycle"),
	"T60": ("Queued work reported as done", "test_reports"),
	"T67": ("A dry run or a duplicate error as an oracle", "test_write_errors, test_limits"),
	"T70": ("A mask reversed by planting values", "test_masks, test_noninterference"),
	"T71": ("Idempotency keys across users", "test_idempotency"),
	"T72": ("A binding that lapses with dates, switch or app", "test_binding, test_commands"),
	"T74": ("Limits multiplied by clients", "test_limits, test_suspension"),
	"T75": ("A disabled strict profile that falls through to a wider one", "test_profile_choice"),
}
"""(title, tests) of what takes crashes, load, a second process or changed rules."""


def attacks() -> list[Attack]:
	"""All of them, in the order in which they are made."""
	# They register themselves here.
	from erpnext_mcp.attack.themes import (
		audit,
		beside,
		closed,
		conditions,
		door,
		existence,
		identity,
		protocol,
		queries,
		reading,
		rows,
		writing,
	)

	return sorted(ATTACKS, key=lambda a: (a.last, a.number))


def run_all(run: Run, only: Iterable[str] = ()) -> list[Verdict]:
	"""Makes the attacks, one after the other.

	:param only: numbers; empty: all
	:raises NotRecorded: the audit takes no entries
	"""
	wanted = set(only)
	verdicts = []
	for one in attacks():
		if wanted and one.number not in wanted:
			continue
		trial = Trial(run, one.number, one.title)
		if not one.writes or trial.may_write():
			try:
				one.attempt(trial)
			except NotRecorded:
				raise
			except Exception as e:  # of the attack itself: a document that somebody has deleted meanwhile
				trial.broken_off(type(e).__name__)
		verdicts.append(trial.verdict())
	for number, (title, tests) in COVERED.items():
		if not wanted or number in wanted:
			verdicts.append(Verdict(number, title, SUITE, detail=tests))
	return sorted(verdicts, key=lambda v: v.number)
