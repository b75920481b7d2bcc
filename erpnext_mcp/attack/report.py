"""The verdicts as a table for people, and as JSON for machines. Pure."""

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from erpnext_mcp.attack.target import Target
from erpnext_mcp.attack.verdict import BROKEN, HELD, NOT_TRIED, STATES, SUITE, Verdict

WIDTH = 110
INDENT = " " * 19


def counted(verdicts: Iterable[Verdict]) -> dict[str, int]:
	found = dict.fromkeys(STATES, 0)
	for verdict in verdicts:
		found[verdict.state] += 1
	return found


def table(target: Target, verdicts: Sequence[Verdict]) -> str:
	"""What the command prints. The sentences name documents and fields, never values."""
	lines = [
		f"User     {target.user}",
		f"Profile  {target.profile}, {len(target.surfaces)} DocTypes"
		+ (", restricted to MCP" if target.restricted else "")
		+ (", read-only" if target.read_only else ""),
		"",
	]
	for verdict in verdicts:
		if verdict.state != SUITE:
			lines += _lines(verdict)
	suite = [v for v in verdicts if v.state == SUITE]
	if suite:
		lines += [
			"",
			"Not made on a site that is in use (crashes, load, a second process, changed rules); the test suite does:",
		]
		lines += [f"  {v.number}  {v.title} ({v.detail})" for v in suite]
	return "\n".join([*lines, "", summary(verdicts)])


def _lines(verdict: Verdict) -> list[str]:
	proof = f" [{verdict.judged}]" if verdict.state == HELD else ""
	lines = [
		f"{verdict.number}  {verdict.state.upper() if verdict.state == BROKEN else verdict.state:<13}{verdict.title}{proof}"
	]
	if verdict.state != NOT_TRIED and verdict.sent:
		lines += _wrapped(verdict.sent)
	if verdict.detail:
		lines += _wrapped(verdict.detail)
	for leak in verdict.leaks:
		lines += _wrapped(f"! {leak}")
	return lines


def _wrapped(text: str) -> list[str]:
	return textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def summary(verdicts: Iterable[Verdict]) -> str:
	found = counted(verdicts)
	calls = sum(v.calls for v in verdicts)
	return (
		f"{found[HELD]} held, {found[BROKEN]} did not, {found[NOT_TRIED]} were not tried; "
		f"{found[SUITE]} are left to the test suite. {calls} calls."
	)


def as_json(target: Target, verdicts: Sequence[Verdict], calls: Sequence[Mapping[str, Any]] = ()) -> str:
	found = {
		"user": target.user,
		"profile": target.profile,
		"doctypes": sorted(target.surfaces),
		"counts": counted(verdicts),
		"attacks": [v.as_dict() for v in verdicts],
	}
	if calls:
		found["calls"] = list(calls)
	return json.dumps(found, indent=1, ensure_ascii=False)
