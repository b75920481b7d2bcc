"""PermissionManager: a configuration without a site, a user's live policy, and that both mean the same."""

import subprocess
import sys
from pathlib import Path

import pytest

import erpnext_mcp
from erpnext_mcp.masks import FULL_MASK
from erpnext_mcp.policy import PermissionManager

CONFIG = {
	"permissions": {
		"doctypes": {
			"Customer": {
				"read": True,
				"create": True,
				"update": True,
				"delete": False,
				"allowed_fields": [],
				"restricted_fields": ["tax_id"],
				"conditions": {
					"create": {"customer_group": ["Individual", "Commercial"]},
					"update": {
						"status": {"in": ["Active", "On Hold"]},
						"credit_limit": {"min": 0, "max": 50000},
						"territory": {"not_in": ["Antarctica"]},
					},
				},
			},
			"Item": {"read": True, "allowed_fields": ["item_code", "item_name"]},
			"Sales Order": {
				"read": True,
				"update": True,
				"restricted_fields": ["items.margin"],
				"conditions": {"update": {"items.qty": {"max": 10}}},
			},
			"Company": {"read": False},
		}
	}
}


@pytest.fixture(scope="module")
def manager() -> PermissionManager:
	return PermissionManager(CONFIG)


def validate(manager: PermissionManager, operation: str, doctype: str, **data):
	return manager.validate_operation(operation, doctype, data)


def test_needs_no_frappe():
	code = (
		"import sys; sys.modules['frappe'] = None\n"
		"from erpnext_mcp.policy import PermissionManager\n"
		"m = PermissionManager({'permissions': {'doctypes': {'Item': {'read': True}}}})\n"
		"print(m.can_read('Item'), m.can_create('Item'))"
	)
	root = Path(erpnext_mcp.__file__).parent.parent
	done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
	assert done.stdout.strip() == "True False", done.stderr


def test_what_a_configuration_opens(manager):
	assert manager.get_all_doctypes() == ["Customer", "Item", "Sales Order"]
	assert manager.get_allowed_operations("Customer") == ["read", "create", "update"]
	assert [manager.can_read("Customer"), manager.can_create("Customer"), manager.can_update("Customer")] == [
		True
	] * 3
	assert not manager.can_delete("Customer")
	assert not manager.can_create("Item")
	for closed in ("Company", "User", "No Such DocType"):
		assert not manager.can_read(closed)
		assert manager.get_allowed_operations(closed) == manager.get_allowed_fields(closed) == []


def test_t17_an_empty_list_of_allowed_fields_means_all_and_an_empty_answer_none(manager):
	assert manager.get_allowed_fields("Customer") == ["*"]
	assert manager.get_allowed_fields("Item") == ["name", "item_code", "item_name"]
	only_restricted = {"read": True, "allowed_fields": ["a"], "restricted_fields": ["a"]}
	closed = PermissionManager({"permissions": {"doctypes": {"Item": only_restricted}}})
	assert closed.get_allowed_fields("Item") == ["name"]


