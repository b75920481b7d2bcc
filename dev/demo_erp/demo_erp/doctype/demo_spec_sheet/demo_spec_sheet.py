"""Demo Spec-Sheet and Demo Spec_Sheet: two DocTypes whose names Frappe scrubs to the same module, this one."""

from frappe.model.document import Document


class DemoSpecSheet(Document):
	"""Demo Spec-Sheet"""


class DemoSpec_Sheet(Document):
	"""Demo Spec_Sheet"""
