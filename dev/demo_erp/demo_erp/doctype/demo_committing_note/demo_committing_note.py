"""Demo Committing Note: commits in the middle of a save (attack T24)."""

import frappe
from frappe.model.document import Document


class DemoCommittingNote(Document):
	def on_update(self) -> None:
		try:
			frappe.db.commit()  # nosemgrep: that is what this doctype is for
		except Exception:
			if not self.swallow:
				raise
