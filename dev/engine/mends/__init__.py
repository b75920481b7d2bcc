"""Every mend of the wheel, one topic a file, each with its reason.

A mend is of one or both of two kinds:

* `EDITS`: replacements in the source text, made once while the copy is written (dev/engine/wheel.py). For what can't even be
  imported, or sits in the middle of a long function. These modules may use the standard library only.
* `apply()`: replaces whole functions and methods at run time, right after `import frappe` (dev/engine/__init__.py) and before
  any other module of it that would bind the old ones by name.
"""

from collections.abc import Callable
from importlib import import_module

from dev.engine.edit import Edit

# In the order in which they are applied.
TOPICS = (
	"python311",
	"missing_modules",
	"logo",
	"version",
	"pypika_sqlite",
	"sqlite_queries",
	"sqlite_values",
	"sqlite_connections",
	"sqlite_transactions",
	"sqlite_sequences",
	"sites",
	"apps",
	"installing",
	"migrating",
	"setup_complete",
	"redis",
	"jobs",
	"commands",
	"desk_assets",
	"argument_types",
	"health_report",
)


def source_edits() -> list[Edit]:
	return [edit for topic in TOPICS for edit in getattr(_load(topic), "EDITS", [])]


def before_import() -> None:
	"""The mends of what `import frappe` itself needs."""
	_run("before_import")


def apply_all() -> None:
	_run("apply")


def _load(topic: str):
	return import_module(f"{__name__}.{topic}")


def _run(name: str) -> None:
	for topic in TOPICS:
		step: Callable[[], None] | None = getattr(_load(topic), name, None)
		if step:
			step()
