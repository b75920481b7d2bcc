"""One call, one transaction (T22, T23, T24): what hooks try in the middle of it, and what leaves the process."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import frappe
import pytest
from frappe.model.naming import make_autoname

from erpnext_mcp.documents import transactions
from erpnext_mcp.documents.control import ends_transaction
from erpnext_mcp.mcp_server import pipeline
from erpnext_mcp.tests import writes

RULES = {"Customer": "read create update", "Territory": "read"}
NAME = "MCP Transaction"


@pytest.fixture
def create(call, world, granted):
	"""create(**arguments) → the answer of a create call for the customer NAME."""

	def create(**arguments):
		with granted(RULES):
			data = {**writes.customer(NAME, world.NORTH), **arguments.pop("data", {})}
			return call(world.READER, "create_generic_document", doctype="Customer", data=data, **arguments)

	yield create
	writes.delete("Customer", NAME)


def tried(work) -> None:
	"""What hooks do that swallow every exception."""
	try:
		work()
	except Exception:
		pass


def failing(*_arguments) -> None:
	frappe.throw("It can't be done.")


# ---------------------------------------------------------------- T24

ENDS = [
	"commit",
	" COMMIT AND CHAIN",
	"/* x */ commit",
	"-- x\ncommit",
	"# x\n  commit",
	"/*! commit */",
	"/*M! commit */",
	"/*!50000 commit */",
	"/* a *//* b */ rollback",
	"rollback",
	"rollback work",
	"ROLLBACK AND NO CHAIN",
	"begin",
	"begin work",
	"START TRANSACTION READ ONLY",
	"end",
	"end transaction",
	"set autocommit = 1",
	"SET SESSION autocommit=0",
	"set @@autocommit=1",
	"set @@session.autocommit=1",
	"set sql_mode='', autocommit=1",
	"set password = 'x'",
	"create table x (a int)",
	"create or replace table x (a int)",
	"create index i on x (a)",
	"drop table x",
	"alter table x add a int",
	"truncate x",
	"truncate table x",
	"rename table x to y",
	"lock table x write",
	"lock tables x write",
	"unlock tables",
	"grant all on x to y",
	"analyze table x",
	"optimize table x",
	"check table x",
	"flush tables",
	"xa start 'x'",
]
GOES_ON = [
	"select 1",
	"select 'commit'",
	"select * from `tabCustomer` for update",
	"insert into x values ('commit')",
	"update x set a = 'rollback'",
	"update tabSeries set current = 1",
	"delete from x",
	"savepoint a",
	"rollback to a",
	"rollback to savepoint a",
	"rollback work to savepoint a",
	"release savepoint a",
	"create temporary table x (a int)",
	"create or replace temporary table x (a int)",
	"drop temporary table x",
	"set session max_statement_time = 2",
	"set @x = 1",
	"show tables",
	"describe x",
	"with x as (select 1) select * from x",
	"replace into x values (1)",
	"committed",
	"beginning",
	"",
]


@pytest.mark.parametrize("query", ENDS)
def test_t24_statements_that_end_a_transaction(query):
	assert ends_transaction(query)


@pytest.mark.parametrize("query", GOES_ON)
def test_t24_statements_that_do_not(query):
	assert not ends_transaction(query)


def raw(statement: str) -> None:
	frappe.db._cursor.execute(statement)


MEDDLING = {
	"commit": lambda doc: frappe.db.commit(),
	"commit swallowed": lambda doc: tried(frappe.db.commit),
	"rollback": lambda doc: frappe.db.rollback(),
	"rollback swallowed": lambda doc: tried(frappe.db.rollback),
	"begin": lambda doc: frappe.db.begin(),
	"sql commit": lambda doc: frappe.db.sql("commit"),
	"sql commit swallowed": lambda doc: tried(lambda: frappe.db.sql("/* x */ COMMIT")),
	"sql rollback swallowed": lambda doc: tried(lambda: frappe.db.sql("rollback")),
	"auto_commit": lambda doc: frappe.db.sql("select 1", auto_commit=1),
	"multisql": lambda doc: frappe.db.multisql({frappe.db.db_type: "commit"}),
	"ddl": lambda doc: frappe.db.sql_ddl("create table `mcp_left` (a int)"),
	"ddl swallowed": lambda doc: tried(lambda: frappe.db.sql_ddl("create table `mcp_left` (a int)")),
	"ddl by sql": lambda doc: tried(lambda: frappe.db.sql("create table `mcp_left` (a int)")),
	"truncate": lambda doc: tried(lambda: frappe.db.truncate("Note")),
	"the driver's rollback": lambda doc: raw("rollback"),
	"another connection": lambda doc: (frappe.db.close(), frappe.db.connect()),
}


@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry"])
@pytest.mark.parametrize("event", ["validate", "on_update"])
@pytest.mark.parametrize("meddling", MEDDLING)
def test_t24_a_hook_can_not_end_the_call_in_the_middle(
	create, monkeypatch, last_entry, meddling, event, dry_run
):
	writes.hook(monkeypatch, "Customer", event, MEDDLING[meddling])
	answer = create(dry_run=dry_run)
	assert answer.error is not None and answer.error.code == "unsupported", answer.text
	assert "commit" not in answer.text and __name__ not in answer.text, "whose code it is, is the audit's"
	entry = last_entry(tool="create_generic_document")
	assert entry.outcome == "Refused" and entry.reason.startswith("transaction control in a hook: ")
	assert not frappe.db.exists("Customer", NAME)
	assert "mcp_left" not in frappe.db.get_tables(cached=False)


def test_t24_the_audit_says_who_it_was(create, monkeypatch, last_entry):
	writes.hook(monkeypatch, "Customer", "on_update", MEDDLING["commit"])
	create()
	assert last_entry(tool="create_generic_document").reason.endswith(f"commit by {__name__}.<lambda>")


def test_t24_nothing_at_all_is_left(create, monkeypatch):
	def meddle(doc) -> None:
		frappe.get_doc({"doctype": "ToDo", "description": "left"}).insert(ignore_permissions=True)
		tried(frappe.db.commit)

	writes.hook(monkeypatch, "Customer", "on_update", meddle)
	create()
	with writes.nothing_left(apart_from=("MCP Permission Profile", *CHILDREN)):
		assert create().error.code == "unsupported"


CHILDREN = (
	"MCP DocType Rule",
	"MCP Field Rule",
	"MCP Condition",
	"MCP Profile User",
	"Version",
	"DefaultValue",
)
"""Written by the fixture that saves the profile."""


def test_savepoints_of_hooks_work(create, monkeypatch):
	"""Frappe's own code and ERPNext's use them; only full rollbacks are refused."""

	def careful(doc) -> None:
		frappe.db.savepoint("mcp_hook")
		frappe.get_doc({"doctype": "ToDo", "description": "MCP taken back"}).insert(ignore_permissions=True)
		frappe.db.rollback(save_point="mcp_hook")

	writes.hook(monkeypatch, "Customer", "on_update", careful)
	assert create().error is None
	assert frappe.db.exists("Customer", NAME)
	assert not frappe.db.exists("ToDo", {"description": "MCP taken back"})


@pytest.mark.parametrize("swallow", [0, 1])
def test_t24_the_demos_committing_note(call, granted, world, swallow):
	if not frappe.db.exists("DocType", "Demo Committing Note"):
		pytest.skip("the demo's doctypes are not on this site")
	with granted({"Demo Committing Note": "read create"}):
		for dry_run in (False, True):
			with writes.nothing_left():
				answer = call(
					world.READER,
					"create_generic_document",
					doctype="Demo Committing Note",
					data={"title": "x", "swallow": swallow},
					dry_run=dry_run,
				)
				assert answer.error.code == "unsupported"


def test_t23_the_demos_throwing_note(call, granted, world):
	if not frappe.db.exists("DocType", "Demo Throwing Note"):
		pytest.skip("the demo's doctypes are not on this site")
	with granted({"Demo Throwing Note": "read create"}):
		for arguments in ({}, {"dry_run": True}):
			with writes.nothing_left():
				answer = call(
					world.READER,
					"create_generic_document",
					doctype="Demo Throwing Note",
					data={"title": "x", "throw": 1},
					**arguments,
				)
				assert answer.error.code == "validation_failed"
				assert answer.error.message == "ERPNext says: Thrown after writing: nothing of this may stay."


# ---------------------------------------------------------------- T22: what leaves


@pytest.fixture
def outside(monkeypatch):
	"""What has left the process: jobs, realtime messages, mails, lines of the search index."""
	import redis
	import rq
	from frappe.email.doctype.email_queue.email_queue import EmailQueue

	left: dict[str, list] = {"jobs": [], "messages": [], "mails": [], "index": []}
	enqueue, publish = rq.Queue.enqueue_call, redis.Redis.publish

	def enqueue_call(self, *args, **kwargs):
		left["jobs"].append((kwargs.get("kwargs") or {}).get("method"))
		return enqueue(self, *args, **kwargs)

	def published(self, channel, message, **kwargs):
		if channel == "events" and "Error Log" not in str(message):
			left["messages"].append(message)
		return publish(self, channel, message, **kwargs)

	monkeypatch.setattr(rq.Queue, "enqueue_call", enqueue_call)
	monkeypatch.setattr(redis.Redis, "publish", published)
	monkeypatch.setattr(EmailQueue, "send", lambda self, *a, **k: left["mails"].append(self.name))
	monkeypatch.setattr(
		"frappe.utils.global_search.sync_value_in_queue",
		lambda value: left["index"].append(value.get("name") if isinstance(value, dict) else value),
	)
	return left


def set_off(doc) -> None:
	"""What hooks set off that a rollback of Frappe does not take back."""
	frappe.enqueue("frappe.ping", mcp=1)
	frappe.enqueue("frappe.ping", enqueue_after_commit=True, mcp=2)
	frappe.publish_realtime("mcp_test_now", {}, user=doc.owner)
	frappe.publish_realtime("mcp_test_later", {}, user=doc.owner, after_commit=True)
	mail = {"doctype": "Email Queue", "sender": "mcp@example.com", "message": "Subject: MCP"}
	mail["recipients"] = [{"recipient": "somebody@example.com"}]
	frappe.get_doc(mail).insert(ignore_permissions=True).send()  # as sendmail(now=True) ends
	make_autoname("MCPT-.####")
	frappe.msgprint("to nobody")
	frappe.flags.mcp_left = 1
	frappe.flags.ignore_permissions = True
	frappe.get_doc("Territory", doc.territory).lock()
	frappe.defaults.set_default("mcp_left", "1", "__default")
	frappe.defaults.get_global_default("mcp_left")
	frappe.get_doc({"doctype": "File", "file_name": "mcp-left.txt", "content": "x", "is_private": 1}).insert(
		ignore_permissions=True
	)
	frappe.cache.set_value("mcp_left", "1")
	frappe.cache.hset("mcp_left_hash", "a", "1")


def files() -> set[str]:
	import os

	return set(os.listdir(frappe.get_site_path("private", "files"))) | set(
		os.listdir(frappe.get_site_path("locks")) if os.path.isdir(frappe.get_site_path("locks")) else []
	)


@pytest.mark.parametrize("how", ["dry run", "failure", "refusal", "deadlock", "audit fails"])
def test_t22_t23_nothing_leaves_and_nothing_stays(create, call, granted, monkeypatch, outside, world, how):
	def hooked(doc) -> None:
		set_off(doc)
		if how == "failure":
			failing()
		if how == "refusal":
			doc.db_set("territory", world.SOUTH)  # out of READER's rows
		if how == "deadlock":
			raise frappe.QueryDeadlockError("deadlock")

	writes.hook(monkeypatch, "Customer", "on_update", hooked)
	monkeypatch.setattr(pipeline, "pause_before", lambda attempt: None)
	audit_write = pipeline.audit.write
	flags, messages = dict(frappe.local.flags), list(frappe.local.message_log)
	files_before = files()
	with granted(RULES):
		for kind in outside.values():
			kind.clear()
		with writes.nothing_left():
			if how == "audit fails":
				allowed = iter([False])

				def write_once(entries, *options):
					if next(allowed, True):
						return audit_write(entries, *options)
					raise frappe.db.OperationalError("no space left")

				monkeypatch.setattr(pipeline.audit, "write", write_once)
			answer = call(
				world.READER,
				"create_generic_document",
				doctype="Customer",
				data=writes.customer(NAME, world.NORTH),
				dry_run=how == "dry run",
			)
		expected = {
			"dry run": None,
			"failure": "validation_failed",
			"refusal": "condition_failed",
			"deadlock": "unavailable",
			"audit fails": "internal",
		}[how]
		assert (answer.error and answer.error.code) == expected, answer.text
		assert outside == {"jobs": [], "messages": [], "mails": [], "index": []}
	assert dict(frappe.local.flags) == flags and frappe.local.message_log == messages
	assert files() == files_before
	assert not frappe.get_doc("Territory", world.NORTH).is_locked
	assert frappe.defaults.get_global_default("mcp_left") is None, "the cache of defaults"
	assert frappe.cache.get_value("mcp_left") is None and frappe.cache.hget("mcp_left_hash", "a") is None


def test_t22_after_a_success_everything_leaves_once(create, monkeypatch, outside, world):
	writes.hook(monkeypatch, "Customer", "on_update", set_off)
	try:
		answer = create()
		assert answer.error is None, answer.text
		assert outside["jobs"].count("frappe.ping") == 2
		joined = " ".join(str(m) for m in outside["messages"])
		assert joined.count("mcp_test_now") == 1 and joined.count("mcp_test_later") == 1
		assert len(outside["mails"]) == 1 and outside["index"].count(NAME) == 1
		assert frappe.defaults.get_global_default("mcp_left") == "1"
		assert "mcp_left" not in frappe.local.flags
		assert frappe.db.exists("File", {"file_name": ("like", "mcp-left%")})
	finally:
		frappe.set_user("Administrator")
		frappe.defaults.clear_default("mcp_left", parent="__default")
		for name in frappe.get_all("File", filters={"file_name": ("like", "mcp-left%")}, pluck="name"):
			frappe.delete_doc("File", name)
		frappe.db.delete("Email Queue", {"message": ("like", "%Subject: MCP%")})
		frappe.db.delete("Series", {"name": "MCPT-"})
		frappe.get_doc("Territory", world.NORTH).unlock()
		frappe.cache.delete_value(["mcp_left", "mcp_left_hash"])
		frappe.db.commit()


def test_t22_jobs_are_there_only_after_the_commit(create, monkeypatch, outside):
	"""A worker that is fast must find the document."""
	seen = []
	writes.hook(monkeypatch, "Customer", "on_update", lambda doc: frappe.enqueue("frappe.ping"))
	mark = transactions.WriteTransaction._mark

	def marked(self):
		seen.append(list(outside["jobs"]))
		mark(self)

	monkeypatch.setattr(transactions.WriteTransaction, "_mark", marked)
	assert create().error is None
	assert seen == [[]] and "frappe.ping" in outside["jobs"]


def test_t22_a_queue_that_is_down_is_no_failure_of_what_is_saved(create, monkeypatch):
	import rq
	from redis.exceptions import ConnectionError

	def down(*_args, **_kwargs):
		raise ConnectionError("no Redis")

	writes.hook(monkeypatch, "Customer", "on_update", lambda doc: frappe.enqueue("frappe.ping"))
	monkeypatch.setattr(rq.Queue, "enqueue_call", down)
	assert create().error is None
	assert frappe.db.exists("Customer", NAME)


@pytest.fixture
def receiver():
	"""The URL of a server that thanks for whatever is posted to it: without an answer Frappe tries a webhook again and again."""

	class Thanks(BaseHTTPRequestHandler):
		def do_POST(self):
			self.send_response(200)
			self.end_headers()

		def log_message(self, *args):
			pass

	server = HTTPServer(("127.0.0.1", 0), Thanks)
	thread = threading.Thread(target=server.serve_forever, daemon=True)
	thread.start()
	yield f"http://127.0.0.1:{server.server_port}/mcp"
	server.shutdown()
	server.server_close()


def test_t22_webhooks_of_the_next_call_are_sent(create, call, world, granted, outside, receiver):
	webhook = frappe.get_doc(
		{
			"doctype": "Webhook",
			"__newname": "MCP Webhook",
			"name": "MCP Webhook",
			"webhook_doctype": "Customer",
			"webhook_docevent": "on_update",
			"request_url": receiver,
			"request_method": "POST",
			"enabled": 1,
		}
	).insert()
	frappe.db.commit()
	frappe.cache.delete_value("webhooks")
	sent = "frappe.integrations.doctype.webhook.webhook.enqueue_webhook"
	try:
		assert create(dry_run=True).error is None
		assert sent not in outside["jobs"]
		assert create(data={"territory": world.SOUTH}).error is not None
		assert sent not in outside["jobs"]
		assert create().error is None
		assert outside["jobs"].count(sent) == 1
		with granted(RULES):
			arguments = {"doctype": "Customer", "name": NAME, "data": {"mcp_last_seen": "x"}}
			assert call(world.READER, "update_generic_document", **arguments, dry_run=True).error is None
			assert outside["jobs"].count(sent) == 1
			assert call(world.READER, "update_generic_document", **arguments).error is None
			assert outside["jobs"].count(sent) == 2
	finally:
		frappe.set_user("Administrator")
		frappe.delete_doc("Webhook", webhook.name)
		frappe.db.commit()
		frappe.cache.delete_value("webhooks")


def test_t22_a_dry_run_takes_no_number_of_a_naming_series(call, world, granted):
	with granted({"Quotation": "read create", "Customer": "read", "Item": "read", "Company": "read"}):
		data = writes.quotation(world.ALPHA)
		with writes.nothing_left():
			first, second = (
				call(world.READER, "create_generic_document", doctype="Quotation", data=data, dry_run=True)
				for _ in range(2)
			)
		assert first.error is None and first.content["name"] == second.content["name"]
		real = call(world.READER, "create_generic_document", doctype="Quotation", data=data)
		assert real.content["name"] == first.content["name"]
	writes.delete("Quotation", real.content["name"])


def test_t22_what_was_read_in_a_dry_run_is_not_what_is_cached(call, world, granted, monkeypatch):
	writes.hook(
		monkeypatch,
		"Customer",
		"on_update",
		lambda doc: frappe.get_cached_doc("Customer", doc.name).as_dict(),
	)
	with granted(RULES):
		answer = call(
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"mcp_last_seen": "dry"},
			dry_run=True,
		)
		assert answer.content["changed"] == {"mcp_last_seen": ["yesterday", "dry"]}
	assert frappe.get_cached_value("Customer", world.ALPHA, "mcp_last_seen") == "yesterday"
	assert frappe.db.get_value("Customer", world.ALPHA, "mcp_last_seen", cache=True) == "yesterday"


def test_t48_user_permissions_of_an_undone_call_are_not_cached(call, world, granted, monkeypatch):
	"""ERPNext's Employee writes User Permissions. What a dry run takes away is there again afterwards, in the cache, too."""
	from frappe.permissions import get_user_permissions

	def widen(doc) -> None:
		for name in frappe.get_all("User Permission", filters={"user": world.READER}, pluck="name"):
			frappe.delete_doc("User Permission", name, ignore_permissions=True)
		frappe.local.user_perms = None
		assert "Territory" not in get_user_permissions(world.READER)

	writes.hook(monkeypatch, "Customer", "on_update", widen)
	with granted(RULES):
		arguments = {"doctype": "Customer", "name": world.ALPHA, "data": {"mcp_last_seen": "dry"}}
		call(world.READER, "update_generic_document", **arguments, dry_run=True)
		monkeypatch.undo()
		assert "Territory" in get_user_permissions(world.READER)
		answer = call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
		assert answer.error.code == "not_found"


