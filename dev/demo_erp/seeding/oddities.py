"""Documents that tests stumble over: every field type, odd names, owners, shares, secrets."""

from datetime import date, datetime, timedelta

import frappe
import frappe.share

from demo_erp.seeding.common import YEAR, rng, set_counter
from demo_erp.seeding.companies import GULF, TRADING
from demo_erp.seeding.items import ODD_ITEMS
from demo_erp.seeding.names import ODD_CUSTOMERS
from demo_erp.seeding.users import CLERK, MANAGER, SALES_NORTH, VISITOR

ODD_NAMES = (
	"Sheet 1/2",
	"100% final?",
	"Rev #3",
	"Größe & Maß",
	"مخطط ١",
	"规格 书",
	"Лист №4",
	'O\'Neill "draft"',
	"a/b/../c",
	"%2F%252F",
)
TERMINAL_SECRET = "sk_demo_4242424242424242"


def run() -> None:
	_make_zoo()
	_make_named()
	_make_visits()
	_make_secrets()
	_make_pos_invoices()
	_make_files()
	_make_shares()


def _first(doctype: str, filters: dict, limit: int = 1) -> list[str]:
	"""The oldest ones: unlike the order of names, that is the same on every database."""
	return frappe.get_all(doctype, filters=filters, order_by="creation", limit=limit, pluck="name")


def _make_zoo() -> None:
	if frappe.db.exists("Demo Field Zoo", "Full"):
		return
	full = frappe.get_doc(
		doctype="Demo Field Zoo",
		zoo_name="Full",
		a_data_email="zoo@example.com",
		a_data_url="https://zoo.example.com/?a=1&b=2",
		a_data_phone="+49 555 123456",
		a_small_text="two\nlines",
		a_text="Plain text with <angle> brackets & ampersands",
		a_long_text="long " * 400,
		a_text_editor="<div><p>Rich <b>text</b></p></div>",
		a_markdown="# Title\n\n* point",
		an_html_editor="<p>HTML</p>",
		a_code="print('hello')",
		a_json='{"nested": {"list": [1, 2.5, null, "x"]}}',
		an_int=-7,
		a_float=3.142,
		a_currency=1234.56,
		a_currency_link="AED",
		a_percent=12.5,
		a_check=1,
		a_rating=0.8,
		a_non_negative=3,
		a_date=f"{YEAR}-02-28",
		a_datetime=f"{YEAR}-02-28 23:59:59.123456",
		a_time="07:08:09",
		a_duration=93784,
		a_select="Blue, and more",
		an_autocomplete="Two",
		a_link=ODD_CUSTOMERS[0],
		a_user=SALES_NORTH,
		a_dynamic_doctype="Item",
		a_dynamic_link="100% Cotton",
		a_color="#1F7A8C",
		a_barcode="4006381333931",
		a_geolocation='{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [55.27, 25.2]}}]}',
		an_icon="heart",
		a_phone="+49-15112345678",
		a_password="zoo-secret",
		a_set_only_once="first",
		a_unique="only one",
		a_hidden="not on the form",
		a_level_one="for Sales Master Manager",
	)
	full.append(
		"a_table",
		{
			"row_label": "first",
			"amount": 1,
			"secret_note": "row secret",
			"reference_doctype": "Item",
			"reference_name": "BOLT M8/40",
		},
	)
	full.append("a_table", {"row_label": "second", "amount": 2.5, "done": 1})
	for group in ("Fasteners", "Tools"):
		full.append("a_table_multiselect", {"item_group": group})
	full.insert(ignore_permissions=True)
	frappe.get_doc(doctype="Demo Field Zoo", zoo_name="Empty", a_check=0).insert(ignore_permissions=True)


def _make_named() -> None:
	for doctype in ("Demo Spec-Sheet", "Demo Spec_Sheet"):
		for number, name in enumerate(ODD_NAMES, 1):
			if not frappe.db.exists(doctype, name):
				frappe.get_doc(
					doctype=doctype,
					name=name,
					item="BOLT M8/40",
					revision=f"R{number}",
					summary=f"{doctype} {number}",
				).insert(ignore_permissions=True)
	if not frappe.db.count("Demo Counter"):
		for number in range(1, 6):
			counter = frappe.get_doc(doctype="Demo Counter", title=f"Counter {number}", count=number * 10)
			counter.insert(ignore_permissions=True)
	for doctype, switch in (("Demo Throwing Note", {"throw": 0}), ("Demo Committing Note", {})):
		if not frappe.db.count(doctype):
			frappe.get_doc(
				doctype=doctype, title="Harmless", content="Saved as it should be.", **switch
			).insert(ignore_permissions=True)


