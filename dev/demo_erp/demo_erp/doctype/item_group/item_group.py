"""Item Group: a tree."""

import frappe
from frappe import _

from demo_erp.controllers.tree import MasterTree


class ItemGroup(MasterTree):
	nsm_parent_field = "parent_item_group"

	def validate(self) -> None:
		super().validate()
		if frappe.db.exists("Item", self.name):
			frappe.throw(
				_("An item exists with same name ({0}), please change the item group name").format(self.name)
			)