# ---------------------------------------------------------------- the commit itself


def test_the_audit_entry_and_the_document_are_committed_together(create, monkeypatch, last_entry):
	"""No entry, no document: neither a broken table nor one that breaks in between."""

	def broken(entries):
		raise frappe.db.OperationalError("gone")

	monkeypatch.setattr(pipeline.audit, "write", broken)
	answer = create()
	assert answer.error.code == "unavailable" and not frappe.db.exists("Customer", NAME)
	assert create(dry_run=True).error.code == "unavailable"
	monkeypatch.undo()
	assert create().error is None
	assert last_entry(tool="create_generic_document").outcome == "Allowed"


@pytest.mark.parametrize("work", [failing, lambda: frappe.db.rollback(), lambda: tried(frappe.db.rollback)])
def test_a_callback_before_the_commit_that_fails_or_rolls_back(create, monkeypatch, last_entry, work):
	writes.hook(monkeypatch, "Customer", "on_update", lambda doc: frappe.db.before_commit.add(work))
	answer = create()
	assert answer.error is not None, answer.text
	assert not frappe.db.exists("Customer", NAME)
	assert last_entry(tool="create_generic_document").outcome in ("Refused", "Failed")
	monkeypatch.undo()
	assert create().error is None, "nothing of it stays for the next call"


