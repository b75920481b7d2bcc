"""Failures without a fault and late recoveries are seen, and make the report say so."""

import json

from dev.torture.answers import Fate
from dev.torture.calls import GET, Call
from dev.torture.checker import Observed
from dev.torture.outages import BOUND, Disturbance, slow, unexplained
from dev.torture.report import put_together, save


def call(fate: Fate, sent: float, cause: str = "", code: str = "") -> Call:
	return Call("torture-1-1", "ann", GET, "Torture Order", sent, sent + 1, fate, code, cause)


RESTART = Disturbance("Redis restarted", 10, 12, 15)


def test_a_failure_needs_a_fault():
	for failed in (call(Fate.CUT, 11), call(Fate.CUT, 9.5), call(Fate.REFUSED, 14, "redis")):
		assert not unexplained([failed], [RESTART])
	for failed in (
		call(Fate.CUT, 16),
		call(Fate.BROKEN, 5),
		call(Fate.UNDECIDED, 20, "database"),
		call(Fate.REFUSED, 20, "redis"),
		call(Fate.REFUSED, 20, code="timeout"),
	):
		assert unexplained([failed], [RESTART])
	assert not unexplained([call(Fate.CUT, 20, "client"), call(Fate.REFUSED, 20, "locks")], [RESTART])
	assert not unexplained([call(Fate.CUT, 99)], [Disturbance("x", 10, 12, None)]), "it is still broken"


def test_a_recovery_that_is_late_or_never_comes():
	late = Disturbance("x", 0, 1, 1 + BOUND + 0.1)
	assert not slow([RESTART]) and len(slow([late, Disturbance("x", 0, 1, None)])) == 2


def test_the_report_says_whether_everything_was_kept(tmp_path):
	calls = [call(Fate.CUT, 11)]

	def report(**values):
		found = {"wrong": [], "done": [RESTART], "observed": Observed(), **values}
		return put_together(1, 1, calls, changes={}, **found)

	assert report().kept
	for broken in (
		{"wrong": [("torture-1-1", "it is wrong")]},
		{"done": []},
		{"done": [Disturbance("x", 10, 12, None)]},
		{"observed": Observed(orphans=1)},
		{"observed": Observed(chain_problem="a seal was removed")},
		{"crashed": ["client 1"]},
	):
		found = report(**broken)
		assert not found.kept, broken
		save(found, tmp_path)
		assert json.loads((tmp_path / "torture.json").read_text())["kept"] is False
		assert "A PROMISE WAS BROKEN" in (tmp_path / "torture.md").read_text()
