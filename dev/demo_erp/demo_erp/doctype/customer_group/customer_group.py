"""Customer Group: a tree."""

import frappe
from frappe import _

from demo_erp.controllers.tree import MasterTree


class CustomerGroup(MasterTree):
	nsm_parent_field = "parent_customer_group"

	def validate(self) -> None:
		super().validate()
		if frappe.db.exists("Customer", self.name):
			frappe.throw(_("A customer with the same name already exists"))
		companies = [row.company for row in self.credit_limits]
		if len(companies) != len(set(companies)):
			frappe.throw(_("Credit limit is already defined for the Company"))
