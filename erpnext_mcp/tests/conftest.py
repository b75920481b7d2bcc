"""Fixtures for all tests of the app."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Whether an example is slow says more of the machine than of the code; deadlines belong into dev/benchmark.
settings.register_profile("erpnext_mcp", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("erpnext_mcp")


AUDITOR = "mcp.auditor@example.com"


@pytest.fixture(scope="session")
def world(site) -> Iterator[Any]:
	"""The users, customers and profiles of `erpnext_mcp.tests.world`."""
	from erpnext_mcp.tests import world

	world.build()
	yield world
	if site.kind == "bench":
		world.destroy()


@pytest.fixture
def admin(world) -> Iterator[None]:
	"""Leaves the test as it found it: logged in as Administrator, nothing uncommitted."""
	import frappe

	frappe.set_user("Administrator")
	frappe.db.rollback()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.local.message_log = []


@pytest.fixture
def auditor(admin, world) -> Iterator[str]:
	"""A user with the role MCP Administrator alone; gone after the test."""
	import frappe

	world.make_user(AUDITOR, "MCP Administrator")
	frappe.db.commit()
	yield AUDITOR
	frappe.set_user("Administrator")
	frappe.delete_doc("User", AUDITOR, force=True)
	frappe.db.commit()


@pytest.fixture(scope="module")
def reader_key(world) -> str:
	"""The Authorization header of world.READER. Of one module: some renew keys."""
	return world.api_key(world.READER)


@pytest.fixture(scope="module")
def master_key(world) -> str:
	"""The Authorization header of world.MASTER."""
	return world.api_key(world.MASTER)


@pytest.fixture
def call(admin) -> Callable[..., Any]:
	"""call(user, tool, **arguments) → Answer: one call through the pipeline in this process, logged in as the user."""
	import frappe

	from erpnext_mcp.mcp_server import pipeline
	from erpnext_mcp.mcp_server.caller import Caller

	def call(user: str, tool: str, /, **arguments: Any):
		frappe.set_user(user)
		try:
			return pipeline.run(Caller(user, "test", ip_address="127.0.0.1", request_id="1"), tool, arguments)
		finally:
			frappe.set_user("Administrator")

	return call


@pytest.fixture
def changed(admin) -> Callable[..., Any]:
	"""changed(doctype, name, **values): a committed change for the length of a with block."""
	import frappe

	def save(doctype: str, name: str, values: dict[str, Any]) -> None:
		frappe.set_user("Administrator")
		doc = frappe.get_doc(doctype, name)
		doc.update(values)
		doc.save()
		frappe.db.commit()

	def plain(value: Any) -> Any:
		if not isinstance(value, list):
			return value
		# Rows that were deleted come back as new ones.
		return [
			{k: v for k, v in row.as_dict(no_default_fields=True).items() if k != "name"} for row in value
		]

	@contextmanager
	def changed(doctype: str, name: str, **values: Any) -> Iterator[None]:
		before = {fieldname: plain(frappe.get_doc(doctype, name).get(fieldname)) for fieldname in values}
		save(doctype, name, values)
		try:
			yield
		finally:
			frappe.db.rollback()
			save(doctype, name, before)

	return changed


@pytest.fixture
def granted(changed, world) -> Callable[..., Any]:
	"""granted({"Customer": "read update"}, fields=[("Customer", "website", "Restricted")], ...): the profile of READER and
	MASTER with exactly these rules, for the length of a with block.

	`fields`: (DocType, fieldname or table.fieldname, rule[, mask style]); `conditions`: (DocType, operation, field,
	operator, value[, "Before"]); `more`: further values of rules, by DocType.
	"""
	import json

	def rule(doctype: str, operations: str, more: dict[str, Any]) -> dict[str, Any]:
		return {
			"document_type": doctype,
			"acknowledge_hidden_name": 1,
			"acknowledge_hidden_required": 1,
			**{f"can_{operation}": 1 for operation in operations.split()},
			**more,
		}

	def field_rule(doctype: str, fieldname: str, rule: str, mask_style: str = "") -> dict[str, Any]:
		table, _dot, fieldname = fieldname.rpartition(".")
		return {
			"document_type": doctype,
			"table_field": table,
			"fieldname": fieldname,
			"rule": rule,
			"mask_style": mask_style,
		}

	def condition(doctype, operation, field, operator, value=None, state="After") -> dict[str, Any]:
		return {
			"document_type": doctype,
			"operation": operation,
			"field": field,
			"operator": operator,
			"value": None if value is None else json.dumps(value),
			"document_state": state,
		}

	def granted(rules: dict[str, str], *, fields=(), conditions=(), more=None, **values: Any):
		return changed(
			"MCP Permission Profile",
			world.PROFILE,
			doctype_rules=[rule(d, operations, (more or {}).get(d, {})) for d, operations in rules.items()],
			field_rules=[field_rule(*f) for f in fields],
			conditions=[condition(*c) for c in conditions],
			**values,
		)

	return granted


@pytest.fixture
def exact_versions(monkeypatch) -> None:
	"""Version tokens that tell every change of a field: one in 64 goes untold otherwise (`documents/versions.py`)."""
	from erpnext_mcp.documents import versions

	def character(fieldname: str, value: Any) -> str:
		number = int.from_bytes(sha256(repr((fieldname, value)).encode()).digest()[:4], "big")
		return chr(0x4E00 + number % 20_000)

	monkeypatch.setattr(versions, "_character", character)


@pytest.fixture
def last_entry(admin) -> Callable[..., Any]:
	"""last_entry(**filters) → the newest MCP Audit Entry."""
	import frappe

	def last_entry(**filters: Any):
		frappe.db.rollback()  # a new snapshot: another thread or process may have written it
		names = frappe.get_all(
			"MCP Audit Entry",
			filters=filters,
			order_by="timestamp desc, creation desc",
			pluck="name",
			limit=1,
		)
		return frappe.get_doc("MCP Audit Entry", names[0]) if names else None

	return last_entry


@pytest.fixture
def in_process(site, server, admin) -> Callable[..., Any]:
	"""in_process(method, path, headers, peer=address, data=body) → werkzeug's response: what the server serves, but in a
	thread of this process, so that a test can change its code, and says who calls."""
	from frappe.app import application
	from werkzeug.test import Client

	def one(method: str, path: str, headers: dict[str, str], peer: str, data: str):
		response = Client(application, use_cookies=False).open(
			path, method=method, headers=headers, data=data, environ_overrides={"REMOTE_ADDR": peer}
		)
		response.get_data()
		response.close()
		return response

	def in_process(method: str, path: str, headers: dict[str, str], peer: str = "127.0.0.1", data: str = ""):
		ours = {"Host": site.name, "X-Frappe-Site-Name": site.name, "Accept": "application/json"}
		with ThreadPoolExecutor(1) as pool:  # a new thread knows nothing of this one's frappe.local
			return pool.submit(one, method, path, ours | headers, peer, data).result()

	return in_process


@pytest.fixture
def fresh_audit(site, admin) -> Iterator[None]:
	"""A site whose audit begins, and begins again afterwards."""
	from erpnext_mcp.tests import audits

	if site.kind == "bench":
		pytest.skip("the audit of a real site is not for tests to delete")
	audits.clear()
	yield
	audits.clear()


@pytest.fixture
def command(site, admin) -> Callable[..., Any]:
	"""command(*arguments) → the result of `bench --site S mcp ...`; progress is in its `stderr`."""
	import frappe
	from click.testing import CliRunner

	from erpnext_mcp.commands import commands

	(group,) = commands
	context = frappe._dict(sites=[site.name], profile=False, force=False, verbose=False)
	try:
		runner = CliRunner(mix_stderr=False)
	except TypeError:  # click 8.2 never mixes them
		runner = CliRunner()

	def command(*arguments: str):
		frappe.db.commit()
		with ThreadPoolExecutor(1) as pool:  # a new thread knows nothing of this one's site
			result = pool.submit(runner.invoke, group, arguments, obj=context).result()
		frappe.db.rollback()  # a new snapshot
		return result

	return command


@pytest.fixture(scope="module")
def viewers(world) -> Iterator[None]:
	"""The administrators of `erpnext_mcp.tests.simulating`."""
	from erpnext_mcp.tests import simulating

	simulating.make_viewers(world)
	yield
	simulating.remove_viewers()


@pytest.fixture
def simulate(admin, viewers) -> Callable[..., dict[str, Any]]:
	"""simulate(viewer, user, tool, client=..., ip_address=..., **arguments) → what the simulator's page gets."""
	import json

	import frappe

	from erpnext_mcp.api.desk import simulator
	from erpnext_mcp.limits import limiter

	def simulate(
		viewer: str, user: str, tool: str = "tools/list", /, client=None, ip_address=None, **arguments: Any
	):
		frappe.set_user(viewer)
		try:
			limiter.forget(f"erpnext_mcp:simulations:{viewer}")
			return simulator.simulate(user, tool, json.dumps(arguments), client, ip_address)
		finally:
			assert frappe.session.user == viewer
			frappe.set_user("Administrator")

	return simulate
