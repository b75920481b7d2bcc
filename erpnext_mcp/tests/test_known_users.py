"""What Frappe has kept of a user although it is not so any more is not gone by (T48, T58)."""

from collections.abc import Iterator

import frappe
import pytest

ROLE = "Sales Master Manager"


@pytest.fixture
def asks(call, granted, world) -> Iterator:
	"""asks(user): which of the world's customers he gets, and whether their secret field is among it."""
	known = {*world.NORTHERN, world.HIDDEN}  # other tests leave more
	with granted({"Customer": "read", "Territory": "read"}):

		def ask(user: str) -> tuple[set[str], bool]:
			answer = call(
				user,
				"list_generic_documents",
				doctype="Customer",
				fields=["*"],
				filters={"name": ["in", sorted(known)]},
			)
			if answer.error:
				return {answer.error.code}, False
			documents = answer.content["documents"]
			return {d["name"] for d in documents}, any(world.SECRET in d for d in documents)

		yield ask


def left_over(name: str, user: str) -> object:
	"""What Frappe keeps of a user now."""
	if name == "roles":
		frappe.get_roles(user)
	else:
		frappe.permissions.get_user_permissions(user)
	return frappe.cache.hget(name, user)


def fill(name: str, user: str, value: object) -> None:
	"""As somebody does who asked before the commit and is told after it."""
	frappe.cache.hset(name, user, value)
	frappe.local.cache.clear()


def test_a_role_that_was_taken_away_while_others_asked(admin, asks, world):
	everybody = {*world.NORTHERN, world.HIDDEN}
	assert asks(world.MASTER) == (everybody, True)
	before = left_over("roles", world.MASTER)
	frappe.get_doc("User", world.MASTER).remove_roles(ROLE)
	frappe.db.commit()
	try:
		fill("roles", world.MASTER, before)
		assert asks(world.MASTER) == (everybody, False)
		assert ROLE not in frappe.get_roles(world.MASTER), "and others are told right, too"
		# The same once more, later, for who was slower still.
		fill("roles", world.MASTER, before)
		assert asks(world.MASTER) == (everybody, False)
	finally:
		frappe.get_doc("User", world.MASTER).add_roles(ROLE)
		frappe.db.commit()
	fill("roles", world.MASTER, [r for r in before if r != ROLE])
	assert asks(world.MASTER) == (everybody, True)


def test_somebody_fills_the_cache_while_it_is_put_right(admin, asks, world, monkeypatch):
	"""He asked before the commit, and is told after everything was dropped."""
	before = left_over("roles", world.MASTER)
	assert asks(world.MASTER)[1]
	frappe.get_doc("User", world.MASTER).remove_roles(ROLE)
	frappe.db.commit()
	hdel = type(frappe.cache).hdel

	def dropped(self, name, key, *args, **kwargs):
		hdel(self, name, key, *args, **kwargs)
		if (name, key) == ("roles", world.MASTER):
			fill("roles", world.MASTER, before)

	fill("roles", world.MASTER, before)
	monkeypatch.setattr(type(frappe.cache), "hdel", dropped)
	try:
		assert not asks(world.MASTER)[1]
	finally:
		monkeypatch.undo()
		frappe.get_doc("User", world.MASTER).add_roles(ROLE)
		frappe.db.commit()


def test_user_permissions_that_were_changed_while_others_asked(admin, asks, world):
	assert asks(world.MASTER)[0] == {*world.NORTHERN, world.HIDDEN}
	before = left_over("user_permissions", world.MASTER)
	permission = frappe.get_doc(
		{"doctype": "User Permission", "user": world.MASTER, "allow": "Territory", "for_value": world.NORTH}
	).insert()
	frappe.db.commit()
	try:
		fill("user_permissions", world.MASTER, before)
		assert asks(world.MASTER)[0] == set(world.NORTHERN)
	finally:
		permission.delete()
		frappe.db.commit()


def test_a_user_who_was_disabled_while_others_asked(admin, asks, world):
	assert asks(world.READER)[0] == set(world.NORTHERN)
	kept = frappe.get_cached_doc("User", world.READER)
	user = frappe.get_doc("User", world.READER)
	user.enabled = 0
	user.save()
	frappe.db.commit()
	try:
		# In v16 it stands in another module.
		key_of = (
			getattr(frappe, "get_document_cache_key", None) or frappe.model.document.get_document_cache_key
		)
		frappe.cache.set_value(key_of("User", world.READER), kept)
		assert asks(world.READER)[0] == {"not_permitted"}
	finally:
		user.reload()
		user.enabled = 1
		user.save()
		frappe.db.commit()


def test_without_redis_the_database_is_asked(admin, asks, world, monkeypatch):
	from erpnext_mcp.policy import store

	monkeypatch.setattr(store, "_revision", lambda: None)
	before = left_over("roles", world.MASTER)
	fill("roles", world.MASTER, [r for r in before if r != ROLE])
	assert asks(world.MASTER)[1]
