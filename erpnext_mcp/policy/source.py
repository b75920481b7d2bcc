"""What a PermissionManager asks of a policy, wherever rules and fields come from. Pure."""

from collections.abc import Mapping
from typing import Any, Protocol

from erpnext_mcp.policy.profile import DocTypeRule

OPEN = "open"
FIXED = "can be read but not written"
MASKED = "is masked and can't be written"
HIDDEN = ""
"""What may be done with a field. A hidden one and one that does not exist are the same."""


class Source(Protocol):
	"""Where rules and fields come from. A DocType is only asked for when it has operations."""

	refusal: str
	"""Why nothing at all is allowed; empty when something may be."""

	def doctypes(self) -> list[str]:
		"""DocTypes with an operation, sorted."""

	def operations(self, doctype: str) -> frozenset[str]:
		"""What may be done with a DocType; empty for one that does not exist."""

	def rule(self, doctype: str) -> DocTypeRule:
		"""The rule that opens it."""

	def readable(self, doctype: str) -> list[str]:
		"""The fields that may be read; `["*"]` for all when they can't be known."""

	def hides_some(self, doctype: str) -> bool:
		"""Whether the rule hides or masks fields."""

	def state(self, doctype: str, table_field: str, fieldname: str) -> str:
		"""What may be done with a field, or with one of a table's rows: OPEN, FIXED, MASKED or HIDDEN."""

	def is_table(self, doctype: str, fieldname: str, value: Any) -> bool:
		"""Whether a field is a table; where that is not known, whether the value looks like rows."""

	def fieldtypes(self, doctype: str) -> Mapping[str, str]:
		"""The types of the fields that conditions name."""

	def new_document(self, doctype: str) -> Mapping[str, Any]:
		"""What Frappe puts into a new document by itself."""
