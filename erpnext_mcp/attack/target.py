"""What is attacked, as values: the DocTypes of a profile, and what of them a user is meant to see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OPEN, MASKED, HIDDEN = "open", "masked", "hidden"

NEVER_SHOWN = (
	"_user_tags",
	"_comments",
	"_assign",
	"_liked_by",
	"idx",
	"parent",
	"parentfield",
	"parenttype",
)
"""Columns that every document has and that no profile shows."""

NUMBERS = frozenset({"Int", "Float", "Currency", "Percent", "Long Int"})
TEXTS = frozenset({"Data", "Small Text", "Text", "Long Text", "Phone", "Read Only", "Text Editor", "Code"})


@dataclass(frozen=True)
class TruthField:
	"""One field, and what the profile's rows and Frappe's permission levels make of it."""

	fieldname: str
	fieldtype: str
	state: str
	mask: str = ""
	options: str = ""
	table: str = ""
	"""The table in whose rows it is; empty for the document's own."""
	by_profile: bool = False
	"""Whether a rule hides it, rather than Frappe."""
	writable: bool = False
	fetch_from: str = ""

	@property
	def path(self) -> str:
		return f"{self.table}.{self.fieldname}" if self.table else self.fieldname


@dataclass(frozen=True)
class Surface:
	"""One DocType of the profile."""

	doctype: str
	operations: frozenset[str]
	fields: Mapping[str, TruthField]
	tables: Mapping[str, Mapping[str, TruthField]] = field(default_factory=dict)
	"""By table field, the fields of its rows. The tables themselves are among `fields`, too."""
	visible: tuple[Mapping[str, Any], ...] = ()
	"""Some documents that exist for the user, with all of their values and rows."""
	invisible: tuple[Mapping[str, Any], ...] = ()
	"""Some that don't; those first that Frappe would show him."""
	narrowed: bool = False
	"""Whether there are such ones: that the profile's row filter alone stands before."""
	sampled: tuple[str, ...] = ()
	"""The names that were sorted into the one and the other."""
	visible_names: frozenset[str] = frozenset()
	"""Those of `sampled` that exist for the user."""
	single: bool = False
	listable: bool = True
	submittable: bool = False
	numbered: bool = False
	"""Whether a new document takes a number that no rollback gives back."""
	takes_name: bool = False
	row_filter: str = ""
	ask: frozenset[str] = frozenset()
	prints: bool = False
	"""Whether the rule lets it be printed whatever is hidden."""
	hidden_name: bool = False
	"""Whether the rule acknowledges that a hidden field stands in the name."""
	conditions: tuple[Mapping[str, Any], ...] = ()
	row_filter_fields: tuple[str, ...] = ()

	def own(self, *states: str) -> list[TruthField]:
		"""The document's own fields in one of these states, tables left out."""
		return [f for f in self.fields.values() if f.state in states and f.fieldname not in self.tables]

	def in_rows(self, *states: str) -> list[TruthField]:
		"""The same of the rows of tables that can be seen."""
		return [
			f
			for table, rows in self.tables.items()
			if self.fields[table].state == OPEN
			for f in rows.values()
			if f.state in states
		]

	@property
	def closed_tables(self) -> list[TruthField]:
		return [f for name, f in self.fields.items() if name in self.tables and f.state != OPEN]

	@property
	def reads(self) -> bool:
		return "read" in self.operations


@dataclass(frozen=True)
class Canary:
	"""A value that no answer may hold: of a hidden field, or of a document that does not exist for the user."""

	text: str
	where: str


@dataclass(frozen=True)
class Target:
	"""Everything that the attacks need to know."""

	user: str
	profile: str
	surfaces: Mapping[str, Surface]
	reports: Mapping[str, bool] = field(default_factory=dict)
	"""Reports of the profile, and whether it is acknowledged that rules don't cover what they show."""
	closed: tuple[str, ...] = ()
	"""Some DocTypes that there are and that the profile does not open."""
	restricted: bool = False
	read_only: bool = False
	max_rows: int = 100
	named: frozenset[str] = frozenset()
	"""Users whom some profile names."""
