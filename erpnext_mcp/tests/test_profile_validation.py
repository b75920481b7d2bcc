"""Profiles and settings on the site: what is refused on save, what is warned of, and when a change takes effect."""

import json

import frappe
import pytest

from erpnext_mcp.policy import store
from erpnext_mcp.policy.message import Message
from erpnext_mcp.policy.validation.site import facts_of
from erpnext_mcp.tests.endpoint import Endpoint

NAME = "MCP Test Draft"


def saved(**values):
	"""A profile of Customer and Item, which only its own transaction sees."""
	values.setdefault(
		"doctype_rules",
		[
			{
				"document_type": "Customer",
				"can_read": 1,
				"can_create": 1,
				"can_update": 1,
				"acknowledge_hidden_name": 1,
			},
			{"document_type": "Item", "can_read": 1},
		],
	)
	return frappe.get_doc({"doctype": store.PROFILE, "profile_name": NAME, **values}).insert()


def rule(fieldname, rule="Restricted", doctype="Customer", **values):
	return {"document_type": doctype, "fieldname": fieldname, "rule": rule, **values}


def condition(field, operator, value=None, **values):
	return {
		"document_type": "Customer",
		"operation": "update",
		"field": field,
		"operator": operator,
		"value": value,
		**values,
	}


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"doctype_rules": [{"document_type": "Customer"}]}, "choose an operation"),
		(
			{"doctype_rules": [{"document_type": "Customer", "can_read": 1, "can_submit": 1}]},
			"can't do this: submit",
		),
		(
			{"doctype_rules": [{"document_type": "Selling Settings", "can_create": 1}]},
			"can't do this: create",
		),
		({"doctype_rules": [{"document_type": "Customer Credit Limit", "can_read": 1}]}, "child table"),
		({"doctype_rules": [{"document_type": "No Such DocType", "can_read": 1}]}, "No Such DocType"),
		(
			{"doctype_rules": [{"document_type": "Customer", "can_read": 1}] * 2},
			"DocType Rules, row 2: Customer already has row 1",
		),
		(
			{
				"doctype_rules": [
					{"document_type": "Customer", "can_read": 1, "row_filter": '[["nope", "=", 1]]'}
				]
			},
			"DocType Rules, row 1, Row Filter: ",
		),
		({"field_rules": [rule("nope")]}, "Field Rules, row 1, Field Name: Customer has no field nope"),
		({"field_rules": [rule("limit", table_field="nope")]}, "Customer has no table nope"),
		(
			{"field_rules": [rule("territory"), rule("territory")]},
			"row 2: territory of Customer already has row 1",
		),
		({"field_rules": [rule("company", doctype="Sales Order")]}, "no DocType Rule for Sales Order"),
		({"field_rules": [rule("territory", "Allowed")]}, "row 1, Rule: the row has no effect"),
		({"field_rules": [rule("email_id", "Read Only")]}, "can't be written anyway"),
		({"field_rules": [rule("name")]}, "no rule can be given"),
		({"field_rules": [rule("idx")]}, "idx is never shown"),
		({"field_rules": [rule("territory", "Masked")]}, "Mask Style: choose a mask style"),
		(
			{"field_rules": [rule("territory", "Masked", mask_style="Last Four")]},
			"can't be masked by Last Four",
		),
		({"field_rules": [rule("credit_limits", "Masked", mask_style="Full")]}, "a table can't be masked"),
		({"conditions": [condition("nope", "set")]}, "Conditions, row 1, Field: Customer has no field nope"),
		({"conditions": [condition("disabled", "=", "perhaps")]}, "Value: perhaps is not 1 or 0"),
		({"conditions": [condition("credit_limits.credit_limit", "<=", '"much"')]}, "much is not a number"),
		({"conditions": [condition("customer_name", "matches", "(a")]}, "a bracket is not closed"),
		({"conditions": [condition("customer_type", "=", "Alien")]}, "Alien is not among the options"),
		({"conditions": [condition("disabled", "=", "0", operation="delete")]}, "delete is not ticked"),
		(
			{"conditions": [condition("disabled", "=", "0", operation="create", document_state="Before")]},
			"there is no document",
		),
		({"roles": [{"role": "All"}]}, "Roles, row 1: All is given by Frappe itself"),
		({"roles": [{"role": "Sales User"}] * 2}, "Roles, row 2: Sales User is named twice"),
		({"users": [{"user": "Guest"}]}, "Users, row 1: Guest never gets access"),
		({"networks": [{"network": "everywhere"}]}, "Networks, row 1: everywhere is neither"),
		({"valid_from": "2026-02-01", "valid_upto": "2026-01-01"}, "Valid Up To: it ends before it begins"),
		({"write_until": "2026-02-01"}, "Write Window Until: a write window needs"),
	],
)
def test_a_profile_says_what_is_wrong_with_it_and_where(world, admin, values, message):
	with pytest.raises(frappe.ValidationError) as error:
		saved(**values)
	assert message in str(error.value)


