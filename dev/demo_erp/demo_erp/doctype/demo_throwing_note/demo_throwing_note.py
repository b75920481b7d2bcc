"""Demo Throwing Note: writes another document, then fails (attack T23)."""

import frappe
from frappe.model.document import Document


class DemoThrowingNote(Document):
	def on_update(self) -> None:
		frappe.get_doc(doctype="Demo Counter", title=f"left by {self.title}").insert(ignore_permissions=True)
		if self.throw:
			frappe.throw("Thrown after writing: nothing of this may stay.")