def _make_visits() -> None:
	"""Twelve of the sales user, eight of the manager, of whom one is shared."""
	if frappe.db.count("Demo Visit Report"):
		return
	rand = rng("visits")
	customers = _first("Customer", {"territory": "North"}, 20)
	for number, customer in enumerate(customers):
		owner = SALES_NORTH if number < 12 else MANAGER
		visit = frappe.get_doc(
			doctype="Demo Visit Report",
			customer=customer,
			visit_date=date(YEAR, 3, 1) + timedelta(days=number * 5),
			outcome=rand.choice(("Planned", "Done", "No Show")),
			notes=f"Visit {number + 1}",
			internal_rating=rand.choice((0.2, 0.6, 1)),
		)
		visit.owner = owner
		visit.insert(ignore_permissions=True)
		visit.db_set("owner", owner, update_modified=False)


def _make_secrets() -> None:
	if not frappe.db.exists("Demo Payment Terminal", "TERM/01"):
		for terminal, company in (("TERM/01", TRADING), ("TERM/02", GULF)):
			frappe.get_doc(
				doctype="Demo Payment Terminal",
				terminal_id=terminal,
				company=company,
				mode_of_payment="Cash",
				api_secret=TERMINAL_SECRET,
				last_seen=datetime(YEAR, 10, 30, 18, 5),
			).insert(ignore_permissions=True)
	plaid = frappe.get_single("Plaid Settings")
	if not plaid.plaid_env:
		plaid.update(
			{"enabled": 0, "plaid_env": "sandbox", "plaid_client_id": "demo", "plaid_secret": "demo-secret"}
		)
		plaid.save(ignore_permissions=True)


def _make_pos_invoices() -> None:
	if frappe.db.count("POS Invoice"):
		return
	items = _first("Item", {"item_group": "Tools", "disabled": 0}, 10)
	customers = _first("Customer", {"territory": "South", "disabled": 0}, 10)
	for number, (item, customer) in enumerate(zip(items, customers, strict=True), 1):
		doc = frappe.get_doc(
			doctype="POS Invoice",
			naming_series="ACC-PSINV-.YYYY.-",
			customer=customer,
			company=TRADING,
			posting_date=date(YEAR, 9, number),
			posting_time="12:00:00",
			set_posting_time=1,
		)
		doc.append("items", {"item_code": item, "qty": 1})
		# more than any of them costs: change is given
		doc.append("payments", {"mode_of_payment": "Cash", "amount": 2000})
		doc.insert(ignore_permissions=True, set_name=f"ACC-PSINV-{YEAR}-{number:05d}")
		if number < 9:
			doc.submit()
	set_counter(f"ACC-PSINV-{YEAR}-", len(items))


def _make_files() -> None:
	"""Private attachments: of an Attach field, and of a customer whom the sales user of the North does not see."""
	[southern] = _first("Customer", {"territory": "South"}, 2)[1:]
	for doctype, name, field, file_name in (
		("Item", ODD_ITEMS[0][0], "spec_sheet", "bolt-m8.txt"),
		("Customer", southern, None, "contract-of-the-south.txt"),
	):
		attached = {"attached_to_doctype": doctype, "attached_to_name": name, "attached_to_field": field}
		if frappe.db.exists("File", {"attached_to_doctype": doctype, "attached_to_name": name}):
			continue
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": file_name,
				"content": f"Demo file of {doctype} {name}\n",
				"is_private": 1,
				**attached,
			}
		)
		file.insert(ignore_permissions=True)
		if field:
			frappe.db.set_value(doctype, name, field, file.file_url, update_modified=False)


def _make_shares() -> None:
	"""Documents that the user sees by a share only: of another territory, company or owner, or without any role."""
	[southern] = _first("Customer", {"territory": "South"})
	[foreign] = _first("Sales Invoice", {"company": GULF, "docstatus": 0})
	[quotation] = _first("Quotation", {"docstatus": 1})
	[visit] = _first("Demo Visit Report", {"owner": MANAGER})
	for user, doctype, name, rights in (
		(SALES_NORTH, "Customer", southern, {}),
		(CLERK, "Sales Invoice", foreign, {"write": 1}),
		(VISITOR, "Quotation", quotation, {}),
		(SALES_NORTH, "Demo Visit Report", visit, {}),
	):
		if not frappe.db.exists("DocShare", {"user": user, "share_doctype": doctype, "share_name": name}):
			frappe.share.add(doctype, name, user, read=1, **rights)
