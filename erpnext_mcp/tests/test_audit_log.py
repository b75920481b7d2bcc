"""The lines of mcp.audit.log, who may read and nobody may change entries and seals, and refused credentials."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import pytest
from frappe.model.rename_doc import rename_doc

from erpnext_mcp.api import refused
from erpnext_mcp.audit import entry as audit
from erpnext_mcp.audit import log, seal
from erpnext_mcp.tests import audits, oauth
from erpnext_mcp.tests.endpoint import Endpoint

DOCTYPES = ("MCP Audit Entry", "MCP Audit Seal")


@pytest.fixture
def lines(site, admin) -> Iterator[Callable[[], list[str]]]:
	"""lines() → what was written to the site's log since the last time."""
	path = Path(frappe.get_site_path("logs", "mcp.audit.log")).absolute()
	position = path.stat().st_size if path.exists() else 0

	def lines() -> list[str]:
		nonlocal position
		with path.open(encoding="utf-8", newline="") as file:
			file.seek(position)
			found = file.read()
			position = file.tell()
		return found.split("\n")[:-1]

	yield lines


def test_a_line_for_each_call(call, world, lines, last_entry):
	call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	(line,) = lines()
	entry = last_entry()
	assert line.startswith(
		f"{str(entry.timestamp)[:19]} - INFO - Operation: READ | DocType: Customer | Result: ALLOWED | Document: {world.ALPHA} | Fields: ["
	)
	assert f" | User: {world.READER} | " in line and line.endswith(f"| Entry: {entry.name}")
	call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	(line,) = lines()
	assert " - WARNING - Operation: READ | DocType: Customer | Result: DENIED | " in line
	assert " | Reason: the user has no permission on it | " in line


def test_a_failure_is_an_error(call, world, lines, monkeypatch):
	import dataclasses

	from erpnext_mcp.mcp_server.registry import TOOLS

	def perform(context, arguments):
		raise RuntimeError("hunter2")

	broken = dataclasses.replace(TOOLS["list_doctypes"], perform=perform)
	monkeypatch.setitem(TOOLS, "list_doctypes", broken)
	call(world.READER, "list_doctypes")
	(line,) = lines()
	assert (
		" - ERROR - Operation: LIST_DOCTYPES | " in line
		and "Result: FAILED" in line
		and "hunter2" not in line
	)


def test_a_write_has_its_line_when_it_is_committed(call, world, lines):
	call(
		world.READER, "create_generic_document", doctype="Customer", data={"customer_name": "x"}, dry_run=True
	)
	(line,) = lines()
	assert "Operation: CREATE" in line and "Dry Run: yes" in line
	audit.write([audit.Entry(audit.new_name(), "x@example.com", audit.ALLOWED, "x")])
	assert lines() == []
	frappe.db.rollback()
	frappe.db.commit()
	assert lines() == [], "what is rolled back has no line"
	audit.write([audit.Entry(audit.new_name(), "x@example.com", audit.ALLOWED, "x")])
	frappe.db.commit()
	assert len(lines()) == 1


FORGED = "x\n2024-01-15 10:31:12 - INFO - Operation: READ | Result: ALLOWED | \r\x00\x1b[31m\u202e\u2028\\|\ud800é 😀"


@pytest.mark.parametrize(
	"column", ["reference_name", "reference_doctype", "reason", "user", "tool", "credential"]
)
def test_t53_t56_no_value_can_forge_a_line_or_a_field(admin, lines, column):
	values = {"user": "u", "tool": "t", "outcome": audit.REFUSED, "name": "n", column: FORGED}
	plain = {**values, column: "plain"}
	log.tell([(audit.Entry(**plain), "2024-01-15 10:31:12.123456")])
	(expected,) = lines()
	log.tell([(audit.Entry(**values), "2024-01-15 10:31:12.123456")])
	(line,) = lines()
	keys = [part.split(": ", 1)[0] for part in line.split("|")]
	assert keys == [part.split(": ", 1)[0] for part in expected.split("|")]
	assert not any(ord(c) < 32 or c in "\x7f\u202e\u2028\ud800" for c in line)
	assert "é 😀" in line or column == "tool"


def test_field_names_can_not_either(admin, lines):
	entry = audit.Entry("n", "u", audit.REFUSED, "t", field_names=['a", "b', "| Result: ALLOWED", "\n"])
	log.tell([(entry, "2024-01-15 10:31:12")])
	(line,) = lines()
	assert line.count("Result: ALLOWED") == 1 and "\\x7c Result: ALLOWED" in line and "Result: DENIED" in line


