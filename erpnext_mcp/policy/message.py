"""A sentence for the administrator that pure code can make and the site can translate. Pure."""

from typing import Any


def _(template: str) -> str:
	"""Marks a template for Frappe's collection of messages; it is translated where it is shown."""
	return template


class Message(str):
	"""A sentence in English that remembers how it was made.

	:param template: with `{0}`, `{1}`, ... for the arguments, marked by `_`; braces that are meant are doubled
	:param args: what stands in it; may be messages themselves
	"""

	template: str
	args: tuple[Any, ...]

	def __new__(cls, template: str, *args: Any) -> "Message":
		message = super().__new__(cls, template.format(*args))
		message.template = template
		message.args = args
		return message

	def __getnewargs__(self) -> tuple[Any, ...]:
		"""A copy is made of the same parts: the text itself may hold braces."""
		return (self.template, *self.args)
