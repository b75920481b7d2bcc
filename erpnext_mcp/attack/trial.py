"""One attack on its way: sends, judges, and ends as a verdict."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, TypeVar

from erpnext_mcp.attack import scan
from erpnext_mcp.attack.attacker import Attacker, Reply
from erpnext_mcp.attack.ground_truth import GroundTruth
from erpnext_mcp.attack.shapes import FIELD_REFUSED
from erpnext_mcp.attack.target import HIDDEN, MASKED, Surface, Target, TruthField
from erpnext_mcp.attack.verdict import BROKEN, HELD, NOT_TRIED, Verdict
from erpnext_mcp.mcp_server.context import NOBODY, Human

T = TypeVar("T")

MOST_LEAKS = 20
"""Sentences that one attack keeps; more of them say no more."""
UNDECIDED = frozenset(
	{"internal", "unavailable", "timeout", "rate_limited", "unsupported", "too_large", "read_only"}
)
"""Codes of calls that came to an end before what the attack is about."""


@dataclass
class Run:
	"""What all attacks of one run share.

	:param most: how many fields, documents or DocTypes one attack is tried on; 0: all
	:param url: of the endpoint, where a server is to be attacked, too
	:param read_only: leaves out what would write, even though it is undone
	:param heard: told of every call: (number, reply)
	"""

	attacker: Attacker
	truth: GroundTruth
	most: int = 10
	url: str = ""
	read_only: bool = False
	heard: Callable[[str, Reply], None] = lambda number, reply: None
	internal: list[str] = field(default_factory=list)
	"""What has ended in an internal error, whichever attack has called it."""

	@property
	def target(self) -> Target:
		return self.truth.target


@dataclass
class Trial:
	"""What an attack works with. Whatever it calls is looked at by `scan`, and counts as its own."""

	run: Run
	number: str
	title: str
	sent: list[str] = field(default_factory=list)
	skipped: list[str] = field(default_factory=list)
	undecided: dict[str, int] = field(default_factory=dict)
	leaks: list[str] = field(default_factory=list)
	broke_off: str = ""
	calls: int = 0
	judged: int = 0

	@property
	def target(self) -> Target:
		return self.run.target

	def call(
		self,
		tool: str,
		/,
		*,
		caller: str = "",
		human: Human = NOBODY,
		for_real: bool = False,
		**arguments: Any,
	) -> Reply:
		"""One call, looked at."""
		reply = self.run.attacker.call(tool, arguments, caller=caller, human=human, for_real=for_real)
		self.calls += 1
		if reply.code == "internal":
			self.run.internal.append(f"{tool} {arguments.get('doctype', '')}".strip())
		self.run.heard(self.number, reply)
		if caller in ("", self.target.user):
			for leak in scan.leaks(self.run.truth, arguments, reply.content, reply.text):
				self.broke(f"{tool}: {leak}")
		return reply

	# What an answer must be

	def refused(
		self, tool: str, /, *, codes: Collection[str] = FIELD_REFUSED, what: str = "", **arguments: Any
	) -> Reply:
		"""Must be refused with one of these codes."""
		reply = self.call(tool, **arguments)
		self.judge_refusal(reply, codes, what or _shortly(arguments))
		return reply

	def judge_refusal(self, reply: Reply, codes: Collection[str], what: str) -> None:
		if reply.answered:
			self.broke(f"{reply.tool} answered {what}")
		elif reply.code in codes:
			self.judged += 1
		else:
			self.undecided_by(reply)

	def looked_at(self, tool: str, /, **arguments: Any) -> Reply:
		"""May be answered: what is in the answer counts."""
		reply = self.call(tool, **arguments)
		if reply.answered:
			self.judged += 1
		else:
			self.undecided_by(reply)
		return reply

	def same(
		self,
		tool: str,
		hidden: Mapping[str, Any],
		missing: Mapping[str, Any],
		names: tuple[Any, Any],
		what: str,
		**options: Any,
	) -> None:
		"""What is hidden and what there is not must be answered alike (T13).

		:param names: how the hidden and the missing one are called: an answer may say them back
		"""
		one, other = self.call(tool, **hidden, **options), self.call(tool, **missing, **options)
		if one.code in UNDECIDED and other.code in UNDECIDED and one.code == other.code:
			self.undecided_by(one)
		elif not _alike(one, other, names):
			self.broke(
				f"{tool} tells {what} from what there is not ({one.code or 'answered'}, {other.code or 'answered'})"
			)
		else:
			self.judged += 1

	def check(self, fine: bool, leak: str) -> None:
		"""Anything else that proves something."""
		if fine:
			self.judged += 1
		else:
			self.broke(leak)

	def broke(self, leak: str) -> None:
		self.judged += 1
		if leak not in self.leaks and len(self.leaks) < MOST_LEAKS:
			self.leaks.append(leak)

	def skip(self, why: str) -> None:
		"""Why something is not applicable."""
		if why not in self.skipped:
			self.skipped.append(why)

	def broken_off(self, why: str) -> None:
		"""It could not be made to its end: what it has proven so far is not that it held."""
		self.broke_off = why

	def undecided_by(self, reply: Reply) -> None:
		self.undecided[reply.code] = self.undecided.get(reply.code, 0) + 1

	def says(self, sent: str) -> None:
		"""What is sent, in short."""
		if sent not in self.sent:
			self.sent.append(sent)

	# What it is tried on

	def some(self, found: Iterable[T], none: str) -> Iterator[T]:
		"""As many of them as one attack is tried on, from the front; none: why it is not applicable."""
		everything = list(found)
		if not everything:
			self.skip(none)
		most = self.run.most
		if most and len(everything) > most:
			self.says(f"{most} of {len(everything)} targets")
			everything = everything[:most]
		yield from everything

	def surfaces(self, *operations: str) -> list[Surface]:
		"""The DocTypes that are open for one of these operations, those first that hide the most."""
		found = [s for s in self.target.surfaces.values() if not operations or s.operations & set(operations)]

		def interest(s: Surface) -> int:
			closed = s.own(HIDDEN, MASKED)
			return (
				4 * bool(s.narrowed)
				+ 2 * any(f.by_profile for f in closed)
				+ bool(closed)
				+ bool(s.invisible)
			)

		return sorted(found, key=interest, reverse=True)

	def closed_fields(self, *states: str) -> list[tuple[Surface, TruthField]]:
		"""Fields in these states of DocTypes that can be listed: one of each DocType, then another of each, and so on; those
		first that the profile itself closes and that have a value."""

		def interest(surface: Surface, field: TruthField) -> int:
			filled = any(d.get(field.fieldname) for d in surface.visible)
			return 2 * filled + (field.by_profile or field.state == MASKED)

		by_doctype = [
			sorted(((s, f) for f in s.own(*states)), key=lambda x: interest(*x), reverse=True)
			for s in self.surfaces("read")
			if s.listable
		]
		rounds = zip_longest(*by_doctype)
		return [one for of_all in rounds for one in of_all if one is not None]

	def may_write(self) -> bool:
		"""Whether writes are tried at all."""
		if self.run.read_only:
			self.skip("writes are left out (--read-only)")
		elif self.target.read_only:
			self.skip("the profile is read-only")
		return not (self.run.read_only or self.target.read_only)

	def verdict(self) -> Verdict:
		undecided = ", ".join(f"{count} × {code}" for code, count in sorted(self.undecided.items()))
		if self.leaks:
			state = BROKEN
		elif self.judged and not self.broke_off:
			state = HELD
		else:
			state = NOT_TRIED
		notes = []
		if state == NOT_TRIED:
			notes = self.skipped or ([] if undecided else ["nothing in this profile to try it on"])
		if self.broke_off:
			notes = [f"broken off after {self.judged} answers: {self.broke_off}"]
		if undecided:
			notes = [*notes, f"undecided: {undecided}"]
		return Verdict(
			self.number,
			self.title,
			state,
			"; ".join(self.sent),
			"; ".join(notes),
			self.calls,
			self.judged,
			tuple(self.leaks),
		)


def _shortly(arguments: Mapping[str, Any]) -> str:
	"""Which DocType and which arguments, without values: they may be what is hidden."""
	doctype = arguments.get("doctype", "")
	rest = ", ".join(k for k in arguments if k not in ("doctype", "limit"))
	return f"{doctype} ({rest})"


def _alike(one: Reply, other: Reply, names: tuple[Any, Any]) -> bool:
	"""Whether two answers differ in nothing but the names that were asked for, and the references of their entries."""
	texts = [(reply.code, _told(reply)) for reply in (one, other)]
	if texts[0] == texts[1]:
		return True
	neutral = []
	for (code, text), name in zip(texts, names, strict=True):
		for form in {str(name), json.dumps(str(name), ensure_ascii=False)[1:-1]}:
			# Whole words: the list of allowed fields is the same for both.
			text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", "…", text)
		neutral.append((code, text))
	return neutral[0] == neutral[1]


def _told(reply: Reply) -> str:
	content = {k: v for k, v in reply.content.items() if k not in ("reference", "version")}
	return json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
