"""Documents that the server alone writes, by direct inserts: neither the desk nor its API makes, changes or deletes them (T54)."""

from typing import Any, NoReturn

import frappe
from frappe.model.document import Document


class ProtectedDocument(Document):
	"""Refuses every write that goes through Frappe's documents, Administrator's included."""

	def refusal(self) -> str:
		"""What whoever tries is told, translated."""
		raise NotImplementedError

	def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
		frappe.throw(self.refusal(), frappe.PermissionError)

	before_insert = validate = on_trash = before_rename = _refuse
	db_insert = db_update = db_set = _refuse