def test_a_callback_after_the_commit_that_fails_is_no_failure(create, monkeypatch, last_entry):
	ran = []

	def hooked(doc) -> None:
		frappe.db.after_commit.add(failing)
		frappe.db.after_commit.add(lambda: ran.append(1))

	writes.hook(monkeypatch, "Customer", "on_update", hooked)
	answer = create()
	assert answer.error is None, answer.text
	assert ran == [1] and frappe.db.exists("Customer", NAME)
	assert last_entry(tool="create_generic_document").outcome == "Allowed"


def test_a_hook_that_swallows_a_deadlock_is_tried_again(create, monkeypatch):
	"""The database has rolled everything back then, whatever the hook thinks."""
	monkeypatch.setattr(pipeline, "pause_before", lambda attempt: None)
	attempts = []
	sql = type(frappe.local.db).sql

	def deadlocked(self, query, *args, **kwargs):
		if query == "select 'deadlock'":
			raise frappe.QueryDeadlockError("deadlock")
		return sql(self, query, *args, **kwargs)

	def hooked(doc) -> None:
		attempts.append(1)
		if len(attempts) < 3:
			tried(lambda: frappe.db.sql("select 'deadlock'"))

	monkeypatch.setattr(type(frappe.local.db), "sql", deadlocked)
	writes.hook(monkeypatch, "Customer", "on_update", hooked)
	answer = create()
	assert answer.error is None, answer.text
	assert len(attempts) == 3


