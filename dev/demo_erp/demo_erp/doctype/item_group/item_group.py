"""Item Group: a tree."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class ItemGroup(NestedSet):
	nsm_parent_field = "parent_item_group"

	def validate(self) -> None:
		if frappe.db.exists("Item", self.name):
			frappe.throw(
				_("An item exists with same name ({0}), please change the item group name").format(self.name)
			)

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()