def test_all_errors_are_said_at_once_and_escaped(world, admin):
	with pytest.raises(frappe.ValidationError) as error:
		saved(
			field_rules=[rule("nope"), rule("<img src=x>")],
			conditions=[condition("disabled", "=", "<script>")],
			networks=[{"network": "<b>"}],
		)
	lines = str(error.value).split("<br>")
	assert [line.partition(":")[0] for line in lines] == [
		"Networks, row 1",
		"Field Rules, row 1, Field Name",
		"Field Rules, row 2, Field Name",
		"Conditions, row 1, Value",
	]
	for tag in ("<img", "<script", "<b>"):
		assert tag not in str(error.value)
	assert "&lt;img src=x&gt;" in lines[2]


def test_messages_are_translated_with_what_was_typed_in_them(world, admin, monkeypatch):
	from erpnext_mcp.policy.validation import show

	german = {"{0} has no field {1}.": "{0} hat kein Feld {1}.", "Field Rules": "Feldregeln"}
	monkeypatch.setattr(show, "_", lambda text: german.get(text, text))
	with pytest.raises(
		frappe.ValidationError, match="Feldregeln, row 1, Field Name: Customer hat kein Feld nope"
	):
		saved(field_rules=[rule("nope")])
	assert show.translated(Message("{0}!", Message("{0} has no field {1}.", "<A>", "b"))) == (
		"&lt;A&gt; hat kein Feld b.!"
	)


@pytest.mark.parametrize(
	("fieldname", "acknowledged", "expected"),
	[
		("customer_name", {}, "the title of the documents is made of customer_name"),
		("customer_name", {"acknowledge_hidden_name": 1}, None),
		("customer_type", {}, None),  # has a default
		("territory", {}, None),
	],
)
def test_t69_a_hidden_title_needs_an_acknowledgement(world, admin, fieldname, acknowledged, expected):
	row = {"document_type": "Customer", "can_read": 1, **acknowledged}
	try:
		saved(doctype_rules=[row], field_rules=[rule(fieldname)])
		assert expected is None
	except frappe.ValidationError as e:
		assert expected and expected in str(e)


def test_t69_a_hidden_field_that_gives_the_name_needs_an_acknowledgement(world, admin):
	row = {"document_type": "Item", "can_read": 1}
	with pytest.raises(frappe.ValidationError, match="the name of the documents is made of item_code"):
		saved(doctype_rules=[row], field_rules=[rule("item_code", "Masked", "Item", mask_style="Hash")])


def test_a_required_field_that_is_hidden_under_create_needs_an_acknowledgement(world, admin):
	row = {"document_type": "Customer", "can_read": 1, "can_create": 1, "acknowledge_hidden_name": 1}
	with pytest.raises(frappe.ValidationError, match="can't be created without customer_name"):
		saved(doctype_rules=[row], field_rules=[rule("customer_name")])
	profile = saved(
		doctype_rules=[{**row, "acknowledge_hidden_required": 1}], field_rules=[rule("customer_name")]
	)
	assert profile.name == NAME


