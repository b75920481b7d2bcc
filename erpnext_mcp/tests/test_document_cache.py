"""Answers that are given again where a rule ticks Cache Documents: never another's, never older than a change (T48, T58)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import frappe
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from erpnext_mcp.documents import decided_by
from erpnext_mcp.limits import cache, generations

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
READS = ("get", "list", "search", "count", "aggregate")


@pytest.fixture
def cached(granted) -> Callable[..., Any]:
	"""cached({DocType: operations}, ...): as `granted`, with Cache Documents ticked in every rule."""

	def cached(rules: dict[str, str], *, more: dict | None = None, **values: Any):
		ticked = {d: {"cache_documents": 1, **(more or {}).get(d, {})} for d in rules}
		return granted(rules, more=ticked, **values)

	return cached


@pytest.fixture
def customers(cached) -> Iterator[None]:
	with cached({"Customer": "read update", "Territory": "read"}):
		yield


@pytest.fixture
def is_kept(call) -> Callable[..., bool]:
	"""is_kept(user, tool, **arguments): whether the call is answered from what was kept."""

	def is_kept(user: str, tool: str, /, **arguments: Any) -> bool:
		before = cache.statistics()["hits"]
		answer = call(user, tool, **arguments)
		assert answer.error is None, answer.error
		return cache.statistics()["hits"] > before

	return is_kept


def read(call, user: str, name: str, fieldname: str = "website") -> Any:
	answer = call(user, "get_generic_document", doctype="Customer", name=name)
	assert answer.error is None, answer.error
	return answer.content["document"].get(fieldname)


def names(call, user: str, **arguments: Any) -> set[str]:
	arguments = {"doctype": "Customer", "filters": {"name": ["like", "MCP %"]}, **arguments}
	answer = call(user, "list_generic_documents", **arguments)
	assert answer.error is None, answer.error
	return {d["name"] for d in answer.content["documents"]}


def arguments_of(kind: str, name: str) -> dict[str, Any]:
	return {
		"get": {"name": name},
		"list": {"filters": {"name": name}, "fields": ["name", "territory"]},
		"search": {"search_term": name},
		"count": {"filters": {"name": ["like", "MCP %"]}},
		"aggregate": {"group_by": ["territory"], "aggregates": [{"function": "count"}]},
	}[kind]


def tool_of(kind: str) -> str:
	return "get_generic_document" if kind == "get" else f"{kind}_generic_documents"


@pytest.mark.parametrize("kind", READS)
def test_the_second_answer_is_the_first_one_again(call, world, customers, last_entry, kind):
	arguments = {"doctype": "Customer", **arguments_of(kind, world.ALPHA)}
	generations.changed({"Customer"})
	before = cache.statistics()
	first = call(world.READER, tool_of(kind), **arguments)
	assert first.error is None, first.error
	first_entry = last_entry(user=world.READER)
	again = call(world.READER, tool_of(kind), **arguments)
	second_entry = last_entry(user=world.READER)
	after = cache.statistics()
	assert (after["hits"], after["misses"]) == (before["hits"] + 1, before["misses"] + 1)
	assert (again.content, again.text) == (first.content, first.text)
	assert second_entry.name != first_entry.name, "it is recorded like any other"
	for said in (
		"tool",
		"operation",
		"reference_doctype",
		"reference_name",
		"field_names",
		"row_count",
		"byte_count",
	):
		assert second_entry.get(said) == first_entry.get(said), said


def test_own_tools_share_the_answers_of_the_generic_ones(call, world, cached, is_kept):
	with cached({"Customer": "read"}, more={"Customer": {"own_tools": 1}}):
		assert not is_kept(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert is_kept(world.READER, "get_customer_document", name=world.ALPHA)


def test_nothing_is_kept_unless_it_is_ticked_and_switched_on(call, world, granted, cached, changed, is_kept):
	arguments = {"doctype": "Customer", "name": world.ALPHA}
	with granted({"Customer": "read"}):
		assert not any(is_kept(world.READER, "get_generic_document", **arguments) for _ in range(3))
	with cached({"Customer": "read"}):
		with changed(*SETTINGS, cache_enabled=0):
			assert not any(is_kept(world.READER, "get_generic_document", **arguments) for _ in range(3))
		assert [is_kept(world.READER, "get_generic_document", **arguments) for _ in range(2)] == [False, True]


def test_failures_are_not_kept(call, world, customers):
	before = cache.statistics()["entries"]
	for _ in range(2):
		assert call(world.READER, "get_generic_document", doctype="Customer", name="No Such").error
	assert cache.statistics()["entries"] == before


def test_t48_users_never_get_each_others_answers(call, world, customers):
	for _ in range(2):
		assert names(call, world.READER) == set(world.NORTHERN)
		assert names(call, world.MASTER) == {*world.NORTHERN, world.HIDDEN}
		assert (
			world.SECRET
			not in (
				call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA).content[
					"document"
				]
			)
		)
		assert read(call, world.MASTER, world.ALPHA, world.SECRET) == world.SECRET_VALUE
		hidden = call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
		assert hidden.error.code == "not_found"
		assert read(call, world.MASTER, world.HIDDEN, "name") == world.HIDDEN


@pytest.fixture
def website(world) -> Iterator[Callable[[Any], None]]:
	"""website(how): puts a new website on ALPHA; gives it back."""
	before = frappe.db.get_value("Customer", world.ALPHA, "website")
	yield lambda value: frappe.get_doc("Customer", world.ALPHA).db_set("website", value)
	frappe.db.rollback()
	frappe.get_doc("Customer", world.ALPHA).db_set("website", before)
	frappe.db.commit()


def test_t48_a_changed_document_is_read_again(call, world, customers, website):
	old = read(call, world.READER, world.ALPHA)
	for way in ("save", "db_set", "tool"):
		value = f"https://{way}.example.com"
		assert read(call, world.READER, world.ALPHA) == old
		if way == "save":
			doc = frappe.get_doc("Customer", world.ALPHA)
			doc.website = value
			doc.save()
		elif way == "db_set":
			website(value)
		else:
			answer = call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=world.ALPHA,
				data={"website": value},
			)
			assert answer.error is None, answer.error
		frappe.db.commit()
		assert read(call, world.READER, world.ALPHA) == value, way
		old = value


def test_t48_what_is_not_committed_is_neither_seen_nor_kept(call, world, customers, website):
	old = read(call, world.READER, world.ALPHA)
	website("https://undone.example.com")
	frappe.db.rollback()
	assert read(call, world.READER, world.ALPHA) == old
	website("https://done.example.com")
	frappe.db.commit()
	assert read(call, world.READER, world.ALPHA) == "https://done.example.com"


def test_t48_made_renamed_deleted(call, world, customers):
	mine = {"filters": {"name": ["like", "MCP Kept%"]}}
	assert names(call, world.MASTER, **mine) == set()
	doc = frappe.copy_doc(frappe.get_doc("Customer", world.ALPHA))
	doc.customer_name = "MCP Kept One"
	doc.name = None
	doc.insert()
	frappe.db.commit()
	try:
		assert names(call, world.MASTER, **mine) == {doc.name}
		frappe.rename_doc("Customer", doc.name, "MCP Kept Two", force=True, show_alert=False)
		frappe.db.commit()
		assert names(call, world.MASTER, **mine) == {"MCP Kept Two"}
	finally:
		frappe.db.rollback()
		for name in ("MCP Kept One", "MCP Kept Two"):
			frappe.delete_doc_if_exists("Customer", name, force=True)
		frappe.db.commit()
	assert names(call, world.MASTER, **mine) == set()


def test_t48_a_renamed_link_target_is_seen(call, world, customers):
	"""As somebody without User Permissions: not every site's Frappe renames in those."""
	assert read(call, world.MASTER, world.ALPHA, "territory") == world.NORTH
	frappe.rename_doc("Territory", world.NORTH, "MCP Up North", force=True, show_alert=False)
	frappe.db.commit()
	try:
		assert read(call, world.MASTER, world.ALPHA, "territory") == "MCP Up North"
	finally:
		frappe.db.rollback()
		frappe.rename_doc("Territory", "MCP Up North", world.NORTH, force=True, show_alert=False)
		frappe.db.commit()
	assert read(call, world.MASTER, world.ALPHA, "territory") == world.NORTH


