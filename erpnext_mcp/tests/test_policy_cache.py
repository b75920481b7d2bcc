"""What a process keeps of the policy: a warm call asks the database nothing, and nobody's change is missed (T48, T58)."""

import threading
import time
from collections.abc import Callable, Iterator

import frappe
import httpx
import pytest
from redis.exceptions import RedisError

from erpnext_mcp.policy import store
from erpnext_mcp.policy.grant import grant_for
from erpnext_mcp.tests.endpoint import Endpoint

NAME = "MCP Test Kept"
ADMINISTRATOR = "mcp.administrator@example.com"


@pytest.fixture
def profile(admin, world) -> Iterator[str]:
	"""A profile that names nobody yet; (its name)."""
	world.profile(NAME, rules={"Territory": ("read",)})
	frappe.db.commit()
	yield NAME
	frappe.db.rollback()
	frappe.delete_doc_if_exists(store.PROFILE, NAME)
	frappe.db.commit()


@pytest.fixture
def statements(monkeypatch) -> list[str]:
	"""The statements sent to the database from now on, in the order they were sent."""
	sent: list[str] = []
	original = frappe.db.sql

	def sql(query, *values, **options):
		sent.append(str(query))
		return original(query, *values, **options)

	monkeypatch.setattr(frappe.db, "sql", sql)
	return sent


@pytest.fixture
def elsewhere(site) -> Callable[[Callable[[], None]], None]:
	"""elsewhere(function): runs it in a thread with a connection of its own, and waits for it."""

	def elsewhere(function: Callable[[], None]) -> None:
		failed: list[BaseException] = []

		def run() -> None:
			frappe.init(site.name, force=True)
			frappe.connect()
			try:
				function()
			except BaseException as e:
				failed.append(e)
			finally:
				frappe.destroy()

		thread = threading.Thread(target=run)
		thread.start()
		thread.join(60)
		assert not thread.is_alive()
		if failed:
			raise failed[0]

	return elsewhere


def new_request(user: str) -> None:
	"""Forgets what Frappe keeps for the length of a request, as the next request of this process would find it."""
	frappe.set_user(user)
	frappe.db.value_cache.clear()


def is_enabled(name: str = NAME) -> bool:
	return next(p.enabled for p in store.load().profiles if p.name == name)


def test_a_warm_load_asks_the_database_nothing(admin, world, statements):
	warm = store.load()
	statements.clear()
	assert store.load() is warm
	assert statements == []
	store.changed()
	assert store.load() is not warm
	assert len(statements) > 5, "and the counter counts"


def test_a_warm_decision_asks_the_database_nothing(admin, world, statements):
	"""The policy, the profile that applies, Frappe's permissions, the resolved fields: all of it."""

	def decide() -> None:
		access = grant_for(world.READER, store.load()).access("Customer", "read")
		assert access.fields.readable and world.SECRET not in access.fields.fields

	frappe.set_user(world.READER)
	decide()
	new_request(world.READER)
	statements.clear()
	decide()
	assert statements == []


def test_t58_a_change_by_another_connection_is_seen_at_the_next_load(profile, elsewhere):
	assert is_enabled()
	for enabled in (False, True):

		def change(enabled=enabled) -> None:
			doc = frappe.get_doc(store.PROFILE, profile)
			doc.enabled = int(enabled)
			doc.save()
			frappe.db.commit()

		elsewhere(change)
		assert is_enabled() is enabled


def test_t58_what_is_read_before_a_change_is_committed_is_not_kept(profile, elsewhere):
	"""Somebody who reads between save and commit reads the old state, and must not keep it as the new one."""
	saved, seen = threading.Event(), threading.Event()

	def change() -> None:
		doc = frappe.get_doc(store.PROFILE, profile)
		doc.enabled = 0
		doc.save()
		saved.set()
		assert seen.wait(30)
		frappe.db.commit()

	writer = threading.Thread(target=elsewhere, args=(change,))
	writer.start()
	try:
		assert saved.wait(30)
		assert is_enabled(), "not committed"
	finally:
		seen.set()
		writer.join(60)
	assert not is_enabled()


def test_t58_a_change_that_is_rolled_back_never_was(profile, elsewhere):
	def change() -> None:
		doc = frappe.get_doc(store.PROFILE, profile)
		doc.enabled = 0
		doc.save()
		frappe.db.rollback()

	elsewhere(change)
	assert is_enabled()


def test_t48_without_redis_nothing_is_kept(admin, world, monkeypatch):
	def unreachable(*_, **__):
		raise RedisError

	warm = store.load()
	monkeypatch.setattr(frappe.cache, "get", unreachable)
	assert store.load() is not warm
	assert store.load() is not store.load()
	assert store.load() == warm


@pytest.fixture
def later(monkeypatch) -> Callable[[float], None]:
	"""later(seconds): so much time has passed."""
	now = time.monotonic()
	return lambda seconds: monkeypatch.setattr(time, "monotonic", lambda: now + seconds)


@pytest.fixture
def dying(monkeypatch) -> None:
	"""Whoever writes dies between his commit and the new revision."""
	monkeypatch.setattr(store, "_new_revision", lambda: None)


def test_t48_what_is_kept_is_looked_at_again_after_a_minute(admin, world, later, statements):
	warm = store.load()
	later(store.LONGEST_KEPT - 1)
	assert store.load() is warm
	later(store.LONGEST_KEPT + 1)
	statements.clear()
	assert store.load() is warm
	assert len([s for s in statements if s.startswith("select")]) == 1, (
		"one question, while nothing has changed"
	)