def test_the_acknowledgements_are_called_as_the_messages_call_them(world, admin):
	meta = frappe.get_meta("MCP DocType Rule")
	with pytest.raises(frappe.ValidationError) as error:
		saved(
			doctype_rules=[{"document_type": "Customer", "can_read": 1, "can_create": 1}],
			field_rules=[rule("customer_name")],
		)
	for fieldname in ("acknowledge_hidden_name", "acknowledge_hidden_required"):
		assert f"“{meta.get_label(fieldname)}”" in str(error.value)


def test_blanks_and_leftovers_are_tidied(world, admin):
	profile = saved(
		field_rules=[rule(" territory ", "Read Only", mask_style="Full")],
		networks=[{"network": " 192.0.2.0/24 "}],
		conditions=[condition(" disabled ", "=", "0")],
	)
	row = profile.field_rules[0]
	assert (row.fieldname, row.mask_style) == ("territory", "")
	assert profile.networks[0].network == "192.0.2.0/24"
	(kept,) = (p for p in store.read().profiles if p.name == NAME)
	assert kept.rules["Customer"].conditions[0].field == "disabled"


def warnings_of(make) -> str:
	frappe.local.message_log = []
	make()
	return json.dumps(frappe.local.message_log, default=str)


def test_a_copy_of_a_hidden_field_is_warned_of(world, admin):
	"""T69. Customers' names stand in every Sales Order."""

	def make():
		saved(
			doctype_rules=[
				{"document_type": "Customer", "can_read": 1, "acknowledge_hidden_name": 1},
				{"document_type": "Sales Order", "can_read": 1},
			],
			field_rules=[rule("customer_name")],
		)

	assert "customer_name of Sales Order is a copy of customer_name of Customer" in warnings_of(make)


def test_users_for_whom_two_profiles_tie_are_named(world, admin):
	first = world.profile("MCP Test Tie A", users=[world.STRANGER], rules={"Customer": ["read"]})
	assert world.STRANGER not in json.dumps(frappe.local.message_log, default=str)

	def make():
		world.profile("MCP Test Tie B", users=[world.STRANGER], rules={"Item": ["read"]})

	said = warnings_of(make)
	assert f"For {world.STRANGER} this profile ties with MCP Test Tie A" in said

	first.priority = 1
	assert "ties with" not in warnings_of(first.save)


def test_users_tie_by_their_roles_too(world, admin):
	world.profile("MCP Test Tie A", roles=["Sales Manager"], priority=7, rules={"Customer": ["read"]})

	def make():
		world.profile("MCP Test Tie B", roles=["Sales Master Manager"], priority=7, rules={"Item": ["read"]})

	saved_by_role = warnings_of(make)
	# MASTER is named by a profile as a user, which is stronger than both.
	assert world.MASTER not in saved_by_role
	profile = frappe.get_doc(store.PROFILE, world.PROFILE)
	profile.users = [row for row in profile.users if row.user != world.MASTER]
	profile.save()
	again = warnings_of(frappe.get_doc(store.PROFILE, "MCP Test Tie B").save)
	assert f"For {world.MASTER} this profile ties with MCP Test Tie A" in again


def test_facts_of_a_doctype(world, admin):
	facts = facts_of("Customer")
	assert facts.titles == {"customer_name"}
	assert "customer_type" in facts.filled and "customer_name" not in facts.filled
	assert facts.types["credit_limits.credit_limit"] == "Currency"
	assert facts.fetched["email_id"] == ("Contact", "email_id")
	assert "Company" in facts.select_options["customer_type"]
	assert facts_of("Item").names == {"item_code"}
	assert facts_of("No Such DocType") is None
	assert facts_of("User").closed and facts_of("Customer Credit Limit").closed


