"""Territory: a tree."""

from frappe.utils.nestedset import NestedSet


class Territory(NestedSet):
	nsm_parent_field = "parent_territory"

	def on_update(self) -> None:
		super().on_update()
		self.validate_one_root()
