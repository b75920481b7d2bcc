"""One thing that was looked at."""

from dataclasses import asdict, dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Finding:
	"""`advice` says what to do; empty where there is nothing to do."""

	about: str
	state: str
	message: str
	advice: str = ""

	def as_dict(self) -> dict[str, str]:
		return asdict(self)
