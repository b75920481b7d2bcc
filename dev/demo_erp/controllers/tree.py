"""The base of Territory, Customer Group and Item Group."""

from frappe.utils.nestedset import NestedSet, get_root_of


class MasterTree(NestedSet):
	"""A tree with one root: who names no parent is put under it, as in ERPNext."""

	def validate(self) -> None:
		root = get_root_of(self.doctype)
		if root and root != self.name and not self.get(self.nsm_parent_field):
			self.set(self.nsm_parent_field, root)