def test_at_most_four_tries(create, monkeypatch, last_entry):
	pauses, attempts = [], []
	monkeypatch.setattr(pipeline, "pause_before", pauses.append)

	def hooked(doc) -> None:
		attempts.append(1)
		raise frappe.QueryTimeoutError("lock")

	writes.hook(monkeypatch, "Customer", "on_update", hooked)
	answer = create()
	assert answer.error.code == "unavailable" and "seconds" in answer.error.hint
	assert len(attempts) == 4 and pauses == [1, 2, 3]
	entry = last_entry(tool="create_generic_document")
	assert (entry.outcome, entry.reason_code) == ("Failed", "unavailable")


def test_pauses_grow_and_are_not_all_the_same(monkeypatch):
	slept = []
	monkeypatch.setattr(transactions.time, "sleep", slept.append)
	for attempt in (1, 2, 3):
		for _ in range(50):
			transactions.pause_before(attempt)
	for attempt in (1, 2, 3):
		longest = transactions.FIRST_PAUSE * 2 ** (attempt - 1)
		some = slept[50 * (attempt - 1) : 50 * attempt]
		assert all(longest / 2 <= s <= longest for s in some) and len(set(some)) > 1


# ---------------------------------------------------------------- two connections on MariaDB


@pytest.fixture
def neighbour(site):
	"""neighbour(function): runs it in a thread with a connection of its own, which is rolled back at its end."""
	if frappe.db.db_type != "mariadb":
		pytest.skip("SQLite has one lock for the whole file")
	threads = []

	def neighbour(function) -> threading.Thread:
		def run() -> None:
			frappe.init(site.name)
			frappe.connect()
			try:
				function()
			finally:
				frappe.db.rollback()
				frappe.destroy()

		thread = threading.Thread(target=run, daemon=True)
		threads.append(thread)
		thread.start()
		return thread

	yield neighbour
	for thread in threads:
		thread.join(30)


