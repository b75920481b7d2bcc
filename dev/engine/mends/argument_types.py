"""Arguments of whitelisted methods are checked and converted by their annotations again.

The wheel puts `from __future__ import annotations` into every file. Annotations are texts then, and Frappe passes over those: `"0"`
from a query string stays a text, and counts as true. Link fields of the Desk, for one, could not be searched.
"""

import inspect
from collections.abc import Callable
from typing import Any

from dev.engine.rebind import rebind

UPSTREAMS_OWN = {"frappe.email", "frappe.email.email_body", "frappe.model.workflow"}
"""Modules in which Frappe itself has texts for annotations."""


def apply() -> None:
	from frappe.utils import typing_validations

	transform = typing_validations.transform_parameter_types
	seen: set[Callable] = set()

	def transform_parameter_types(func: Callable, args: tuple, kwargs: dict) -> tuple:
		if func not in seen:
			seen.add(func)
			if func.__module__ not in UPSTREAMS_OWN:
				func.__annotations__ = resolved(func)
		return transform(func, args, kwargs)

	rebind("frappe.utils.typing_validations", transform_parameter_types)


def resolved(func: Callable) -> dict[str, Any]:
	"""The annotations, as objects where their names are known at run time."""
	names = vars(inspect.getmodule(inspect.unwrap(func)))
	found = dict(func.__annotations__)
	for argument, annotation in found.items():
		if isinstance(annotation, str):
			try:
				found[argument] = eval(annotation, names)
			except Exception:  # imported for type checkers only: Frappe passes over it, as upstream does
				continue
	return found
