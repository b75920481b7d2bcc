"""What `bench migrate` does on a site that had the app before (T59)."""

import frappe
import pytest

from erpnext_mcp import install


@pytest.fixture
def settings(admin):
	"""The stored settings; put back as they were."""
	before = frappe.db.get_singles_dict(install.SETTINGS)
	yield before
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for fieldname, value in before.items():
		frappe.db.set_single_value(install.SETTINGS, fieldname, value, update_modified=False)
	frappe.db.commit()


def test_t59_settings_that_did_not_exist_yet_get_their_defaults(settings):
	meta = frappe.get_meta(install.SETTINGS)
	with_default = [df for df in meta.fields if df.default is not None]
	assert len(with_default) > 10
	frappe.db.delete("Singles", {"doctype": install.SETTINGS})
	install.ensure_settings()
	frappe.clear_document_cache(install.SETTINGS, install.SETTINGS)
	stored = frappe.db.get_singles_dict(install.SETTINGS)
	assert {df.fieldname: str(stored[df.fieldname]) for df in with_default} == {
		df.fieldname: df.default for df in with_default
	}


def test_t59_settings_that_were_changed_stay(settings):
	frappe.db.set_single_value(install.SETTINGS, "max_page_size", 77)
	frappe.db.delete("Singles", {"doctype": install.SETTINGS, "field": "cache_ttl"})
	install.ensure_settings()
	stored = frappe.db.get_singles_dict(install.SETTINGS)
	assert (str(stored["max_page_size"]), "cache_ttl" in stored) == ("77", True)