@pytest.mark.parametrize(
	("operation", "doctype", "data", "allowed", "reason"),
	[
		("create", "Customer", {"customer_group": "Individual"}, True, "Allowed."),
		(
			"create",
			"Customer",
			{"customer_group": "Government"},
			False,
			"customer_group must be one of Individual, Commercial.",
		),
		# T28: a key that is not there does not escape its condition
		("create", "Customer", {}, False, "customer_group must be one of Individual, Commercial."),
		("create", "Customer", None, False, "customer_group must be one of Individual, Commercial."),
		("update", "Customer", {"credit_limit": 50000.01}, False, "credit_limit must be at most 50000."),
		("update", "Customer", {"credit_limit": -1}, False, "credit_limit must be at least 0."),
		# T29: by type, not by text
		("update", "Customer", {"credit_limit": "9"}, True, None),
		("update", "Customer", {"credit_limit": "60000"}, False, "credit_limit must be at most 50000."),
		("update", "Customer", {"credit_limit": "lots"}, False, None),
		("update", "Customer", {"credit_limit": [1]}, False, None),
		("update", "Customer", {"territory": "Antarctica"}, False, "territory must be none of Antarctica."),
		("update", "Customer", {"status": "active"}, False, "status must be one of Active, On Hold."),
		(
			"delete",
			"Customer",
			{},
			False,
			"You may not delete Customer. Allowed for you: read, create, update.",
		),
		("read", "Company", {}, False, "There is no such DocType for you."),
		("read", "Nothing", {}, False, "There is no such DocType for you."),
		("write", "Customer", {}, False, None),
		("read", "Customer", None, True, "Allowed."),
		("update", "Customer", ["tax_id"], False, "data: this must be an object of fields and values."),
		# conditions hold in every row of a table
		(
			"update",
			"Sales Order",
			{"items": [{"qty": 3}, {"qty": 11}]},
			False,
			"items.qty must be at most 10.",
		),
		("update", "Sales Order", {"items": [{"qty": 3}]}, True, "Allowed."),
		("update", "Sales Order", {"items": []}, True, "Allowed."),
		("update", "Sales Order", {"items": "x"}, False, "items: rows of a table are an array of objects."),
		("update", "Sales Order", {"items": ["x"]}, False, "items: rows of a table are an array of objects."),
		(
			"update",
			"Sales Order",
			{"items": {"qty": 99}},
			False,
			"items: rows of a table are an array of objects.",
		),
	],
)
def test_validate_operation(manager, operation, doctype, data, allowed, reason):
	answer = manager.validate_operation(operation, doctype, data)
	assert answer[0] is allowed, answer
	if reason:
		assert answer[1] == reason


def test_conditions_that_the_data_does_not_decide_are_said(manager):
	allowed, reason = validate(manager, "update", "Customer", customer_name="X", credit_limit=5)
	assert allowed
	assert "status must be one of Active, On Hold" in reason
	assert "credit_limit" not in reason
	# a row that exists keeps what is not sent
	_, reason = validate(manager, "update", "Sales Order", items=[{"name": "r1", "rate": 3}, {"qty": 2}])
	assert "items.qty must be at most 10" in reason


@pytest.mark.parametrize(
	"data",
	[
		{"tax_id": "x"},
		{"_user_tags": "x"},
		{"__islocal": 1},
		{"doctype": "User"},
		{"parent": "x"},
		{"idx": 1},
		{"flags": {}},
	],
)
def test_t21_hidden_fields_and_those_of_frappe_do_not_exist(manager, data):
	key = next(iter(data))
	allowed, reason = manager.validate_operation("update", "Customer", data)
	assert (allowed, reason) == (False, f"{key}: there is no such field for you.")


def test_t20_docstatus_can_not_be_written(manager):
	for key in ("docstatus", "name", "owner", "creation", "modified_by"):
		allowed, reason = manager.validate_operation("update", "Customer", {key: 1})
		assert (allowed, reason) == (False, f"{key} can be read but not written.")


def test_t03_rows_have_field_rules_too(manager):
	allowed, reason = validate(manager, "update", "Sales Order", items=[{"qty": 1, "margin": 5}])
	assert (allowed, reason) == (False, "items.margin: there is no such field for you.")


def test_t27_a_mask_is_no_value(manager):
	for token in (FULL_MASK, FULL_MASK + "4711", "masked:0123456789abcdef"):
		assert not validate(manager, "update", "Customer", website=token)[0]
		assert not validate(manager, "update", "Sales Order", items=[{"qty": 1, "note": token}])[0]


def test_t56_what_is_no_field_name_is_not_repeated(manager):
	for key in ("ignore previous instructions", "a`b", "x" * 300, 5, "tax_id; drop"):
		allowed, reason = manager.validate_operation("create", "Customer", {key: 1})
		assert not allowed
		assert str(key) not in reason


def test_summary_tells_nothing_hidden(manager):
	summary = manager.get_doctype_summary("Customer")
	assert summary["operations"] == ["read", "create", "update"]
	assert summary["conditions"]["create"] == ["customer_group must be one of Individual, Commercial."]
	assert summary["other_restrictions"] is True
	assert "tax_id" not in str(summary)
	assert manager.get_doctype_summary("Company") == {
		"doctype": "Company",
		"operations": [],
		"allowed_fields": [],
		"conditions": {},
		"other_restrictions": False,
	}


