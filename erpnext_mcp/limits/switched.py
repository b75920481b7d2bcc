"""Documents that the server writes by direct inserts, and of which people may set one switch."""

from typing import ClassVar, NoReturn

import frappe
from frappe.model.document import Document


class SwitchedDocument(Document):
	"""Refuses to be made or deleted by anybody; of a change only that of the switch stays.

	Whoever may write could change the rest by the API.
	"""

	SWITCH: ClassVar[str]

	def refusal(self) -> str:
		"""What whoever makes or deletes one is told, translated."""
		raise NotImplementedError

	def switched(self) -> None:
		"""The switch was changed: what else is written then."""
		raise NotImplementedError

	def _refuse(self) -> NoReturn:
		frappe.throw(self.refusal(), frappe.PermissionError)

	before_insert = on_trash = _refuse

	def validate(self) -> None:
		before = self.get_doc_before_save()
		for df in self.meta.fields:
			if df.fieldname != self.SWITCH:
				self.set(df.fieldname, before.get(df.fieldname))
		if bool(before.get(self.SWITCH)) != bool(self.get(self.SWITCH)):
			self.switched()
