"""Values for a new profile form: presets and files."""

import json

import frappe
import pytest

from erpnext_mcp.api.desk import profile
from erpnext_mcp.policy import store
from erpnext_mcp.policy.interchange import save
from erpnext_mcp.policy.interchange.presets import preset_names

NAMED = ("users", "roles", "clients")


def saved(values, **more):
	return frappe.get_doc(
		{"doctype": store.PROFILE, "profile_name": "MCP Test New", **values, **more}
	).insert()


def test_presets_are_listed(world, admin):
	found = profile.presets()
	assert [p["name"] for p in found] == preset_names()
	assert all(p["title"] and p["description"] for p in found)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_can_be_saved_as_it_is(world, admin, name):
	found = profile.preset(name)
	assert not any(found["values"].get(table) for table in NAMED)
	values = {k: v for k, v in found["values"].items() if k != "profile_name"}
	doc = saved(values)
	assert len(doc.doctype_rules) == len(values["doctype_rules"]) > 0
	left_out = [n for n in found["notes"] if n["kind"] == "unresolved"]
	assert bool(left_out) == (found["values"].get("enabled") == 0)


def test_what_the_site_lacks_is_said(world, admin):
	"""The demo app has not all of ERPNext's DocTypes."""
	file = {
		"format": "erpnext_mcp/profile/1",
		"name": "X",
		"applies_to": {"users": [], "roles": ["No Such Role"], "clients": []},
		"doctypes": {
			"No Such DocType": {"operations": ["read"]},
			"Customer": {"operations": ["read"], "fields": {"nope": {"rule": "Restricted"}}},
		},
	}
	found = profile.import_file(json.dumps(file))
	assert {n["path"] for n in found["notes"]} == {"roles.No Such Role", "No Such DocType", "Customer.nope"}
	assert found["values"]["enabled"] == 0 and found["values"]["roles"] == []
	assert [r["document_type"] for r in found["values"]["doctype_rules"]] == ["Customer"]


def test_there_is_no_such_preset(world, admin):
	with pytest.raises(frappe.ValidationError, match="there is no preset"):
		profile.preset("<b>nope</b>")


def test_a_file_of_a_form_is_the_same_form_again(world, admin):
	doc = frappe.get_doc(store.PROFILE, world.PROFILE).as_dict(convert_dates_to_str=True)
	file = profile.export_file(json.dumps(doc))
	assert file == {"filename": "mcp-test-sales.json", "content": save.export_profile(world.PROFILE)}
	found = profile.import_file(file["content"])
	assert found["notes"] == [] and "profile_name" not in found["values"], "that name is taken"
	assert {row["user"] for row in found["values"]["users"]} == {world.READER, world.MASTER}


def test_a_form_that_is_not_filled_in_yet(world, admin):
	doc = {
		"doctype": store.PROFILE,
		"__islocal": 1,
		"doctype_rules": [{}],
		"field_rules": [{"fieldname": "a"}],
	}
	file = profile.export_file(json.dumps(doc))
	assert file["filename"] == "profile.json" and json.loads(file["content"])["doctypes"] == {}


@pytest.mark.parametrize(
	("content", "message"),
	[
		("", "this is not JSON"),
		("{", "this is not JSON"),
		('{"a": 1, "a": 2}', "stands twice"),
		("[" * 100_000, "this is not JSON"),
		('{"format": "other"}', "this is no profile"),
		("[1]", "this is no profile"),
		(" " * 2_000_001, "too large"),
	],
)
def test_what_is_no_file_of_a_profile(world, admin, content, message):
	with pytest.raises(frappe.ValidationError, match=message):
		profile.import_file(content)


def test_settings_of_a_configuration_are_noted_and_not_set(world, admin):
	config = {
		"permissions": {"doctypes": {"Customer": {"read": True}}},
		"cache": {"enabled": True, "ttl": 300},
	}
	before = frappe.get_doc(store.SETTINGS).as_dict()
	notes = profile.import_file(json.dumps(config))["notes"]
	assert [(n["kind"], n["path"].rpartition("(")[2]) for n in notes] == [
		("check", "cache_enabled)"),
		("check", "cache_ttl)"),
	]
	assert frappe.get_doc(store.SETTINGS).as_dict() == before