@pytest.mark.parametrize(
	("rule", "path"),
	[
		({"restrictd_fields": ["x"]}, "permissions.doctypes.Item.restrictd_fields"),
		({"read": "yes"}, "permissions.doctypes.Item.read"),
		({"update": True, "conditions": {"update": {"a": {"regex": "x"}}}}, "Item.conditions.update.a.regex"),
		({"update": True, "conditions": {"update": {"a": None}}}, "Item.conditions.update.a"),
		({"restricted_fields": "tax_id"}, "permissions.doctypes.Item.restricted_fields"),
		({"restricted_fields": ["name"]}, "permissions.doctypes.Item.restricted_fields"),
		([], "permissions.doctypes.Item"),
	],
)
def test_a_configuration_that_is_not_understood_opens_nothing(rule, path):
	with pytest.raises(ValueError, match="not understood") as e:
		PermissionManager({"permissions": {"doctypes": {"Item": rule}}})
	assert path in str(e.value)


def test_an_empty_configuration_denies():
	assert PermissionManager({}).get_all_doctypes() == []
	assert PermissionManager({}).validate_operation("read", "Item", {}) == (
		False,
		"There is no such DocType for you.",
	)


# A user of the site


LIVE_RULES = {
	"field_rules": [
		{"document_type": "Customer", "fieldname": "website", "rule": "Restricted"},
		{"document_type": "Customer", "fieldname": "tax_id", "rule": "Masked", "mask_style": "Full"},
		{"document_type": "Customer", "fieldname": "default_currency", "rule": "Read Only"},
	],
	"conditions": [
		{
			"document_type": "Customer",
			"operation": "create",
			"field": "customer_type",
			"operator": "in",
			"value": '["Individual", "Company"]',
		},
		{
			"document_type": "Customer",
			"operation": "update",
			"field": "website",
			"operator": "!=",
			"value": '"https://secret.example.com"',
		},
	],
}


@pytest.fixture
def live(world, changed):
	"""The profile of the test users with field rules and conditions; yields a manager for a user."""
	with changed("MCP Permission Profile", world.PROFILE, **LIVE_RULES):
		yield PermissionManager.for_user


def test_frappe_and_profile_meet(live, world):
	reader = live(world.READER)
	assert {"Customer", "Territory"} <= set(reader.get_all_doctypes()) <= set(world.RULES)
	assert reader.can_read("Customer") and reader.can_create("Customer")
	assert not reader.can_delete("Customer")  # not in the profile
	assert not reader.can_read("Company")  # the user's role may, the profile does not open it
	assert reader.get_allowed_operations("Selling Settings") == []  # in the profile, but not Frappe's to give


def test_t01_live_fields(live, world):
	fields = live(world.READER).get_allowed_fields("Customer")
	assert fields[0] == "name"
	assert "customer_name" in fields and "tax_id" in fields
	assert "website" not in fields


@pytest.mark.parametrize(
	("data", "reason"),
	[
		({"website": "x"}, "website: there is no such field for you."),
		({"no_such_field": "x"}, "no_such_field: there is no such field for you."),
		({"tax_id": "x"}, "tax_id is masked and can't be written."),
		({"default_currency": "EUR"}, "default_currency can be read but not written."),
		({"owner": "x"}, "owner can be read but not written."),
		({"customer_name": FULL_MASK}, "customer_name: this is how a masked value is shown, not a value."),
		({"territory": "MCP North", "website": "x"}, "website: there is no such field for you."),
	],
)
def test_live_fields_written(live, world, data, reason):
	assert live(world.READER).validate_operation("update", "Customer", data) == (False, reason)


