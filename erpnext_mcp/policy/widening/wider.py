"""What is told of something that becomes wider, and what it is looked at under."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.validation.facts import DocTypeFacts

LISTED = 12
"""Names that a sentence lists; of more it gives the number."""


NAMED_BY = {
	"users": "user",
	"roles": "role",
	"clients": "client",
	"networks": "network",
	"doctype_rules": "document_type",
	"report_rules": "report",
}
"""By table, the field whose value `Wider.about` is."""


@dataclass(frozen=True)
class Wider:
	"""One thing that becomes wider, in a sentence.

	:param table: field name of the child table in which it stands; empty for the profile itself
	:param about: what the row names: a user, a role, a client, a network, a DocType, a report. The row may be gone
	"""

	message: Message
	table: str = ""
	about: str = ""


@dataclass(frozen=True)
class Around:
	"""What both states are compared under.

	:param facts_of: of a DocType; None when there is no such
	:param now: the site's time
	:param limits: those of the settings, by name; 0: no limit
	:param max_rows: the largest page that the settings allow
	"""

	facts_of: Callable[[str], DocTypeFacts | None]
	now: datetime.datetime
	limits: Mapping[str, int]
	max_rows: int


def listed(names: Iterable[str]) -> Message | str:
	names = list(names)
	if len(names) <= LISTED:
		return ", ".join(names)
	return Message(_("{0} and {1} more"), ", ".join(names[:LISTED]), len(names) - LISTED)


def joined(messages: Sequence[Message]) -> Message:
	"""Messages in a row, each to be translated by itself."""
	return Message(", ".join(f"{{{n}}}" for n in range(len(messages))), *messages)