def test_a_deadlock_is_tried_again(call, world, granted, monkeypatch, neighbour):
	"""The neighbour has written more, so InnoDB gives up our call."""
	has_locked, go, attempts = threading.Event(), threading.Event(), []

	def heavy() -> None:
		frappe.db.sql("update `tabDocType` set description = concat(ifnull(description, ''), 'x')")
		frappe.db.sql("update `tabCustomer` set mcp_last_seen = 'other' where name = %s", world.ODD)
		has_locked.set()
		go.wait(20)
		threading.Event().wait(0.5)
		frappe.db.sql("select name from `tabCustomer` where name = %s for update", world.ALPHA)

	def hooked(doc) -> None:
		attempts.append(1)
		go.set()
		frappe.db.sql("select name from `tabCustomer` where name = %s for update", world.ODD)

	writes.hook(monkeypatch, "Customer", "on_update", hooked)
	with granted(RULES):
		neighbour(heavy)
		assert has_locked.wait(20)
		answer = call(
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"customer_details": "mine"},
		)
	frappe.db.rollback()
	saved = frappe.db.get_value("Customer", world.ALPHA, "customer_details")
	frappe.db.set_value("Customer", world.ALPHA, "customer_details", None)
	frappe.db.commit()
	assert answer.error is None, answer.text
	assert len(attempts) == 2 and saved == "mine"


