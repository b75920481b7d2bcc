"""Customer Group: a tree."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class CustomerGroup(NestedSet):
	nsm_parent_field = "parent_customer_group"

	def validate(self) -> None:
		if frappe.db.exists("Customer", self.name):
			frappe.throw(_("A customer with the same name already exists"))
		companies = [row.company for row in self.credit_limits]
		if len(companies) != len(set(companies)):
			frappe.throw(_("Credit limit is already defined for the Company"))

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()
