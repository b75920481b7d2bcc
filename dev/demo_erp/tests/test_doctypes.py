"""The doctypes that tests of erpnext_mcp stumble over, and the form of the JSON files."""

import json
from pathlib import Path

import frappe
import pytest

import demo_erp
from demo_erp.install import before_install
from demo_erp.seeding.oddities import ODD_NAMES, TERMINAL_SECRET
from demo_erp.seeding.users import ANALYST, SALES_NORTH

FOLDER = Path(demo_erp.__file__).parent / "demo_erp" / "doctype"
FILES = sorted(FOLDER.glob("*/*.json"))
# layout of the form, without a value
WITHOUT_VALUE = {"Tab Break", "Column Break", "Fold"}


def read(path: Path) -> dict:
	return json.loads(path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_json_is_as_frappe_exports_it(path):
	doc = read(path)
	assert path.read_text() == json.dumps(doc, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"
	assert doc["field_order"] == [field["fieldname"] for field in doc["fields"]]
	assert doc["module"] == "Demo ERP"
	assert frappe.db.exists("DocType", doc["name"])
	frappe.get_meta(doc["name"])
	frappe.new_doc(doc["name"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
	for field in read(path)["fields"]:
		if field["fieldtype"] in ("Link", "Table", "Table MultiSelect"):
			assert frappe.db.exists("DocType", field["options"]), field["fieldname"]


def test_the_zoo_has_every_field_type():
	all_types = {
		option for option in frappe.get_meta("DocField").get_field("fieldtype").options.split("\n") if option
	}
	types = {field.fieldtype for field in frappe.get_meta("Demo Field Zoo").fields}
	assert all_types - types - WITHOUT_VALUE == set()


def test_the_zoo_keeps_what_it_was_given():
	doc = frappe.get_doc("Demo Field Zoo", "Full")
	assert json.loads(doc.a_json)["nested"]["list"] == [1, 2.5, None, "x"]
	assert (doc.an_int, doc.a_float, doc.a_rating, doc.a_duration) == (-7, 3.142, 0.8, 93784)
	assert (doc.a_fetched, doc.a_virtual) == (
		frappe.db.get_value("Customer", doc.a_link, "territory"),
		"virtual of Full",
	)
	assert doc.get_password("a_password") == "zoo-secret" != doc.a_password
	assert [row.item_group for row in doc.a_table_multiselect] == ["Fasteners", "Tools"]
	assert doc.a_table[0].reference_name == "BOLT M8/40"


def test_the_password_is_not_in_the_table():
	assert frappe.get_doc("Demo Payment Terminal", "TERM/01").get_password("api_secret") == TERMINAL_SECRET
	assert TERMINAL_SECRET not in str(frappe.get_all("Demo Payment Terminal", fields=["*"]))


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_that_differ_by_a_hyphen_and_an_underscore(name):
	hyphen, underscore = frappe.get_doc("Demo Spec-Sheet", name), frappe.get_doc("Demo Spec_Sheet", name)
	assert hyphen.summary.startswith("Demo Spec-Sheet") and underscore.summary.startswith("Demo Spec_Sheet")
	assert hyphen.meta.has_field("hyphen_only") and not underscore.meta.has_field("hyphen_only")
	assert type(hyphen).__name__ == "DemoSpecSheet" and type(underscore).__name__ == "DemoSpec_Sheet"


class TestVirtual:
	def test_list_and_document(self, as_user):
		with as_user(ANALYST):
			rows = frappe.get_list(
				"Demo Exchange Rate", filters={"from_currency": "EUR"}, fields=["name", "exchange_rate"]
			)
			assert len(rows) == 5
			doc = frappe.get_doc("Demo Exchange Rate", "USD-EUR")
			assert (doc.exchange_rate, doc.to_currency) == (0.92, "EUR")

	@pytest.mark.parametrize(
		("filters", "count"),
		[
			(None, 30),
			({"from_currency": "EUR"}, 5),
			({"from_currency": ("in", ["EUR", "USD"])}, 10),
			([["to_currency", "=", "AED"], ["exchange_rate", ">=", 4]], 2),
			([["Demo Exchange Rate", "name", "=", "USD-EUR"]], 1),
		],
	)
	def test_filters(self, filters, count):
		controller = frappe.get_doc("Demo Exchange Rate", "USD-EUR").__class__
		assert controller.get_count(filters=filters) == count
		assert len(controller.get_list(filters=filters, page_length=0)) == count

	def test_pages(self):
		names = [row.name for row in frappe.get_list("Demo Exchange Rate", start=20, page_length=20)]
		assert len(names) == 10

	def test_it_can_not_be_changed(self):
		doc = frappe.get_doc("Demo Exchange Rate", "USD-EUR")
		doc.exchange_rate = 1
		with pytest.raises(frappe.ValidationError):
			doc.save()
		with pytest.raises(frappe.ValidationError):
			frappe.new_doc(
				"Demo Exchange Rate", from_currency="EUR", to_currency="USD", exchange_rate=1
			).insert()
		with pytest.raises(frappe.DoesNotExistError):
			frappe.get_doc("Demo Exchange Rate", "EUR-XXX")


def test_the_single():
	settings = frappe.get_single("Selling Settings")
	assert settings.selling_price_list == "Standard Selling"


def test_counters_have_numbers_for_names():
	assert frappe.get_all("Demo Counter", pluck="name", order_by="name") == [1, 2, 3, 4, 5]
	assert frappe.get_doc(doctype="Demo Counter", title="next").insert().name == 6


def test_a_throwing_note_has_written_before_it_throws():
	with pytest.raises(frappe.ValidationError, match="Thrown after writing"):
		frappe.get_doc(doctype="Demo Throwing Note", title="T23").insert()
	assert frappe.db.exists("Demo Spec-Sheet", {"summary": "T23"})
	frappe.db.rollback()
	assert not frappe.db.exists("Demo Spec-Sheet", {"summary": "T23"})


def test_a_committing_note_commits(monkeypatch):
	commits = []
	monkeypatch.setattr(frappe.local.db, "commit", lambda: commits.append(1))
	frappe.get_doc(doctype="Demo Committing Note", title="T24").insert()
	assert commits == [1]


def test_a_committing_note_may_swallow_the_refusal(monkeypatch):
	def refuse():
		raise RuntimeError("no commit now")

	monkeypatch.setattr(frappe.local.db, "commit", refuse)
	frappe.get_doc(doctype="Demo Committing Note", title="quiet", swallow=1).insert()
	with pytest.raises(RuntimeError):
		frappe.get_doc(doctype="Demo Committing Note", title="loud").insert()


def test_set_only_once(as_user):
	with as_user(SALES_NORTH):
		doc = frappe.get_doc("Demo Field Zoo", "Full")
		doc.a_set_only_once = "again"
		with pytest.raises(frappe.CannotChangeConstantError):
			doc.save()


def test_the_app_keeps_off_erpnext(monkeypatch):
	before_install()
	monkeypatch.setattr(frappe, "get_installed_apps", lambda: ["frappe", "erpnext"])
	with pytest.raises(frappe.ValidationError, match="can't be installed next to erpnext"):
		before_install()