ROWS = {
	"users": ("MCP Profile User", {"user": "mcp.stranger@example.com"}),
	"roles": ("MCP Profile Role", {"role": "Sales User"}),
	"clients": ("MCP Profile Client", {"client": "mcp-died"}),
	"networks": ("MCP Profile Network", {"network": "192.0.2.0/24"}),
	"reports": ("MCP Report Rule", {"report": "Addresses And Contacts"}),
	"doctype_rules": ("MCP DocType Rule", {"document_type": "Customer", "can_read": 1}),
	"field_rules": (
		"MCP Field Rule",
		{"document_type": "Territory", "fieldname": "lft", "rule": "Restricted"},
	),
	"conditions": (
		"MCP Condition",
		{
			"document_type": "Territory",
			"operation": "update",
			"field": "is_group",
			"operator": "=",
			"value": "0",
		},
	),
}


def test_every_table_of_a_profile_and_of_the_settings_is_looked_at(site):
	tables = {
		df.options
		for name in (store.PROFILE, store.SETTINGS)
		for df in frappe.get_meta(name).get_table_fields()
	}
	assert len(tables) > 5 and tables <= set(store.TABLES)


@pytest.mark.parametrize("table", ROWS)
def test_t48_a_row_whose_writer_has_died_counts_after_a_minute(profile, dying, later, table: str):
	doctype, values = ROWS[table]
	before = store.load()
	name = frappe.generate_hash(length=10)
	row = {
		"name": name,
		"parent": profile,
		"parenttype": store.PROFILE,
		"parentfield": table,
		"idx": 99,
		**values,
	}
	columns = frappe.db.get_table_columns(doctype)
	moment = frappe.utils.now()
	row = {c: v for c, v in {**row, "creation": moment, "modified": moment}.items() if c in columns}
	table_of = frappe.qb.DocType(doctype)
	frappe.qb.into(table_of).columns(*row).insert(*row.values()).run()
	frappe.db.commit()
	assert store.load() is before
	later(store.LONGEST_KEPT + 1)
	found = store.load()
	assert found is not before and found != before
	frappe.db.delete(doctype, {"name": name})
	frappe.db.commit()
	later(2 * store.LONGEST_KEPT + 2)
	assert store.load() == before


@pytest.mark.parametrize("what", ["profile", "settings", "suspension", "client"])
def test_t48_what_a_writer_who_died_has_changed_counts_after_a_minute(
	profile, world, dying, later, what: str
):
	before = store.load()
	if what == "profile":
		frappe.db.set_value(store.PROFILE, profile, "enabled", 0)
	elif what == "settings":
		was = frappe.db.get_single_value(store.SETTINGS, "max_answer_kb")
		frappe.db.set_single_value(store.SETTINGS, "max_answer_kb", 77)
	elif what == "suspension":
		doc = frappe.get_doc({"doctype": store.SUSPENSION, "user": world.STRANGER, "reason": "A test"})
		doc.flags.ignore_permissions = True
		doc.db_insert()
	else:
		doc = frappe.get_doc(
			{"doctype": store.CLIENT, "name": "mcp-died", "credential": "API key x", "paused": 1}
		)
		doc.db_insert()
	frappe.db.commit()
	try:
		assert store.load() is before
		later(store.LONGEST_KEPT + 1)
		assert store.load() != before
	finally:
		if what == "profile":
			frappe.db.set_value(store.PROFILE, profile, "enabled", 1)
		elif what == "settings":
			frappe.db.set_single_value(store.SETTINGS, "max_answer_kb", was)
		else:
			frappe.db.delete(doc.doctype, {"name": doc.name})
		frappe.db.commit()


def test_t48_what_was_changed_by_sql_counts_within_the_hour(profile, later):
	before = store.load()
	frappe.db.set_value(store.PROFILE, profile, "priority", 7, update_modified=False)
	frappe.db.commit()
	later(store.LONGEST_UNREAD + 1)
	assert store.load() != before


@pytest.fixture
def administrator(admin, world) -> Iterator[str]:
	"""The Authorization header of an MCP Administrator."""
	frappe.get_doc(
		{
			"doctype": "User",
			"email": ADMINISTRATOR,
			"first_name": "MCP Administrator",
			"send_welcome_email": 0,
			"roles": [{"role": "MCP Administrator"}],
		}
	).insert()
	yield world.api_key(ADMINISTRATOR)
	frappe.db.rollback()
	frappe.delete_doc("User", ADMINISTRATOR, force=True)
	frappe.db.commit()


def test_t58_a_change_made_in_one_process_is_seen_in_the_others(
	site, start_server, administrator, profile, world
):
	"""Three processes: an administrator saves in the first, the second and this one see it at their next call."""
	one, two = start_server(), start_server()
	site_header = {"Host": site.name} if site.kind == "bench" else {}
	agent = Endpoint(two.base_url, world.api_key(world.STRANGER), site.name if site.kind == "bench" else "")

	def save(**values) -> None:
		httpx.put(
			f"{one.base_url}/api/resource/{store.PROFILE}/{profile}",
			json=values,
			headers={"Authorization": administrator, **site_header},
			timeout=60,
		).raise_for_status()

	def is_served() -> bool:
		result = agent.rpc("tools/call", {"name": "list_doctypes"}).json()["result"]
		return not result.get("isError")

	save(users=[{"user": world.STRANGER}])
	for _ in range(3):
		save(enabled=0)
		assert not is_served()
		assert not is_enabled()
		save(enabled=1)
		assert is_served()
		assert is_enabled()