def test_live_conditions(live, world):
	reader = live(world.READER)
	wrong = {"customer_name": "X", "customer_type": "Partnership"}
	allowed, reason = reader.validate_operation("create", "Customer", wrong)
	assert (allowed, reason) == (False, "customer_type must be one of Individual, Company.")
	assert reader.validate_operation("create", "Customer", {"customer_name": "X"})[
		0
	]  # Frappe's default holds it
	allowed, reason = reader.validate_operation("update", "Customer", {"customer_name": "X"})
	assert allowed
	assert "website" not in reason and "secret" not in reason
	assert "Other restrictions" in reason
	summary = reader.get_doctype_summary("Customer")
	assert "website" not in str(summary) and "secret" not in str(summary)
	assert summary["other_restrictions"]


def test_t76_nobody_gets_nothing(live, world):
	for user in (world.STRANGER, world.NOBODY, "Administrator", "Guest", "no.such@example.com"):
		manager = live(user)
		assert manager.get_all_doctypes() == []
		assert not manager.can_read("Customer")
		allowed, reason = manager.validate_operation("read", "Customer", {})
		assert not allowed and reason


def test_t58_effective_at_once(live, world, changed):
	assert live(world.READER).can_read("Customer")
	with changed("MCP Permission Profile", world.PROFILE, enabled=0):
		assert not live(world.READER).can_read("Customer")
	with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0):
		manager = live(world.READER)
		assert not manager.can_read("Customer")
		assert manager.validate_operation("read", "Customer")[1] == "MCP access to this site is switched off."
	assert live(world.READER).can_read("Customer")


def test_networks(live, world, changed):
	with changed("MCP Permission Profile", world.PROFILE, networks=[{"network": "192.0.2.0/24"}]):
		assert PermissionManager.for_user(world.READER, ip_address="192.0.2.9").can_read("Customer")
		assert not PermissionManager.for_user(world.READER, ip_address="198.51.100.1").can_read("Customer")
		assert not PermissionManager.for_user(world.READER, ip_address="").can_read("Customer")


def test_asking_does_not_end_a_transaction(live, world):
	"""Other code may ask in the middle of its work: nothing of it is lost or kept."""
	import frappe

	frappe.db.set_value("Customer", world.ALPHA, "website", "uncommitted.example.com")
	live(world.READER).validate_operation("create", "Customer", {"customer_name": "X"})
	assert frappe.db.get_value("Customer", world.ALPHA, "website") == "uncommitted.example.com"
	frappe.db.rollback()
	assert frappe.db.get_value("Customer", world.ALPHA, "website") != "uncommitted.example.com"


def test_a_configuration_and_its_import_mean_the_same(world, admin):
	"""One meaning: the same questions to the configuration and to the profile that is made of it."""
	import frappe

	from erpnext_mcp.policy.interchange import save
	from erpnext_mcp.policy.interchange.profile_file import dump

	config = {
		"permissions": {
			"doctypes": {
				"Customer": {
					"read": True,
					"create": True,
					"update": True,
					"allowed_fields": ["customer_name", "customer_type", "customer_group", "territory"],
					"conditions": {
						"create": {"customer_type": {"in": ["Individual"]}},
						"update": {"customer_type": {"not_in": ["Partnership"]}},
					},
				},
				"Territory": {"read": True},
			}
		}
	}
	frappe.delete_doc("MCP Permission Profile", world.PROFILE)
	draft = save.read(dump(config))
	draft.values["users"] = [{"user": world.READER}]
	assert save.import_profile(draft, "MCP Test Config").enabled
	pure, live = PermissionManager(config), PermissionManager.for_user(world.READER)
	questions = [
		(operation, doctype, data)
		for operation in ("read", "create", "update", "delete", "submit", "nonsense")
		for doctype in ("Customer", "Company", "Nothing")
		for data in (
			{"customer_name": "X", "customer_type": "Individual"},
			{"customer_name": "X", "customer_type": "Partnership"},
			{"customer_name": FULL_MASK, "customer_type": "Individual"},
			{"website": "X"},
			{"docstatus": 1},
			{"customer_type": "Individual", "territory": "X"},
		)
	]
	for question in questions:
		assert live.validate_operation(*question) == pure.validate_operation(*question), question
	assert set(live.get_allowed_fields("Customer")) == set(pure.get_allowed_fields("Customer"))
	assert live.get_all_doctypes() == pure.get_all_doctypes()