def outcomes(lines) -> list[str]:
	for outcome in (audit.ALLOWED, audit.REFUSED, audit.FAILED):
		log.tell([(audit.Entry("n", "u", outcome, "t"), "2024-01-15 10:31:12")])
	return [line.split(" - ")[1] for line in lines()]


@pytest.mark.parametrize(
	("variable", "config", "written"),
	[
		(None, None, ["INFO", "WARNING", "ERROR"]),
		("DEBUG", None, ["INFO", "WARNING", "ERROR"]),
		("WARNING", None, ["WARNING", "ERROR"]),
		("error", "DEBUG", ["ERROR"]),
		(None, "ERROR", ["ERROR"]),
		(None, "nonsense", ["INFO", "WARNING", "ERROR"]),
	],
)
def test_the_level(admin, lines, monkeypatch, variable, config, written):
	monkeypatch.delenv(log.LEVEL_VARIABLE, raising=False)
	if variable:
		monkeypatch.setenv(log.LEVEL_VARIABLE, variable)
	monkeypatch.setitem(frappe.local.conf, log.LEVEL_CONFIG, config)
	assert outcomes(lines) == written


def test_the_switch_of_the_settings(call, world, changed, lines, last_entry):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", text_log=0):
		call(world.READER, "list_doctypes")
		call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere")
	assert lines() == []
	assert last_entry().outcome == "Refused"
	call(world.READER, "list_doctypes")
	assert len(lines()) == 1


def test_audit_enabled_false_means_reads_only_and_says_so(call, world, lines, monkeypatch, last_entry):
	from erpnext_mcp.cli import status

	monkeypatch.setitem(frappe.local.conf, log.AUDIT_CONFIG, False)
	before = frappe.db.count("MCP Audit Entry")
	call(world.READER, "list_doctypes")
	assert frappe.db.count("MCP Audit Entry") == before
	call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere")
	assert frappe.db.count("MCP Audit Entry") == before + 1 and last_entry().outcome == "Refused"
	assert log.READS_ARE_OFF in status.collect("x")["warnings"]
	lines()
	logger = logging.getLogger(f"{log.NAME}-{frappe.local.site}")
	for handler in logger.handlers:
		handler.setFormatter(None)  # as it is in a new process
	call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere")
	first, second = lines()
	assert first.endswith(f" - WARNING - Audit: {log.READS_ARE_OFF}") and "DENIED" in second
	monkeypatch.setitem(frappe.local.conf, log.AUDIT_CONFIG, True)
	assert log.READS_ARE_OFF not in status.collect("x")["warnings"]


def test_a_log_that_can_not_be_written_fails_no_call(call, world, monkeypatch, last_entry):
	def fail(*args, **kwargs):
		raise OSError("disk full")

	monkeypatch.setattr(frappe, "logger", fail)
	assert call(world.READER, "list_doctypes").error is None
	assert (
		call(world.READER, "get_generic_document", doctype="Customer", name="Nowhere").error.code
		== "not_found"
	)
	assert last_entry().outcome == "Refused"


def test_heads_go_to_the_log_whatever_the_level(admin, lines, monkeypatch):
	monkeypatch.setenv(log.LEVEL_VARIABLE, "ERROR")
	audits.write(1)
	seal.seal()
	head = audits.head()
	assert f" - INFO - Seal: {head.sequence} | " in (line := lines()[-1]) and line.endswith(
		f" | Head: {head.mac}"
	)


