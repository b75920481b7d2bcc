"""Times on a command line: a date, or a date and a time, in the site's time zone."""

import datetime

import click


class Moment(click.ParamType):
	"""`2026-01-31` or `2026-01-31 15:30[:00]`, as a text that compares with times of the audit.

	:param end: a date alone means the end of that day
	"""

	name = "time"

	def __init__(self, end: bool = False):
		self.end = end

	def convert(self, value, param, ctx) -> str:
		try:
			moment = datetime.datetime.fromisoformat(value.strip())
		except ValueError:
			self.fail(
				f"{value!r} is no date like 2026-01-31, nor a time like '2026-01-31 15:30'.", param, ctx
			)
		if self.end and len(value.strip()) <= len("2026-01-31"):
			moment += datetime.timedelta(days=1)
		return moment.replace(tzinfo=None).strftime("%Y-%m-%d %H:%M:%S.%f")


def period(command):
	"""The options --from and --to, as `since` and `until`; empty texts where they are not given."""
	command = click.option("--to", "until", type=Moment(end=True), default=None, help="Date or time.")(
		command
	)
	return click.option("--from", "since", type=Moment(), default=None, help="Date or time.")(command)
