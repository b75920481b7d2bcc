import frappe
from frappe import _
from frappe.model.document import Document


class MCPAuditSeal(Document):
	"""One link of the chain that proves the audit. Only the sealing job writes seals; nobody changes them (T54)."""

	def before_insert(self) -> None:
		self._refuse()

	def validate(self) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def before_rename(self, *args) -> None:
		self._refuse()

	def db_insert(self, *args, **kwargs) -> None:
		self._refuse()

	def db_update(self, *args, **kwargs) -> None:
		self._refuse()

	def db_set(self, *args, **kwargs) -> None:
		self._refuse()

	@staticmethod
	def _refuse() -> None:
		frappe.throw(_("Audit seals can't be made, changed or deleted by hand."), frappe.PermissionError)
