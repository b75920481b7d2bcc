"""The values that the audit keeps of a write, and what it never keeps (T53)."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import frappe
import pytest
from frappe.utils import nowdate

from erpnext_mcp.audit import kept_values
from erpnext_mcp.audit.redaction import is_secret_key, redacted, redacted_text
from erpnext_mcp.documents import changes as record
from erpnext_mcp.masks import REDACTED
from erpnext_mcp.mcp_server.caller import Caller

PROFILE = "MCP Test Values"
NAME = "MCP Values"
OPEN = ("select", "read", "create", "update", "delete")


@pytest.fixture
def values(call, world, changed, last_entry) -> Iterator[SimpleNamespace]:
	"""Values are logged; MASTER may do all with customers. Has write(tool, **arguments) → (answer, changes kept)."""
	world.profile(PROFILE, users=[world.MASTER], priority=9, rules={"Customer": OPEN})
	company = frappe.get_all("Company", order_by="name asc", pluck="name", limit=1)[0]
	frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": NAME,
			"customer_type": "Company",
			"territory": world.NORTH,
			"customer_group": frappe.db.get_value("Customer", world.ALPHA, "customer_group"),
			"tax_id": "TAX-1",
			"website": "https://old.example.com",
			"credit_limits": [{"company": company, "credit_limit": 100}],
		}
	).insert()
	frappe.db.commit()

	def write(tool: str, **arguments):
		answer = call(world.MASTER, tool, **arguments)
		return answer, kept(last_entry(user=world.MASTER))

	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_values=1):
		yield SimpleNamespace(write=write, company=company)
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for name in frappe.get_all("Customer", filters={"name": ("like", f"{NAME}%")}, pluck="name"):
		frappe.delete_doc("Customer", name, force=True)
	frappe.delete_doc("MCP Permission Profile", PROFILE)
	frappe.db.commit()


def kept(entry):
	return json.loads(entry.changes) if entry.changes else None


def update(values, **data):
	return values.write("update_generic_document", doctype="Customer", name=NAME, data=data)


def test_an_update_keeps_what_was_and_what_is(values):
	answer, changes = update(values, website="https://new.example.com", default_commission_rate=2.5)
	assert answer.error is None
	assert changes == {
		"website": ["https://old.example.com", "https://new.example.com"],
		"default_commission_rate": [0.0, 2.5],
	}


def test_nothing_is_kept_unless_the_settings_say_so(values, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_values=0):
		answer, changes = update(values, website="https://new.example.com")
	assert answer.error is None and changes is None


def test_rows_are_kept_by_their_names(values):
	(row,) = frappe.get_doc("Customer", NAME).credit_limits
	_, changes = update(values, credit_limits=[{"name": row.name, "credit_limit": 250}])
	assert changes == {"credit_limits": {"changed": {row.name: {"credit_limit": [100.0, 250.0]}}}}
	answer, changes = values.write(
		"update_generic_document",
		doctype="Customer",
		name=NAME,
		data={"credit_limits": [{"company": values.company, "credit_limit": 300}]},
		remove={"credit_limits": [row.name]},
	)
	assert answer.error is None
	(new,) = frappe.get_doc("Customer", NAME).credit_limits
	assert changes == {
		"credit_limits": {
			"added": {new.name: {"company": values.company, "credit_limit": 300.0}},
			"removed": {row.name: {"idx": 1, "company": values.company, "credit_limit": 250.0}},
		}
	}


def test_what_hooks_change_is_kept_though_the_caller_does_not_see_it(values, changed, world, monkeypatch):
	controller = type(frappe.get_doc("Customer", NAME))
	monkeypatch.setattr(
		controller, "before_save", lambda self: self.update({world.LAST_SEEN: "today"}), raising=False
	)
	hidden = [{"document_type": "Customer", "fieldname": world.LAST_SEEN, "rule": "Restricted"}]
	with changed("MCP Permission Profile", PROFILE, field_rules=hidden):
		answer, changes = update(values, website="https://new.example.com")
	assert world.LAST_SEEN not in answer.text
	assert changes[world.LAST_SEEN] == [None, "today"]


@pytest.mark.parametrize("masked", ["tax_id", "credit_limits.credit_limit"])
def test_t53_masked_fields_are_never_kept(values, changed, monkeypatch, masked):
	def hook(self):
		self.tax_id = "TAX-2"
		self.credit_limits[0].credit_limit = 7777

	monkeypatch.setattr(type(frappe.get_doc("Customer", NAME)), "before_save", hook, raising=False)
	table, _, fieldname = masked.rpartition(".")
	rule = {"document_type": "Customer", "table_field": table, "fieldname": fieldname}
	with changed(
		"MCP Permission Profile", PROFILE, field_rules=[{**rule, "rule": "Masked", "mask_style": "Full"}]
	):
		_, changes = update(values, website="https://new.example.com")
	if table:
		(row,) = changes["credit_limits"]["changed"].values()
		assert row == {"credit_limit": [REDACTED, REDACTED]} and changes["tax_id"] == ["TAX-1", "TAX-2"]
	else:
		assert changes["tax_id"] == [REDACTED, REDACTED] and "TAX" not in json.dumps(changes)


def test_t53_fields_that_frappe_masks_are_never_kept(values, monkeypatch):
	monkeypatch.setattr(frappe.get_meta("Customer").get_field("website"), "mask", 1, raising=False)
	before = {"website": "https://old.example.com", "tax_id": "1"}
	after = {"website": "https://new.example.com", "tax_id": "2"}
	found = record.differences("Customer", before, after, record.hidden("Customer", frozenset()))
	assert found == {"website": [REDACTED, REDACTED], "tax_id": ["1", "2"]}


def test_t53_password_fields_are_not_looked_at(admin):
	fields = record.stored_fields("Email Account")
	assert "email_id" in fields and "password" not in fields


def test_t53_tokens_in_texts_are_taken_out(values):
	_, changes = update(values, customer_details="Key: token 0123456789abcde:fedcba987654321, call first")
	old, new = changes["customer_details"]
	assert old in (None, "") and "0123456789abcde" not in new and "fedcba987654321" not in new
	assert new.endswith("call first")


def test_a_create_keeps_what_was_sent_and_a_delete_the_name_alone(values, world, last_entry):
	data = {
		"customer_name": f"{NAME} 2",
		"customer_type": "Company",
		"territory": world.NORTH,
		"credit_limits": [{"company": values.company, "credit_limit": 5}],
	}
	answer, changes = values.write("create_generic_document", doctype="Customer", data=data)
	assert answer.error is None, answer.content
	(row,) = frappe.get_doc("Customer", f"{NAME} 2").credit_limits
	assert changes == {
		"customer_name": [None, f"{NAME} 2"],
		"customer_type": [None, "Company"],
		"territory": [None, world.NORTH],
		"credit_limits": {"added": {row.name: {"company": values.company, "credit_limit": 5.0}}},
	}
	answer, changes = values.write("delete_generic_document", doctype="Customer", name=f"{NAME} 2")
	assert answer.error is None and changes is None
	assert last_entry(user=world.MASTER).reference_name == f"{NAME} 2"


def test_each_document_of_a_bulk_call_keeps_its_own_values(values, world):
	documents = [
		{"name": NAME, "data": {"website": "https://1.example.com"}},
		{"name": world.ALPHA, "data": {"market_segment": None, "customer_details": "bulk"}},
		{"name": NAME, "data": {"website": "https://2.example.com"}},
	]
	answer, _ = values.write("bulk_update_documents", doctype="Customer", documents=documents)
	try:
		assert answer.error is None, answer.content
		rows = frappe.get_all(
			"MCP Audit Entry",
			filters={"user": world.MASTER, "tool": "bulk_update_documents"},
			fields=["reference_name", "changes"],
			order_by="timestamp desc",
			limit=3,
		)
		assert sorted((r.reference_name, r.changes) for r in rows) == sorted(
			[
				(NAME, '{"website": ["https://old.example.com", "https://1.example.com"]}'),
				(NAME, '{"website": ["https://1.example.com", "https://2.example.com"]}'),
				(world.ALPHA, '{"customer_details": [null, "bulk"]}'),
			]
		)
	finally:
		frappe.db.set_value("Customer", world.ALPHA, "customer_details", None)
		frappe.db.commit()


def test_dry_runs_and_failures_keep_no_values(values, world, last_entry):
	for arguments in ({"dry_run": True}, {"expected_version": "other"}):
		_, changes = values.write(
			"update_generic_document",
			doctype="Customer",
			name=NAME,
			data={"website": "https://new.example.com"},
			**arguments,
		)
		assert changes is None and last_entry(user=world.MASTER).field_names


def test_t53_reads_keep_names_of_fields_and_no_value(values, world, last_entry):
	needle = "needle 4711"
	for tool, arguments in (
		("list_generic_documents", {"filters": {"customer_name": needle}, "fields": ["name", "website"]}),
		("search_generic_documents", {"search_term": needle}),
		("get_generic_document", {"name": NAME}),
	):
		_, changes = values.write(tool, doctype="Customer", **arguments)
		entry = last_entry(user=world.MASTER)
		assert changes is None and (tool.startswith("search") or "website" in entry.field_names)
		assert needle not in json.dumps(entry.as_dict(), default=str)
		assert "old.example.com" not in json.dumps(entry.as_dict(), default=str)


def test_t53_t55_values_are_for_system_managers(values, world):
	update(values, website="https://new.example.com")
	world.make_user("mcp.auditor@example.com", "MCP Administrator")
	frappe.db.commit()
	name = frappe.get_all("MCP Audit Entry", filters={"changes": ("is", "set")}, pluck="name", limit=1)[0]
	try:
		frappe.set_user("mcp.auditor@example.com")
		doc = frappe.get_doc("MCP Audit Entry", name)
		doc.apply_fieldlevel_read_permissions()
		assert not doc.get("changes") and doc.tool
		rows = frappe.get_list("MCP Audit Entry", fields=["name", "changes"], filters={"name": name})
		assert [r.get("changes") for r in rows] == [None]
	finally:
		frappe.set_user("Administrator")
		frappe.delete_doc("User", "mcp.auditor@example.com", force=True)
		frappe.db.commit()
	assert frappe.get_list("MCP Audit Entry", fields=["changes"], filters={"name": name})[0].changes


def test_a_submission_keeps_what_it_changed(values, call, world, changed, last_entry):
	rules = [
		{"document_type": "Customer", "can_read": 1},
		{"document_type": "Quotation", "can_read": 1, "can_submit": 1, "can_cancel": 1},
	]
	item = frappe.get_all(
		"Item", filters={"is_sales_item": 1, "disabled": 0, "is_stock_item": 0}, pluck="name", limit=1
	) or frappe.get_all("Item", filters={"disabled": 0}, pluck="name", limit=1)
	doc = frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": NAME,
			"company": values.company,
			"transaction_date": nowdate(),
			"order_type": "Sales",
			"items": [{"item_code": item[0], "qty": 1, "rate": 10}],
		}
	).insert()
	frappe.db.commit()
	try:
		with changed("MCP Permission Profile", PROFILE, doctype_rules=rules):
			for step, docstatus in (("submit", [0, 1]), ("cancel", [1, 2])):
				answer, changes = values.write(f"{step}_generic_document", doctype="Quotation", name=doc.name)
				assert answer.error is None, answer.content
				assert changes["docstatus"] == docstatus and "modified" not in changes
	finally:
		frappe.set_user("Administrator")
		frappe.delete_doc("Quotation", doc.name, force=True)
		frappe.db.commit()


def test_a_refusal_names_the_document_that_was_asked_for(values, world, last_entry):
	for tool, data in (
		("cancel_generic_document", {}),
		("update_generic_document", {"data": {"nothing": 1}}),
	):
		answer, _ = values.write(tool, doctype="Customer", name=world.HIDDEN, **data)
		entry = last_entry(user=world.MASTER)
		assert answer.error and (entry.reference_doctype, entry.reference_name) == ("Customer", world.HIDDEN)


@pytest.mark.parametrize(
	"key",
	[
		"password",
		"new_password",
		"smtpPassword",
		"api_key",
		"API-Key",
		"apiSecret",
		"access_token",
		"Authorization",
		"set-cookie",
		"pin",
		"card_pin",
		"otp",
		"private key",
	],
)
def test_t53_names_of_secrets(key):
	assert is_secret_key(key)


@pytest.mark.parametrize(
	"key",
	["shipping_rule", "pincode", "opinion", "iban", "key", "item_code", "sidebar", "monkey", "taxes", ""],
)
def test_names_that_are_none(key):
	assert not is_secret_key(key)


def test_further_names_are_the_sites_own():
	assert is_secret_key("supplier_iban", ["IBAN"])
	assert redacted({"iban": ["DE1", "DE2"], "qty": [1, 2]}, ["iban"]) == {
		"iban": [REDACTED, REDACTED],
		"qty": [1, 2],
	}


def test_apps_add_names_by_a_hook(admin, monkeypatch):
	hooks = frappe.get_hooks
	monkeypatch.setattr(
		frappe,
		"get_hooks",
		lambda name=None, *a, **k: ["iban"] if name == "mcp_redacted_keys" else hooks(name, *a, **k),
	)
	assert json.loads(kept_values.as_text({"iban": ["DE1", None]})) == {"iban": [REDACTED, None]}


@pytest.mark.parametrize(
	("value", "left"),
	[
		({"a": [{"b": {"client_secret": "x1"}}]}, {"a": [{"b": {"client_secret": REDACTED}}]}),
		({"password": {"deep": ["x1", {"y": "x1"}]}}, {"password": REDACTED}),
		(
			{"settings": ['{"token": "x1", "n": 1}', '[{"n": 2}]']},
			{"settings": [f'{{"token": "{REDACTED}", "n": 1}}', '[{"n": 2}]']},
		),
		({"note": '{"a":1}'}, {"note": '{"a":1}'}),
		({"cookie": [None, ""]}, {"cookie": [None, ""]}),
	],
	ids=str,
)
def test_t53_nested_keys(value, left):
	assert redacted(value) == left


@pytest.mark.parametrize(
	("text", "secret"),
	[
		("Authorization: Bearer abc.def-ghi_123", "abc.def"),
		("use basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNz"),
		("curl -H 'token 0a1b2c3d4e5f6a7:1234567890abcde'", "1234567890abcde"),
		("0a1b2c3d4e5f6a7:1234567890abcde", "1234567890abcde"),
		('{"api_key" : "s3cr3t-value"', "s3cr3t-value"),
		("password=hunter22 and more", "hunter22"),
		("Token: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "9f86d081"),
		("the token 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "9f86d081"),
		("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP", "eyJzdWIi"),
		("ghp_0123456789abcdefABCDEF0123456789abcd", "ghp_0123"),
		("https://user:pa55word@example.com/x", "pa55word"),
		("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY----- rest", "MIIE"),
		("-----BEGIN PRIVATE KEY-----\nMIIE cut off", "MIIE"),
	],
)
def test_t53_tokens_in_text(text, secret):
	assert secret in text and secret not in redacted_text(text) and REDACTED in redacted_text(text)
	assert secret not in json.dumps(redacted({"remarks": [None, text]}))


@pytest.mark.parametrize(
	"text",
	[
		"SAL-ORD-2026-00001",
		"The password was changed by phone; the token of our esteem.",
		"10:30, ratio 3:4, https://example.com:8080/path?x=1",
		"شركة النور 100% #1?",
		"7d9f2c1b0a",
	],
)
def test_texts_without_secrets_stay(text):
	assert redacted_text(text) == text


def test_redaction_is_quick_on_odd_texts():
	for text in (
		"token " * 40_000,
		"a" * 200_000,
		"://" + "x:" * 50_000,
		"-----BEGIN " * 20_000,
		"eyJ" * 60_000,
	):
		redacted_text(text[:200_000])


def test_what_is_kept_is_bounded():
	changes = {
		"note": ["a" * 5, "b" * (kept_values.LONGEST_VALUE + 1)],
		**{f"f{n}": ["x" * 9_000, "y" * 9_000] for n in range(20)},
		"items": {"changed": {f"r{n}": {"f": ["x" * 90, "y" * 90]} for n in range(2_000)}},
		"qty": [1, 2],
	}
	text = kept_values.bounded(changes)
	assert len(text) < kept_values.LONGEST_RECORD * 1.1
	found = json.loads(text)
	assert list(found) == list(changes) and found["qty"] == [1, 2]
	assert found["note"] == ["aaaaa", f"[too long: {kept_values.LONGEST_VALUE + 1} characters]"]
	assert found["items"].startswith("[too long")


def test_t46_a_session_is_one_client_with_one_credential_of_one_user():
	def session(**values):
		return Caller(**{"user": "a", "transport": "t", "credential": "API key 1", **values}).session

	assert session() == session(request_id="2", ip_address="192.0.2.1", protocol_version="x")
	others = [session(user="b"), session(credential="API key 2"), session(client_name="other")]
	assert len({session(), *others}) == 4 and all(len(s) == 16 for s in others)


def test_entries_carry_the_session(values, world, last_entry):
	update(values, website="https://new.example.com")
	entry = last_entry(user=world.MASTER)
	assert entry.session == Caller(world.MASTER, "test").session
