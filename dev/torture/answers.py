"""What came back of a call, and what may be concluded from it."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
	"""What a client knows of its call."""

	OK = "ok"
	"""It is done."""
	REFUSED = "refused"
	"""It is not done, and that is recorded."""
	UNRECORDED = "unrecorded"
	"""It is not done; the database was away, so it may not be recorded either."""
	UNDECIDED = "undecided"
	"""The server doesn't know whether it is done, and says so."""
	BROKEN = "broken"
	"""An answer that is none of ours: Frappe's own 500. It may be done."""
	CUT = "cut"
	"""No answer. It may be done."""


UNKNOWN = frozenset({Fate.UNDECIDED, Fate.BROKEN, Fate.CUT})
"""It may be done or not."""

DATABASE, REDIS, LOCKS, CLIENT = "database", "redis", "locks", "client"
"""Why there is no answer, or none but that it is unavailable; CLIENT: who asked has hung up."""
_CAUSES = {
	"database can't be reached": (Fate.UNRECORDED, DATABASE),
	"broke while saving": (Fate.UNDECIDED, DATABASE),
	"can't be recorded": (Fate.UNRECORDED, DATABASE),
	"Redis can't be reached": (Fate.REFUSED, REDIS),
	"working on the same documents": (Fate.REFUSED, LOCKS),
}
"""Of what is `unavailable`, by words of its message."""


@dataclass(frozen=True)
class Answer:
	"""One answer. `code` is that of a refusal, `cause` why something was not available, `raw` the body as it came."""

	fate: Fate
	code: str = ""
	cause: str = ""
	content: dict[str, Any] = field(default_factory=dict)
	raw: str = ""

	@property
	def is_outage(self) -> bool:
		return is_outage(self.fate, self.code, self.cause)


CUT = Answer(Fate.CUT)


def is_outage(fate: Fate, code: str, cause: str) -> bool:
	"""Whether an answer, or that there is none, means that something is broken or away: only to be seen while it is."""
	return cause != CLIENT and (fate in UNKNOWN or cause in (DATABASE, REDIS) or code == "timeout")


def read(status: int, body: bytes) -> Answer:
	"""An HTTP answer to tools/call."""
	raw = body.decode(errors="replace")
	try:
		message = json.loads(raw)
	except ValueError:
		return Answer(Fate.BROKEN, f"HTTP {status}", raw=raw)
	if status == 200 and "result" in message:
		content = message["result"].get("structuredContent") or {}
		return (
			refusal(content, raw)
			if message["result"].get("isError")
			else Answer(Fate.OK, content=content, raw=raw)
		)
	error = message.get("error") if isinstance(message, dict) else None
	data = error.get("data") if isinstance(error, dict) else None
	if isinstance(data, dict) and "code" in data:
		return refusal(data, raw)
	return Answer(Fate.BROKEN, f"HTTP {status}", raw=raw)


def refusal(content: dict[str, Any], raw: str = "") -> Answer:
	code = content.get("code", "")
	if code == "unavailable":
		for words, (fate, cause) in _CAUSES.items():
			if words in content.get("message", ""):
				return Answer(fate, code, cause, content, raw)
	return Answer(Fate.REFUSED, code, "", content, raw)
