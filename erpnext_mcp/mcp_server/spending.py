"""What a caller may ask for, and what he has asked for: the limits of settings and profile as windows to count in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from erpnext_mcp.errors import TooLarge
from erpnext_mcp.limits import limiter
from erpnext_mcp.limits.window import ADD, HOUR, MINUTE, PEEK, Window
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.policy.profile import Profile
from erpnext_mcp.policy.store import Settings

READS, WRITES, ROWS = "reads", "writes", "rows"
PERIODS = {"minute": MINUTE, "hour": HOUR}


@dataclass(frozen=True)
class Budget:
	"""Of a user over all his clients, and of him with the one that he uses (T74).

	`limits` are by name: `reads_per_minute`, `rows_per_hour`, `client_writes_per_hour`, ...; one that is missing or 0 is none.
	"""

	user: str
	credential: str
	limits: Mapping[str, int]

	def take(self, kind: str, amount: int = 1) -> None:
		"""Counts a call before it is done.

		:param kind: READS or WRITES
		:param amount: how many it counts for
		:raises RateLimited: it is one too many
		:raises TooLarge: it counts for more than a limit as a whole
		:raises Unavailable: a write, and Redis can't be reached
		"""
		windows = list(self._windows(kind, amount))
		most = min((w.limit for w in windows), default=amount)
		if kind == READS:
			windows += self._windows(ROWS, 0)
		if amount > most:
			self.take(kind)
			raise TooLarge(f"At most {most} documents at once: your limit of {kind} is no larger.")
		limiter.take(windows, exact=kind == WRITES)

	def add_rows(self, rows: int) -> None:
		"""Counts the rows of an answer, whatever is left."""
		windows = list(self._windows(ROWS, rows)) if rows else []
		if windows:
			limiter.count(ADD, windows)

	def left(self) -> dict[str, dict[str, int]]:
		"""`{reads, writes, rows: {minute, hour}}`; what is not limited is not there."""
		windows = [(kind, w) for kind in (READS, WRITES, ROWS) for w in self._windows(kind)]
		found: dict[str, dict[str, int]] = {}
		used = limiter.count(PEEK, [w for _, w in windows]).used if windows else ()
		for (kind, window), count in zip(windows, used, strict=True):
			left = max(0, window.limit - count)
			period = next(p for p, seconds in PERIODS.items() if seconds == window.seconds)
			of_kind = found.setdefault(kind, {})
			of_kind[period] = min(left, of_kind.get(period, left))
		return found

	def _windows(self, kind: str, amount: int = 1) -> Iterator[Window]:
		"""Those that are limited."""
		subjects = {"": self.user}
		if self.credential:
			# Of this user with it: others may use the same OAuth client.
			subjects["client_"] = f"{self.user}:{self.credential}"
		for prefix, subject in subjects.items():
			for period, seconds in PERIODS.items():
				limit = self.limits.get(f"{prefix}{kind}_per_{period}", 0)
				if limit:
					what = f"{kind} per {period}" + (" with this client" if prefix else "")
					key = f"erpnext_mcp:{kind}:{period}:{subject}"
					yield Window(key, seconds, limit, amount, what)


def budget_of(caller: Caller, settings: Settings, profile: Profile | None) -> Budget:
	"""The limits that apply: the profile's where it has any, else the settings'. Who has no profile has limits, too."""
	limits = {**settings.limits, **(profile.limits if profile else {})}
	return Budget(caller.user, caller.credential, limits)
