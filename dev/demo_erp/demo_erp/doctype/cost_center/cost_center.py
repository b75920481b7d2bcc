"""Cost Center: a tree per company."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class CostCenter(NestedSet):
	nsm_parent_field = "parent_cost_center"

	def autoname(self) -> None:
		abbr = frappe.get_cached_value("Company", self.company, "abbr")
		self.name = f"{self.cost_center_name.strip()} - {abbr}"

	def validate(self) -> None:
		if not self.parent_cost_center and self.cost_center_name != self.company:
			frappe.throw(_("Please enter parent cost center"))
