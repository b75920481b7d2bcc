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


def test_t48_what_is_kept_is_read_again_after_a_minute(admin, world, monkeypatch):
	"""A writer may have died between its commit and the new revision."""
	warm = store.load()
	now = time.monotonic()
	monkeypatch.setattr(time, "monotonic", lambda: now + store.LONGEST_KEPT - 1)
	assert store.load() is warm
	monkeypatch.setattr(time, "monotonic", lambda: now + store.LONGEST_KEPT + 1)
	assert store.load() is not warm


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
