"""Territory: a tree."""

from demo_erp.controllers.tree import MasterTree


class Territory(MasterTree):
	nsm_parent_field = "parent_territory"