def test_t48_what_sql_changes_is_seen_after_the_seconds_of_the_settings(
	call, world, customers, changed, website
):
	website("https://old.example.com")
	frappe.db.commit()
	with changed(*SETTINGS, cache_ttl=1):
		assert read(call, world.READER, world.ALPHA) == "https://old.example.com"
		frappe.db.set_value("Customer", world.ALPHA, "website", "https://sql.example.com")
		frappe.db.commit()
		deadline = time.monotonic() + 5
		while read(call, world.READER, world.ALPHA) != "https://sql.example.com":
			assert time.monotonic() < deadline
			time.sleep(0.1)
		assert time.monotonic() < deadline - 2


@contextmanager
def made(doctype: str, **values: Any) -> Iterator[Any]:
	"""A committed document for the length of a with block."""
	doc = frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)
	frappe.db.commit()
	try:
		yield doc
	finally:
		frappe.db.rollback()
		frappe.delete_doc(doctype, doc.name, force=True)
		frappe.db.commit()


def test_t48_a_share_is_seen_and_its_end(call, world, customers):
	assert names(call, world.READER) == set(world.NORTHERN)
	frappe.share.add("Customer", world.HIDDEN, world.READER, read=1)
	frappe.db.commit()
	try:
		shown = names(call, world.READER)
		assert shown == {*world.NORTHERN, world.HIDDEN}
	finally:
		frappe.share.remove("Customer", world.HIDDEN, world.READER)
		frappe.db.commit()
	assert names(call, world.READER) == set(world.NORTHERN)


