"""What the dialogs of the profile form offer: fields with their rules, conditions with their operators."""

import frappe
import pytest

from erpnext_mcp.api.desk import profile
from erpnext_mcp.desk.profile import catalogue
from erpnext_mcp.policy import validation
from erpnext_mcp.policy.profile import FIELD_RULES, MASKED
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.site import facts_of


def field(found, fieldname: str, table_field: str = ""):
	group = next(g for g in found["groups"] if g["table_field"] == table_field)
	return next((f for f in group["fields"] if f["fieldname"] == fieldname), None)


def test_all_fields_of_the_form_and_of_its_tables(world, admin):
	found = profile.fields("Customer")
	meta = frappe.get_meta("Customer")
	layout = {"Section Break", "Column Break", "Tab Break", "HTML", "Button"}
	shown = [df.fieldname for df in meta.fields if df.fieldtype not in layout]
	own = found["groups"][0]["fields"]
	assert [f["fieldname"] for f in own if not f["system"]] == shown
	assert [f["fieldname"] for f in own if f["system"]] == [
		*("owner", "creation", "modified", "modified_by", "docstatus")
	]
	assert [g["table_field"] for g in found["groups"][1:]] == [df.fieldname for df in meta.get_table_fields()]
	assert field(found, world.SECRET)["permlevel"] == world.SECRET_LEVEL
	assert field(found, "credit_limit", "credit_limits")["fieldtype"] == "Currency"
	assert found["closed"] == "" and "can_submit" not in found["operations"]


def test_mask_styles_follow_the_type(world, admin):
	found = profile.fields("Customer")
	assert field(found, "customer_name")["mask_styles"] == ["Full", "Last Four", "Hash"]
	assert field(found, "territory")["mask_styles"] == ["Full", "Hash"]
	assert field(found, "credit_limit", "credit_limits")["mask_styles"] == ["Full"]
	assert field(found, "credit_limits")["mask_styles"] == []


def test_operations_that_a_doctype_can_do(world, admin):
	assert {"can_submit", "can_cancel", "can_amend"} <= set(profile.fields("Sales Order")["operations"])
	assert not {"can_create", "can_delete"} & set(profile.fields("Selling Settings")["operations"])
	assert profile.condition_fields("Customer")["operations"] == ["create", "update", "delete"]


@pytest.mark.parametrize("doctype", ["User", "Customer Credit Limit", "MCP Permission Profile"])
def test_what_stays_closed_says_why_and_offers_nothing(world, admin, doctype):
	found = profile.fields(doctype)
	assert found["closed"] and found["operations"] == [] and not found["own_tools"]
	assert profile.condition_fields(doctype)["operations"] == []


def test_passwords_are_told_and_never_offered(world, admin):
	found = profile.fields("User")
	password = field(found, "new_password")
	assert (
		password["rules"] == [] and password["mask_styles"] == [] and "password" in password["note"].lower()
	)
	conditions = profile.condition_fields("User")["fields"]
	assert "new_password" not in [f["field"] for f in conditions]


@pytest.mark.parametrize("doctype", ["Customer", "Sales Order", "Selling Settings"])
def test_what_is_offered_is_what_validation_takes(world, admin, doctype):
	"""For each field, rule and field mode: offered, or an error. Read Only of what can't be written is Allowed."""
	found = catalogue.fields(doctype)
	facts = facts_of(doctype)
	for group in found["groups"]:
		for f in group["fields"]:
			for mode, offered in f["rules_by_mode"].items():
				for rule in FIELD_RULES:
					wrong = errors(facts, mode, group["table_field"], f, rule)
					if rule in offered:
						assert not wrong, (f["fieldname"], mode, rule, wrong)
					elif not (rule == "Read Only" and f["read_only"] and mode == "Only Allowed"):
						assert wrong, (f["fieldname"], mode, rule)


def errors(facts, mode, table_field, f, rule):
	row = {
		"document_type": facts.meta.name,
		"table_field": table_field,
		"fieldname": f["fieldname"],
		"rule": rule,
		"mask_style": (f["mask_styles"] or ["Full"])[-1] if rule == MASKED else "",
		"idx": 1,
	}
	opened = {**row, "table_field": "", "fieldname": table_field, "rule": "Allowed", "idx": 2}
	draft = Draft(
		{
			"doctype_rules": [
				{
					"document_type": facts.meta.name,
					"can_read": 1,
					"field_mode": mode,
					"idx": 1,
					"acknowledge_hidden_name": 1,
				}
			],
			"field_rules": [row, opened] if mode == "Only Allowed" and table_field else [row],
		},
		lambda _doctype: facts,
	)
	return [e for e in validation.errors(draft) if (e.table, e.row) == ("field_rules", 1)]


def test_conditions_have_the_operators_of_their_type(world, admin):
	fields = {f["field"]: f for f in profile.condition_fields("Customer")["fields"]}
	assert "matches" in fields["customer_name"]["operators"]
	assert "matches" not in fields["credit_limits.credit_limit"]["operators"]
	assert fields["credit_limits.credit_limit"]["table_label"]
	assert fields["customer_type"]["choices"][0] == "Company"
	assert fields["credit_limits"]["operators"] == ["set", "not set"]
	assert fields["name"]["kind"] == "text"
	for f in fields.values():
		assert f["operators"] and f["kind"], f


def test_there_is_no_such_doctype(world, admin):
	with pytest.raises(frappe.DoesNotExistError):
		profile.fields("No Such DocType")


@pytest.mark.parametrize("method", ["fields", "condition_fields"])
def test_nobody_else_is_told(world, admin, method):
	for user in (world.READER, world.NOBODY, "Guest"):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			getattr(profile, method)("Customer")
