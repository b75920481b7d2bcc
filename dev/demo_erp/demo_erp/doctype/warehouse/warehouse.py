"""Warehouse: a tree per company, named after the warehouse and the company's abbreviation."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class Warehouse(NestedSet):
	nsm_parent_field = "parent_warehouse"

	def autoname(self) -> None:
		abbr = frappe.get_cached_value("Company", self.company, "abbr")
		self.name = f"{self.warehouse_name.strip()} - {abbr}"

	def validate(self) -> None:
		if self.parent_warehouse:
			parent = frappe.db.get_value(
				"Warehouse", self.parent_warehouse, ["is_group", "company"], as_dict=True
			)
			if not parent or not parent.is_group or parent.company != self.company:
				frappe.throw(
					_("Parent Warehouse {0} must be a group of company {1}").format(
						self.parent_warehouse, self.company
					)
				)

	def on_trash(self) -> None:
		if frappe.db.exists("Stock Ledger Entry", {"warehouse": self.name}):
			frappe.throw(_("Warehouse can not be deleted as stock ledger entry exists for this warehouse."))
		super().on_trash(allow_root_deletion=True)