def test_t48_a_user_permission_is_seen_and_its_end(call, world, customers):
	assert world.HIDDEN in names(call, world.MASTER)
	with made("User Permission", user=world.MASTER, allow="Territory", for_value=world.NORTH):
		assert names(call, world.MASTER) == set(world.NORTHERN)
	assert world.HIDDEN in names(call, world.MASTER)


def test_t48_a_document_that_moves_in_the_tree_of_a_user_permission(call, world, customers):
	"""The generations of the DocTypes of User Permissions are part of what an answer is kept for."""
	assert decided_by.trees(access(world.READER)) == ["Territory"]
	assert names(call, world.READER) == set(world.NORTHERN)
	before = cache.statistics()["misses"]
	frappe.get_doc("Territory", world.NORTH).save()
	frappe.db.commit()
	assert names(call, world.READER) == set(world.NORTHERN)
	assert cache.statistics()["misses"] == before + 1


def access(user: str, doctype: str = "Customer"):
	from erpnext_mcp.policy import store
	from erpnext_mcp.policy.grant import grant_for

	return grant_for(user, store.load()).access(doctype, "read")


def test_t48_the_placeholders_of_a_row_filter_are_those_of_now(call, world, cached):
	"""What placeholders of a row filter stand for is part of the decision, and that is made for every call."""
	with cached(
		{"Customer": "read"},
		more={"Customer": {"row_filter": '[["territory", "=", "{{defaults.mcp_kept}}"]]'}},
	):
		assert names(call, world.MASTER) == set()
		frappe.defaults.set_user_default("mcp_kept", world.SOUTH, world.MASTER)
		frappe.db.commit()
		try:
			assert names(call, world.MASTER) == {world.HIDDEN}
		finally:
			frappe.defaults.clear_user_default("mcp_kept", world.MASTER)
			frappe.db.commit()
		assert names(call, world.MASTER) == set()


def test_t48_a_reader_between_a_change_and_its_commit_keeps_nothing_for_later(
	call, world, customers, website
):
	"""The generation is taken before the snapshot that is read, and there is a new one after the commit."""
	old = read(call, world.READER, world.ALPHA)
	original, done = cache.keep, []

	def late(*arguments):
		# Between this call's reading and its keeping somebody else changes the document.
		if not done:
			done.append(1)
			frappe.flags.read_only = False
			frappe.db.rollback()
			website("https://meanwhile.example.com")
			frappe.db.commit()
		return original(*arguments)

	generations.changed({"Customer"})
	frappe.db.commit()
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(cache, "keep", late)
		assert read(call, world.READER, world.ALPHA) == old
	assert done
	assert read(call, world.READER, world.ALPHA) == "https://meanwhile.example.com"


def test_a_transaction_tells_each_doctype_once_and_once_more_when_committed(
	admin, world, website, monkeypatch
):
	told: list[set[str]] = []
	monkeypatch.setattr(generations, "_renew", lambda names: told.append(set(names)))
	for value in ("a", "b", "c"):
		website(value)
	assert told == [{"Customer"}]
	frappe.db.rollback()
	website("d")
	assert told == [{"Customer"}] * 2
	frappe.db.commit()
	assert told == [{"Customer"}] * 3
	website("e")
	assert told == [{"Customer"}] * 4


def test_without_redis_everything_is_read(call, world, customers, monkeypatch):
	read(call, world.READER, world.ALPHA)

	def unreachable(*_, **__):
		raise RedisConnectionError

	monkeypatch.setattr(frappe.cache, "execute_command", unreachable)
	monkeypatch.setattr(frappe.cache, "evalsha", unreachable)
	assert read(call, world.READER, world.ALPHA, "name") == world.ALPHA
	assert cache.statistics() == {}
	generations.changed({"Customer"})