def one(doctype: str):
	audits.write(1)
	seal.seal()
	frappe.db.rollback()
	return frappe.get_last_doc(doctype)


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_t54_nobody_makes_changes_renames_or_deletes(admin, doctype):
	import frappe.client
	from frappe.desk import reportview

	doc = one(doctype)
	field = "tool" if doctype == DOCTYPES[0] else "mac"
	new = {"doctype": doctype, field: "x", "name": "made by hand"}

	def save():
		doc.set(field, "x")
		doc.save(ignore_permissions=True)

	def bulk_delete():
		# As the list view does; it answers with what it could not delete.
		reportview.delete_bulk(doctype, [doc.name])
		raise frappe.PermissionError

	attempts = [
		lambda: frappe.get_doc(new).insert(ignore_permissions=True),
		lambda: frappe.get_doc(new).db_insert(),
		lambda: frappe.client.insert(new),
		lambda: frappe.client.set_value(doctype, doc.name, field, "x"),
		save,
		lambda: doc.db_set(field, "x"),
		lambda: doc.db_update(),
		lambda: frappe.delete_doc(doctype, doc.name, force=True, ignore_permissions=True),
		lambda: frappe.client.delete(doctype, doc.name),
		lambda: doc.delete(ignore_permissions=True, force=True),
		bulk_delete,
		lambda: rename_doc(doctype, doc.name, "other", force=True, ignore_permissions=True),
		lambda: frappe.get_doc(doctype, doc.name).submit(),
		lambda: frappe.get_doc(doctype, doc.name).cancel(),
	]
	for number, attempt in enumerate(attempts):
		with pytest.raises(Exception) as raised:
			attempt()
		assert isinstance(raised.value, frappe.ValidationError | frappe.PermissionError), (
			number,
			raised.value,
		)
		frappe.db.rollback()
		kept = frappe.get_doc(doctype, doc.name)
		assert kept.get(field) != "x" and not frappe.db.exists(doctype, "made by hand"), number
		assert not frappe.db.exists(doctype, "other"), number


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_t54_data_import_takes_neither(admin, doctype):
	meta = frappe.get_meta(doctype)
	assert not meta.allow_import and not meta.allow_rename
	assert not any(
		p.get(right) for p in meta.permissions for right in ("write", "create", "delete", "import")
	)


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_t55_no_profile_opens_either(call, world, changed, doctype):
	rules = [{"document_type": "Customer", "can_read": 1}]
	with changed("MCP Permission Profile", world.PROFILE, doctype_rules=rules):
		frappe.db.sql(
			"update `tabMCP DocType Rule` set document_type = %s where parent = %s", (doctype, world.PROFILE)
		)
		from erpnext_mcp.policy import store

		store.changed()
		frappe.db.commit()
		assert call(world.READER, "list_generic_documents", doctype=doctype).error.code == "not_found"
		assert call(world.READER, "list_doctypes").content["doctypes"] == []


@pytest.fixture
def as_user(admin) -> Callable[[str], None]:
	"""as_user(name): logged in as somebody for the rest of the test."""
	return frappe.set_user


@pytest.fixture
def auditors(world, admin) -> Iterator[tuple[str, str]]:
	"""An MCP Administrator and a System Manager."""
	users = ("mcp.admin@example.com", "mcp.system@example.com")
	world.make_user(users[0], "MCP Administrator")
	world.make_user(users[1], "System Manager")
	frappe.db.commit()
	yield users
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for user in users:
		frappe.delete_doc("User", user, force=True)
	frappe.db.commit()


def own_and_other(world) -> tuple[str, str]:
	(own,) = audits.write(1, user=world.READER, reason="kept from him", changes={"territory": ["a", "b"]})
	(other,) = audits.write(1, user=world.MASTER, reason="kept from him")
	return own, other


def test_users_see_their_own_calls_without_reasons_and_values(world, as_user):
	own, other = own_and_other(world)
	(plain,) = audits.write(1, user=world.READER)
	as_user(world.READER)
	listed = frappe.get_list("MCP Audit Entry", fields=["name", "user"], limit_page_length=0)
	assert {row.user for row in listed} == {world.READER}
	assert plain in {row.name for row in listed} and other not in {row.name for row in listed}
	doc = frappe.get_doc("MCP Audit Entry", own)
	doc.check_permission("read")
	doc.apply_fieldlevel_read_permissions()
	assert doc.reference_name and not doc.get("reason") and not doc.get("changes")
	with pytest.raises(frappe.PermissionError):
		frappe.get_doc("MCP Audit Entry", other).check_permission("read")
	assert not frappe.has_permission("MCP Audit Entry", "read", doc=other)
	for right in ("write", "create", "delete", "report", "export"):
		assert not frappe.has_permission("MCP Audit Entry", right), right
	assert not frappe.has_permission("MCP Audit Seal", "read")
	# v16 refuses such a filter; v15 takes it, and then there must be nothing to find.
	for filters in ({"reason": ("like", "kept%")}, {"changes": ("like", "%territory%")}):
		try:
			assert frappe.get_list("MCP Audit Entry", filters=filters) == []
		except frappe.PermissionError:
			pass


def test_t04_where_filters_know_no_levels_there_is_nothing_to_find(world, as_user, monkeypatch):
	"""v15: a value that can't be read can still be found letter by letter."""
	from erpnext_mcp.erpnext_mcp.doctype.mcp_audit_entry import mcp_audit_entry

	monkeypatch.setattr(mcp_audit_entry, "FILTERS_ASK_FOR_LEVELS", False)
	own, other = own_and_other(world)
	(plain,) = audits.write(1, user=world.READER)
	as_user(world.READER)
	listed = frappe.get_list("MCP Audit Entry", pluck="name", limit_page_length=0)
	assert plain in listed and not {own, other} & set(listed)


