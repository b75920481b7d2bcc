"""Demo Field Zoo: one field of every type."""

from frappe.model.document import Document


class DemoFieldZoo(Document):
	@property
	def a_virtual(self) -> str:
		return f"virtual of {self.zoo_name}"