def test_the_default_profile_is_not_deleted(world, admin, changed):
	with changed(store.SETTINGS, store.SETTINGS, default_profile=world.PROFILE):
		with pytest.raises(frappe.ValidationError):
			frappe.delete_doc(store.PROFILE, world.PROFILE)


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"max_page_size": 0}, "Rows at Most: it must be at least 1"),
		({"default_page_size": 200}, "Rows by Default: it can't be more than Rows at Most"),
		({"allowed_origins": "https://a.example/path"}, "https://a.example/path is not an origin"),
		({"allowed_origins": "*"}, "is not an origin"),
	],
)
def test_settings_say_what_is_wrong_with_them(world, admin, values, message):
	settings = frappe.get_single(store.SETTINGS)
	settings.update(values)
	with pytest.raises(frappe.ValidationError, match=message):
		settings.save()


@pytest.fixture
def profile(world, admin):
	"""A committed profile of STRANGER, under whatever name it has in the end."""
	made = world.profile("MCP Test Effect", users=[world.STRANGER], rules={"Customer": ["read"]})
	frappe.db.commit()
	yield made
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in ("MCP Test Effect", "MCP Test Effect Renamed"):
		frappe.delete_doc_if_exists(store.PROFILE, name)
	frappe.db.commit()


@pytest.fixture
def doctypes(server, site, world, profile):
	"""doctypes() → the DocTypes that STRANGER sees over HTTP, in another thread or process; None when refused."""
	endpoint = Endpoint(
		server.base_url, world.api_key(world.STRANGER), site.name if site.kind == "bench" else ""
	)

	def doctypes() -> set[str] | None:
		result = endpoint.rpc("tools/call", {"name": "list_doctypes"}).json()["result"]
		if result.get("isError"):
			return None
		return {row["doctype"] for row in result["structuredContent"]["doctypes"]}

	return doctypes


def commit(change) -> None:
	change()
	frappe.db.commit()


def test_t58_a_change_is_effective_at_the_next_call(world, profile, doctypes):
	assert doctypes() == {"Customer"}
	profile.append("doctype_rules", {"document_type": "Territory", "can_read": 1})
	commit(profile.save)
	assert doctypes() == {"Customer", "Territory"}
	profile.enabled = 0
	commit(profile.save)
	assert doctypes() is None
	profile.enabled = 1
	profile.valid_upto = "2020-01-01 00:00:00"
	commit(profile.save)
	assert doctypes() is None
	profile.valid_upto = None
	commit(profile.save)
	assert doctypes() == {"Customer", "Territory"}
	commit(profile.delete)
	assert doctypes() is None


def test_t58_a_rename_is_effective_at_the_next_call(world, profile, doctypes, last_entry):
	assert doctypes() == {"Customer"}
	assert last_entry(user=world.STRANGER).profile == "MCP Test Effect"
	commit(lambda: frappe.rename_doc(store.PROFILE, profile.name, "MCP Test Effect Renamed"))
	assert doctypes() == {"Customer"}
	assert last_entry(user=world.STRANGER).profile == "MCP Test Effect Renamed"


def test_t58_the_default_profile_follows_a_rename(world, profile, doctypes, changed):
	profile.users = []
	commit(profile.save)
	assert doctypes() is None
	with changed(store.SETTINGS, store.SETTINGS, default_profile=profile.name):
		assert doctypes() == {"Customer"}
		commit(lambda: frappe.rename_doc(store.PROFILE, profile.name, "MCP Test Effect Renamed"))
		assert doctypes() == {"Customer"}
	assert doctypes() is None


def test_t58_a_setting_is_effective_at_the_next_call(world, profile, doctypes, changed):
	assert doctypes() == {"Customer"}
	with changed(store.SETTINGS, store.SETTINGS, enabled=0):
		assert doctypes() is None
	assert doctypes() == {"Customer"}


def test_profiles_are_not_merged(world, profile):
	with pytest.raises(frappe.ValidationError, match="can't be merged"):
		frappe.rename_doc(store.PROFILE, profile.name, world.PROFILE, merge=True)


def test_versions_of_a_profile_are_kept(world, profile):
	profile.append("field_rules", rule("territory"))
	commit(profile.save)
	versions = frappe.get_all(
		"Version", filters={"ref_doctype": store.PROFILE, "docname": profile.name}, pluck="data"
	)
	assert any('"field_rules"' in data and "territory" in data for data in versions)
