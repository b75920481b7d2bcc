"""Bench commands: the wheel removed `frappe.commands`, and the list of sites from the commands' context.

Apps' own click commands say `from frappe.commands import get_site, pass_context` and `context.sites`, on v15 and v16 alike.
"""

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any


@dataclass
class CliCtxObj:
	"""What every command gets first: the sites it is for, and bench's own options."""

	sites: list[str] = field(default_factory=list)
	force: bool = False
	profile: bool = False
	verbose: bool = False


def pass_context(function: Callable) -> Callable:
	"""Call a click command with the `CliCtxObj` first."""
	import click

	@wraps(function)
	def with_object(context: click.Context, *args: Any, **kwargs: Any) -> Any:
		return function(context.obj, *args, **kwargs)

	return click.pass_context(with_object)


def get_site(context: CliCtxObj, raise_err: bool = True) -> str | None:
	"""The one site a command is for."""
	import frappe

	if context.sites:
		return context.sites[0]
	if raise_err:
		raise frappe.SiteNotSpecifiedError
	return None


def apply() -> None:
	import frappe
	from frappe.utils import bench_helper

	module = types.ModuleType(
		"frappe.commands", "Stands for upstream's module of this name (see dev/engine/mends)."
	)
	module.pass_context, module.get_site = pass_context, get_site
	sys.modules["frappe.commands"] = frappe.commands = module
	bench_helper.CliCtxObj = CliCtxObj
