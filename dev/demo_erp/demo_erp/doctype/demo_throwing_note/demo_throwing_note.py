"""Demo Throwing Note: writes another document, then fails (attack T23)."""

import frappe
from frappe.model.document import Document


class DemoThrowingNote(Document):
	def on_update(self) -> None:
		left = {"doctype": "Demo Spec-Sheet", "name": f"Left by {self.name}", "summary": self.title}
		if not frappe.db.exists("Demo Spec-Sheet", left["name"]):
			frappe.get_doc(left).insert(ignore_permissions=True)
		if self.throw:
			frappe.throw("Thrown after writing: nothing of this may stay.")
