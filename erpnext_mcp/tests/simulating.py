"""The administrators who simulate, as real users (the fixture `viewers`), and what they get (`simulate`)."""

from typing import Any

ALL = "mcp.viewer.all@example.com"
"""Reads all customers, all of their fields."""
SOME = "mcp.viewer.some@example.com"
"""The same without permission level 3; no System Manager."""
NORTH = "mcp.viewer.north@example.com"
"""The same, but only for customers of one territory."""
NONE = "mcp.viewer.none@example.com"
"""MCP Administrator and nothing else."""
VIEWERS = (ALL, SOME, NORTH, NONE)


def layer(told: dict[str, Any], key: str) -> dict[str, Any]:
	return next(x for x in told["layers"] if x["key"] == key)


def state(told: dict[str, Any]) -> str:
	return told["verdict"]["state"]


def make_viewers(world) -> None:
	"""Makes those that are missing and commits."""
	import frappe

	frappe.set_user("Administrator")
	world.make_user(ALL, "System Manager", "Sales User", "Sales Manager", "Sales Master Manager")
	world.make_user(SOME, "MCP Administrator", "Sales User", "Sales Manager")
	world.make_user(NORTH, "MCP Administrator", "Sales User")
	world.make_user(NONE, "MCP Administrator")
	if not frappe.db.exists("User Permission", {"user": NORTH}):
		frappe.get_doc(
			{"doctype": "User Permission", "user": NORTH, "allow": "Territory", "for_value": world.NORTH}
		).insert()
	frappe.db.commit()


def remove_viewers() -> None:
	"""Takes them away again and commits."""
	import frappe

	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in frappe.get_all("User Permission", filters={"user": NORTH}, pluck="name"):
		frappe.delete_doc("User Permission", name)
	for user in VIEWERS:
		frappe.delete_doc("User", user, force=True)
	frappe.db.commit()
