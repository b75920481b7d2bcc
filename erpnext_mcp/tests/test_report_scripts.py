"""What is read out of the JavaScript of reports, without running it, and what may be given as a filter."""

import datetime

import frappe
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp.documents.reports import script
from erpnext_mcp.documents.reports.defaults import value_of
from erpnext_mcp.documents.reports.javascript import OPAQUE, Call, Reader, tokens_of

PAGE = """
// Copyright; "not a text
frappe.query_reports["Sales \\"X\\""] = {
	tree: true, "parent_field": "parent_account", /* filters: [{fieldname: "commented"}] */
	filters: [
		{ fieldname: "company", label: __("Company"), fieldtype: "Link", options: "Company", reqd: 1,
			default: frappe.defaults.get_user_default("Company"),
			get_query: () => { return { filters: [["Company", "is_group", "=", 0]], x: /[/"}]/.test("}") } } },
		{ "fieldname": 'from_date', label: `From ${x}`, fieldtype: "Date", default: frappe.datetime.add_months(frappe.datetime.get_today(), -1) },
		{ fieldname: "view", fieldtype: "Select", options: ["", { value: "A", label: __("An A") }], default: cond ? "A" : "" , },
		{ fieldtype: "Break" },
		{ fieldname: "year", fieldtype: "Link", default: erpnext.utils.get_fiscal_year(frappe.datetime.get_today(), true)[1] }
	],
	formatter(value, row) { return value / 2 / 3 + "filters"; }
};
"""


def test_filters_are_read_out_of_a_script():
	facts = script.read(PAGE)
	assert [f["fieldname"] for f in facts.filters] == ["company", "from_date", "view", "year"]
	company, from_date, view, year = facts.filters
	assert company["label"] == "Company" and company["reqd"] == 1 and company["options"] == "Company"
	assert company["default"] == Call("frappe.defaults.get_user_default", ("Company",))
	assert "label" not in from_date, "a template with code in it is no literal"
	assert view["options"] == ["", {"value": "A", "label": "An A"}] and "default" not in view
	assert year["default"].index == 1
	assert facts.complete and facts.is_tree and facts.parent_field == "parent_account"


@pytest.mark.parametrize(
	"addition",
	[
		'erpnext.utils.add_dimensions("X", 3);',
		'frappe.query_reports["X"] = $.extend({}, erpnext.base);',
		"let filters = [other_filter, {fieldname: 'a'}];",
		"x.filters = x.filters.concat(more);",
	],
)
def test_what_is_put_together_elsewhere_is_not_complete(addition: str):
	facts = script.read(PAGE + addition)
	assert not facts.complete and len(facts.filters) >= 4


def test_filters_that_are_added_and_taken_over():
	text = """frappe.query_reports["X"] = $.extend({}, erpnext.financial_statements);
	frappe.query_reports["X"]["filters"].push({ fieldname: "view", fieldtype: "Select" });
	frappe.query_reports["X"].filters.splice(1, 0, { fieldname: "other", fieldtype: "Data" });"""
	facts = script.read(text)
	assert [f["fieldname"] for f in facts.filters] == ["view", "other"] and not facts.complete
	assert script.shared_scripts(text) == [("erpnext", "financial_statements")]
	assert script.shared_scripts("$.extend({}, erpnext['../../secret'])") == []


@pytest.mark.parametrize(
	"text", ["", "{", "filters: [", "filters: [{", 'filters: [{fieldname: "a"', "}])(", '"', "filters:"]
)
def test_broken_scripts_have_no_filters(text: str):
	assert script.read(text).filters in ((), ({"fieldname": "a"},))


@given(st.text(alphabet="filters:[]{}()\"'`,./\\ a=>-1\n$", max_size=80))
def test_any_text_is_read_to_its_end(text: str):
	script.read("filters: [" + text)
	Reader(tokens_of(text)).value(0)


def test_deep_nesting_is_no_literal():
	assert Reader(tokens_of("[" * 5000)).value(0)[0] is not None
	assert Reader(tokens_of("f(" * 100 + ")" * 100)).value(0)[0] is OPAQUE


def test_defaults_are_worked_out_where_that_is_known(admin):
	today = frappe.utils.getdate(frappe.utils.today())
	assert value_of("Yearly") == "Yearly"
	assert value_of(Call("frappe.datetime.get_today", ())) == str(today)
	shifted = Call("frappe.datetime.add_days", (Call("frappe.datetime.month_start", ()), -1))
	assert value_of(shifted) == str(today.replace(day=1) - datetime.timedelta(days=1))
	for unknown in (
		Call("frappe.db.get_value", ("User", "x")),
		Call("os.system", ("ls",)),
		Call("frappe.datetime.add_days", (Call("os.system", ()), 1)),
		Call("frappe.defaults.get_user_default", (1,)),
	):
		assert value_of(unknown) is None
