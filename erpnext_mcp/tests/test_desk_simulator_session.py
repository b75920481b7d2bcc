"""A simulation over HTTP leaves the viewer's session as it was: his cookie, his CSRF token, what is kept of it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from erpnext_mcp.tests.desk_session import DeskSession
from erpnext_mcp.tests.simulating import NONE, NORTH, SOME

SIMULATE = "erpnext_mcp.api.desk.simulator.simulate"


@pytest.fixture
def desk(server, site, world, admin, viewers):
	host = site.name if site.kind == "bench" else ""
	return lambda user: DeskSession.login(server.base_url, user, host=host)


def whoami(session):
	return session.get("frappe.auth.get_logged_user").json().get("message")


def kept(user):
	"""What the site keeps of the sessions of a user."""
	import frappe

	frappe.db.rollback()
	table = frappe.qb.DocType("Sessions")
	rows = (
		frappe.qb.from_(table)
		.select(table.sid, table.user, table.sessiondata)
		.where(table.user == user)
		.run()
	)
	cached = {sid: frappe.cache.hget("session", sid) for sid, _user, _data in rows}
	return rows, {sid: (c or {}).get("user") for sid, c in cached.items()}


@pytest.mark.parametrize(
	("tool", "arguments"),
	[
		("tools/list", {}),
		("get_generic_document", {"doctype": "Customer", "name": "MCP Alpha"}),
		("get_generic_document", {"doctype": "Customer", "name": "none of this name"}),
		(
			"update_generic_document",
			{"doctype": "Customer", "name": "MCP Alpha", "data": {"website": "x.example.com"}},
		),
		("list_generic_documents", {"doctype": "Customer", "filters": 5}),
		("no_such_tool", {}),
	],
)
def test_the_viewer_stays_who_he_is(desk, world, tool, arguments):
	session = desk(SOME)
	before = kept(SOME)
	for _i in range(2):
		answer = session.post(SIMULATE, user=world.READER, tool=tool, arguments=arguments)
		assert answer.status == 200, answer.body
		assert answer.json()["message"]["user"] == world.READER
		assert not {"sid", "user_id", "full_name"} & {
			n for n, v in answer.cookies.items() if world.READER in v
		}
		assert answer.cookies.get("user_id", SOME) in (SOME, SOME.replace("@", "%40"))
		assert whoami(session) == SOME
	# A POST passes with the same CSRF token, so that is still his, too.
	assert session.post("frappe.client.get_count", doctype="Customer").status == 200
	after = kept(SOME)
	assert [row[:2] for row in after[0]] == [row[:2] for row in before[0]]
	assert set(after[1].values()) <= {SOME, None}
	assert all(world.READER not in str(row[2]) for row in after[0])


def test_nor_does_the_other_user_get_one(desk, world):
	before = kept(world.READER)
	desk(SOME).post(SIMULATE, user=world.READER, tool="tools/list")
	assert kept(world.READER) == before


def test_after_a_forbidden_one(desk, world):
	session = desk(SOME)
	answer = session.post(SIMULATE, user="Administrator", tool="tools/list")
	assert answer.status == 403
	assert whoami(session) == SOME


def test_after_something_broke(desk, world, in_process, monkeypatch):
	"""Whatever is raised in the middle, in the session of the other user."""
	import frappe

	from erpnext_mcp.desk.simulator.session import as_user

	frappe.set_user(world.MASTER)
	frappe.session.data.csrf_token = "token"
	before = dict(frappe.local)
	session = dict(frappe.session)

	def breaks():
		frappe.local.left_behind = 1
		frappe.local.session_obj = "another"
		frappe.flags.left_behind = 1
		frappe.msgprint("left behind")
		frappe.set_user("Guest")
		raise RuntimeError

	with pytest.raises(RuntimeError):
		as_user(world.READER, breaks)
	after = dict(frappe.local)
	assert before.keys() == after.keys()
	assert all(before[name] is after[name] for name in before)
	assert dict(frappe.session) == session
	assert "left_behind" not in frappe.flags


def test_rights_and_language_of_the_viewer_come_back(admin, world):
	import frappe

	from erpnext_mcp.desk.simulator.session import as_user

	frappe.set_user(world.MASTER)
	frappe.local.lang = "de"
	mine = frappe.get_list("Customer", pluck="name", limit=500)
	his = as_user(world.READER, lambda: frappe.get_list("Customer", pluck="name", limit=500))
	assert world.HIDDEN in mine and world.HIDDEN not in his
	assert frappe.get_list("Customer", pluck="name", limit=500) == mine
	assert frappe.local.lang == "de"
	assert as_user(world.READER, lambda: frappe.local.lang) != "de"


def test_a_plain_user_is_refused(desk, world):
	session = desk(world.READER)
	for method in ("simulate", "users", "clients"):
		answer = session.post(f"erpnext_mcp.api.desk.simulator.{method}", user=world.READER)
		assert answer.status == 403, (method, answer.body)
	assert session.get("erpnext_mcp.api.desk.simulator.tools").status == 403
	assert session.get(SIMULATE, user=world.READER).status == 403


def test_two_at_once(desk, world):
	"""On threads of one process, with dry runs among them."""
	sessions = [desk(user) for user in (NORTH, SOME, NONE)]
	ready = threading.Barrier(3)

	def many(number):
		ready.wait()
		found = []
		for position in range(4):
			tool, arguments = (
				(
					"update_generic_document",
					{"doctype": "Customer", "name": "MCP Alpha", "data": {"website": "a.b"}},
				)
				if (number + position) % 2
				else ("list_generic_documents", {"doctype": "Customer"})
			)
			user = (world.READER, world.MASTER)[position % 2]
			answer = sessions[number].post(SIMULATE, user=user, tool=tool, arguments=arguments)
			found.append((answer.status, answer.json().get("message", {}).get("user"), user))
		return found

	with ThreadPoolExecutor(3) as pool:
		for found in pool.map(many, range(3)):
			assert all(status == 200 and told == asked for status, told, asked in found), found
	assert [whoami(s) for s in sessions] == [NORTH, SOME, NONE]