@pytest.mark.parametrize("lost", ["generations", "answers"])
def test_what_redis_has_lost_is_read_again(call, world, customers, website, lost):
	old = read(call, world.READER, world.ALPHA)
	frappe.db.set_value("Customer", world.ALPHA, "website", "https://lost.example.com")
	frappe.db.commit()
	assert read(call, world.READER, world.ALPHA) == old
	keys = [generations.KEY] if lost == "generations" else []
	found = [frappe.cache.make_key(k) for k in keys] or frappe.cache.keys(
		frappe.cache.make_key(cache.PREFIX + "*")
	)
	frappe.cache.delete(*found)
	assert read(call, world.READER, world.ALPHA) == "https://lost.example.com"


def test_no_more_answers_than_the_settings_say(call, world, customers, changed, is_kept):
	with changed(*SETTINGS, cache_size=3):
		for limit in range(1, 8):
			names(call, world.READER, limit=limit)
		assert cache.statistics()["entries"] == 3
		kept = frappe.cache.keys(frappe.cache.make_key(cache.PREFIX + "*"))
		assert len(kept) == 3
		arguments = {"doctype": "Customer", "filters": {"name": ["like", "MCP %"]}}
		assert is_kept(world.READER, "list_generic_documents", limit=7, **arguments)
		assert not is_kept(world.READER, "list_generic_documents", limit=1, **arguments)


def test_large_answers_are_not_kept(call, world, customers, is_kept, monkeypatch):
	monkeypatch.setattr(cache, "LARGEST", 100)
	assert not any(
		is_kept(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA) for _ in range(2)
	)


def test_code_that_decides_is_never_cached(admin, world, customers, monkeypatch):
	assert decided_by.decided_by(access(world.READER)) is not None
	original = frappe.get_hooks
	for hook in decided_by.HOOKS:
		for doctype in ("Customer", "*"):
			with monkeypatch.context() as patch:
				patch.setattr(
					frappe,
					"get_hooks",
					lambda name=None, *a, hook=hook, doctype=doctype, **k: (
						{doctype: ["some.method"]} if name == hook else original(name, *a, **k)
					),
				)
				assert decided_by.decided_by(access(world.READER)) is None
	with monkeypatch.context() as patch:
		patch.setattr(decided_by, "get_server_script_map", lambda: {"permission_query": {"Customer": "X"}})
		assert decided_by.decided_by(access(world.READER)) is None
	with monkeypatch.context() as patch:
		controller = decided_by.get_controller("Customer")
		patch.setattr(controller, "has_permission", lambda *_: True, raising=False)
		assert decided_by.decided_by(access(world.READER)) is None
	assert decided_by.decided_by(replace(access(world.READER), doctype="Selling Settings")) is None
	assert decided_by._facts(fake_meta(is_virtual=1)) == []
	assert decided_by._facts(fake_meta(permissions=[frappe._dict(if_owner=1)])) == []
	assert decided_by._facts(fake_meta(fields=[frappe._dict(fieldname="v", is_virtual=1)])) == []
	assert decided_by._facts(fake_meta()) != []


class Meta(frappe._dict):
	"""What Frappe's has of a dict."""

	@property
	def __dict__(self):
		return {}


def fake_meta(**values: Any):
	return Meta({"name": "X", "permissions": [], "fields": [frappe._dict(fieldname="f")], **values})


@pytest.mark.parametrize(
	("values", "refused"),
	[
		({"cache_ttl": 0}, True),
		({"cache_ttl": 3601}, True),
		({"cache_size": 0}, True),
		({"cache_ttl": 3600, "cache_size": 1}, False),
		({"cache_enabled": 0, "cache_ttl": 0}, False),
	],
)
def test_the_settings_are_checked(admin, values, refused):
	doc = frappe.get_doc(*SETTINGS)
	doc.update(values)
	if refused:
		with pytest.raises(frappe.ValidationError, match="between 1 and"):
			doc.save()
	else:
		doc.save()


def test_settings_from_before_the_cache_have_its_defaults(admin):
	doc = frappe.get_doc(*SETTINGS)
	doc.cache_ttl = doc.cache_size = None
	doc.save()
	assert (doc.cache_ttl, doc.cache_size) == (60, 1000)


def test_administrators_are_told_how_the_caches_do(call, world, customers):
	assert "caches" not in call(world.READER, "get_system_info").content
	with made(
		"User",
		email="mcp.caches@example.com",
		first_name="x",
		send_welcome_email=0,
		roles=[{"role": "System Manager"}],
	) as user:
		with made(
			"MCP Permission Profile",
			profile_name="MCP Test Caches",
			users=[{"user": user.name}],
			doctype_rules=[{"document_type": "Territory", "can_read": 1}],
		):
			caches = call(user.name, "get_system_info").content["caches"]
	assert set(caches["documents"]) == {"hits", "misses", "entries"}
	assert set(caches["policy"]) == {"hits", "misses"}
	assert all(n >= 0 for counts in caches.values() for n in counts.values())