def test_who_has_no_desk_sees_nothing(world, as_user):
	audits.write(1, user=world.NOBODY)
	as_user(world.NOBODY)
	with pytest.raises(frappe.PermissionError):
		frappe.get_list("MCP Audit Entry")


def test_administrators_see_all_and_values_only_system_managers(world, as_user, auditors):
	own, other = own_and_other(world)
	for user, values in zip(auditors, (False, True), strict=True):
		as_user(user)
		names = frappe.get_list("MCP Audit Entry", pluck="name", limit_page_length=0)
		assert {own, other} <= set(names)
		doc = frappe.get_doc("MCP Audit Entry", own)
		doc.check_permission("read")
		doc.apply_fieldlevel_read_permissions()
		assert doc.reason == "kept from him" and bool(doc.get("changes")) == values
		frappe.get_list("MCP Audit Seal")
		assert not frappe.has_permission("MCP Audit Entry", "delete")


def wrong(key: str) -> str:
	return f"{key.split(':')[0]}:{'0' * 15}"


@pytest.fixture
def endpoint(site, server) -> Callable[[str], Endpoint]:
	def endpoint(authorization: str) -> Endpoint:
		return Endpoint(server.base_url, authorization, site.name if site.kind == "bench" else "")

	return endpoint


def refusals() -> int:
	frappe.db.rollback()
	return frappe.db.count("MCP Audit Entry", {"tool": refused.TOOL})


def test_a_wrong_secret_for_a_known_key_is_recorded(world, endpoint, reader_key, last_entry):
	import base64

	basic = base64.b64encode(wrong(reader_key).removeprefix("token ").encode()).decode()
	for authorization in (wrong(reader_key), f"Basic {basic}"):
		before = refusals()
		assert endpoint(authorization).rpc("tools/list").status == 401
		assert refusals() == before + 1
		entry = last_entry()
		assert (entry.user, entry.outcome, entry.tool, entry.reason_code, entry.reason) == (
			world.READER,
			"Refused",
			refused.TOOL,
			"not_authenticated",
			"the secret is wrong",
		)
		assert entry.credential == "API key " + reader_key.removeprefix("token ").split(":")[0]
		assert (entry.transport, entry.ip_address) == ("streamable-http", "127.0.0.1")
		assert "0" * 15 not in str(entry.as_dict())


def test_t58_a_disabled_user_with_his_key_is_recorded(world, endpoint, reader_key, changed, last_entry):
	with changed("User", world.READER, enabled=0):
		before = refusals()
		assert endpoint(reader_key).rpc("tools/list").status == 401
		assert refusals() == before + 1 and last_entry().reason == "the user is disabled"


@pytest.mark.parametrize(
	("values", "reason"),
	[
		({"expiration_time": "2020-01-01 00:00:00"}, "the token has expired"),
		({"status": "Revoked"}, "the token is revoked"),
	],
)
def test_tokens_that_are_no_longer_good_are_recorded(world, endpoint, last_entry, values, reason):
	client = oauth.client("Audited")
	try:
		token = oauth.bearer(world.READER, client)
		frappe.db.set_value("OAuth Bearer Token", token.removeprefix("Bearer "), values)
		frappe.db.commit()
		before = refusals()
		assert endpoint(token).rpc("tools/list").status == 401
		assert refusals() == before + 1
		entry = last_entry()
		assert (entry.user, entry.reason, entry.credential) == (
			world.READER,
			reason,
			f"OAuth client {client}",
		)
		assert token.removeprefix("Bearer ") not in str(entry.as_dict())
	finally:
		oauth.destroy()


@pytest.mark.parametrize(
	"authorization", ["token nobody:nothing", "Bearer nothing", "Basic !!", "Digest x", "token x", ""]
)
def test_unknown_credentials_leave_nothing(endpoint, world, authorization):
	before = refusals()
	assert endpoint(authorization).rpc("tools/list").status == 401
	assert refusals() == before


def test_good_credentials_leave_the_calls_entry_alone(endpoint, world, reader_key):
	before = refusals()
	assert endpoint(reader_key).rpc("tools/list").status == 200
	assert refusals() == before


def test_a_refusal_that_can_not_be_recorded_is_still_a_refusal(in_process, reader_key, monkeypatch):
	def fail(*args, **kwargs):
		raise OSError("disk full")

	monkeypatch.setattr(refused.audit, "write", fail)
	headers = {"Authorization": wrong(reader_key), "Content-Type": "application/json"}
	assert (
		in_process("POST", "/mcp", headers, data='{"jsonrpc":"2.0","id":1,"method":"ping"}').status_code
		== 401
	)
