"""What of a simulated answer is shown: of the values those of fields that the viewer may read himself.

Every member of an answer that can hold values has its own way here; one that is not known is not shown.
"""

from collections.abc import Callable, Mapping
from typing import Any

from erpnext_mcp.desk.simulator.viewer import Viewer

PLAIN = frozenset(
	{
		*(
			"doctype",
			"name",
			"has_more",
			"next_offset",
			"count",
			"docstatus",
			"done",
			"dry_run",
			"status",
			"hint",
		),
		*(
			"allowed",
			"layer",
			"reason",
			"conditions",
			"other_restrictions",
			"operations",
			"fields",
			"amended_from",
		),
		*("next_actions", "comment", "user", "format", "file", "source"),
		*("report", "report_type", "filters_known", "columns"),
		*("site", "versions", "roles", "now", "profile", "read_only", "page_size", "limits_left", "caches"),
		*(
			"code",
			"message",
			"argument",
			"allowed_fields",
			"parents",
			"retry_after",
			"reference",
			"missing_fields",
		),
		*("actions", "targets", "position", "changed_fields", "field"),
	}
)
"""Members that hold no value of a document but what decides the outcome, which the viewer may know."""

Answer = dict[str, Any]


class Disclosure:
	"""Takes out of an answer what a viewer may not read.

	:param doctype: of the documents in it
	:param user: who is simulated
	:param defaults: whether row filters hold defaults of that user
	"""

	def __init__(self, viewer: Viewer, doctype: str, user: str, *, defaults: bool = False):
		self.viewer = viewer
		self.doctype = doctype
		self.user = user
		self.defaults = defaults
		self.withheld: list[str] = []
		"""What was taken out, as paths in the answer."""

	def of(self, content: Mapping[str, Any]) -> Answer:
		"""What is left of an answer."""
		ways: dict[str, Callable[[str, Any], Any]] = {
			"document": self._document,
			"data": self._document,
			"values_now": self._document,
			"documents": self._documents,
			"changed": self._changes,
			"overridden": self._overridden,
			"results": self._results,
			"ledger_entries": self._ledgers,
			"linked": self._linked,
			"version": self._whole,
			"state": self._whole,
			"filters": self._filters,
			"row_filter": self._row_filter,
			**dict.fromkeys(
				("full_name", "language", "time_zone", "default_company", "default_currency"), self._of_user
			),
		}
		shown: Answer = {}
		for member, value in content.items():
			if member in PLAIN:
				shown[member] = value
				continue
			way = ways.get(member)
			found = way(member, value) if way else None
			if found is None:
				self.withheld.append(member)
			else:
				shown[member] = found[0]
		if "linked" in self.withheld:
			shown.pop("has_more", None)
		return shown

	# Each gives the value in a tuple, or None where nothing of it may be shown.

	def _document(self, path: str, values: Mapping[str, Any]) -> tuple[Answer]:
		return (self._values(path, values, ""),)

	def _documents(self, path: str, rows: list[Mapping[str, Any]]) -> tuple[list[Answer]]:
		return ([self._values(path, row, "") for row in rows],)

	def _values(self, path: str, values: Mapping[str, Any], table: str) -> Answer:
		shown: Answer = {}
		for fieldname, value in values.items():
			if not self._sees(table, fieldname):
				self._withhold(f"{path}.{fieldname}")
			elif not table and isinstance(value, list) and self._is_table(fieldname):
				shown[fieldname] = [self._values(f"{path}.{fieldname}", row, fieldname) for row in value]
			else:
				shown[fieldname] = value
		return shown

	def _changes(self, path: str, changes: Mapping[str, Any]) -> tuple[Answer]:
		shown: Answer = {}
		for fieldname, change in changes.items():
			if not self._sees("", fieldname):
				self._withhold(f"{path}.{fieldname}")
			elif isinstance(change, Mapping):
				shown[fieldname] = self._row_changes(f"{path}.{fieldname}", fieldname, change)
			else:
				shown[fieldname] = change
		return (shown,)

	def _row_changes(self, path: str, table: str, parts: Mapping[str, Any]) -> Answer:
		shown: Answer = {}
		if "added" in parts:
			shown["added"] = [self._values(path, row, table) for row in parts["added"]]
		if "removed" in parts:
			shown["removed"] = parts["removed"]
		if "changed" in parts:
			shown["changed"] = {
				name: self._values(path, pairs, table) for name, pairs in parts["changed"].items()
			}
		return shown

	def _overridden(self, path: str, found: list[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]]]:
		shown = []
		for one in found:
			# `field`, or `table[0].field`
			table, _dot, fieldname = one["field"].rpartition(".")
			if self._sees(table.partition("[")[0], fieldname):
				shown.append(one)
			else:
				self._withhold(f"{path}.{one['field']}")
		return (shown,)

	def _results(self, path: str, results: list[Mapping[str, Any]]) -> tuple[list[Answer]]:
		return ([self.of(result) for result in results],)

	def _ledgers(self, path: str, ledgers: Mapping[str, Any]) -> tuple[Answer] | None:
		return (dict(ledgers),) if self._reads_wholly(d for d in ledgers if d != "has_more") else None

	def _linked(self, path: str, found: list[Mapping[str, Any]]) -> tuple[list] | None:
		return (found,) if self._reads_wholly({one["doctype"] for one in found}) else None

	def _reads_wholly(self, doctypes) -> bool:
		return all(self.viewer.reads_all(d) and self.viewer.sees_everything(d) for d in doctypes)

	def _whole(self, path: str, value: Any) -> tuple[Any] | None:
		"""What is made of all fields, or of one that nobody names."""
		return (value,) if self.viewer.sees_everything(self.doctype) else None

	def _filters(self, path: str, filters: list[Mapping[str, Any]]) -> tuple[list[Answer]]:
		"""Of a report. Their defaults are those of the user."""
		if self._of_user(path, filters):
			return (filters,)
		if any("default" in one for one in filters):
			self._withhold(f"{path}.default")
		return ([{k: v for k, v in one.items() if k != "default"} for one in filters],)

	def _row_filter(self, path: str, value: Any) -> tuple[Any] | None:
		return self._of_user(path, value) if self.defaults else (value,)

	def _of_user(self, path: str, value: Any) -> tuple[Any] | None:
		return (value,) if self.viewer.sees_user(self.user) else None

	def _sees(self, table: str, fieldname: str) -> bool:
		return self.viewer.sees(self.doctype, f"{table}.{fieldname}" if table else fieldname)

	def _is_table(self, fieldname: str) -> bool:
		field = self.viewer.fields(self.doctype).fields.get(fieldname)
		return field is not None and field.is_table

	def _withhold(self, path: str) -> None:
		if path not in self.withheld:
			self.withheld.append(path)