def test_a_lock_that_is_not_free_is_waited_for_and_then_unavailable(
	call, world, granted, monkeypatch, neighbour, last_entry
):
	has_locked, done, pauses = threading.Event(), threading.Event(), []

	def hold() -> None:
		frappe.db.sql("select name from `tabCustomer` where name = %s for update", world.ALPHA)
		has_locked.set()
		done.wait(30)

	with granted(RULES):
		neighbour(hold)
		assert has_locked.wait(20)
		frappe.db.sql("set session innodb_lock_wait_timeout = 1")
		monkeypatch.setattr(pipeline, "pause_before", pauses.append)
		try:
			answer = call(
				world.READER,
				"update_generic_document",
				doctype="Customer",
				name=world.ALPHA,
				data={"customer_details": "mine"},
			)
		finally:
			done.set()
			frappe.db.sql("set session innodb_lock_wait_timeout = 50")
	assert answer.error.code == "unavailable", answer.text
	assert pauses == [1, 2, 3]
	assert last_entry(tool="update_generic_document").outcome == "Failed"
	assert frappe.db.get_value("Customer", world.ALPHA, "customer_details") is None


def test_two_writers_of_one_document_wait_for_each_other(call, world, granted, neighbour, exact_versions):
	"""The later one reads what the first has saved: nothing is lost, and an old version is a conflict."""
	has_locked, go = threading.Event(), threading.Event()

	def first() -> None:
		frappe.db.sql("update `tabCustomer` set website = 'w', modified = now() where name = %s", world.ALPHA)
		has_locked.set()
		go.wait(20)
		threading.Event().wait(0.3)
		frappe.db.commit()

	with granted(RULES):
		read = call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		neighbour(first)
		assert has_locked.wait(20)
		go.set()
		answer = call(
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"customer_details": "mine"},
			expected_version=read.content["version"],
		)
		assert answer.error is not None and answer.error.code == "conflict", answer.text
		assert answer.content["changed_fields"] == ["website"]
	frappe.db.rollback()
	frappe.db.set_value("Customer", world.ALPHA, "website", None)
	frappe.db.commit()
