"""Demo Visit Report: a Sales User sees only his own (if_owner)."""

import frappe
from frappe import _
from frappe.model.document import Document


class DemoVisitReport(Document):
	def validate(self) -> None:
		if self.outcome == "Done" and not self.notes:
			frappe.throw(_("Notes are mandatory for a visit that is done"), frappe.MandatoryError)
