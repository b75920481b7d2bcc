"""How credentials are shown on a terminal: never by their secret half, and a token not at all."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from erpnext_mcp.policy.binding import API_KEY, Credential


def summary(credentials: Iterable[Credential]) -> list[dict[str, Any]]:
	"""`[{kind, user, name, count, profiles}]`; `name` is the API key or the OAuth client, whose tokens are counted."""
	counted = Counter(
		(c.kind, c.user, c.name if c.kind == API_KEY else c.client or "", c.profiles) for c in credentials
	)
	return [
		{"kind": kind, "user": user, "name": name, "count": count, "profiles": list(profiles)}
		for (kind, user, name, profiles), count in counted.items()
	]


def line(entry: dict[str, Any]) -> str:
	"""One entry of `summary` for people."""
	if entry["kind"] == API_KEY:
		what = f"API key {entry['name']}"
	else:
		what = f"OAuth client {entry['name'] or '(unknown)'}, tokens: {entry['count']}"
	return f"{entry['user']}: {what} (by {', '.join(entry['profiles'])})"
