"""The limits of a profile: what is wrong with them. Pure."""

from collections.abc import Iterator

from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.profile import LIMITS
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.finding import Finding

LARGEST = 1_000_000_000


def findings(draft: Draft) -> Iterator[Finding]:
	for name in LIMITS:
		value = str(draft.values.get(name) or "").strip()
		if value and not (value.isascii() and value.isdigit() and int(value) <= LARGEST):
			yield Finding(
				Message(
					_(
						"{0} is no whole number. Write 0 for no limit; leave it empty for that of the settings."
					),
					value,
				),
				field=name,
			)
