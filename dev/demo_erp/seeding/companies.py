"""Two companies with their accounts, and the settings and master data that everything else needs."""

import frappe

from demo_erp.seeding.common import insert_missing
from demo_erp.seeding.names import CUSTOMER_GROUPS, REGIONS

TRADING = "Meridian Trading GmbH"
GULF = "Meridian Gulf FZE"
COMPANIES = {
	TRADING: {
		"abbr": "MT",
		"currency": "EUR",
		"country": "Germany",
		"vat": 19,
		"price_list": "Standard Selling",
	},
	GULF: {
		"abbr": "MG",
		"currency": "AED",
		"country": "United Arab Emirates",
		"vat": 5,
		"price_list": "Gulf Selling",
	},
}
ITEM_GROUPS = {
	"Products": ("Fasteners", "Bearings", "Cables", "Paint", "Tools", "Textiles"),
	"Services": ("Installation", "Training"),
	"Raw Material": ("Steel", "Polymers"),
}


def run() -> None:
	insert_missing(
		"Company",
		(
			{
				"company_name": name,
				"abbr": values["abbr"],
				"default_currency": values["currency"],
				"country": values["country"],
				"tax_id": f"TAX-{values['abbr']}-0001",
				"date_of_establishment": "2011-04-01",
				"email": f"office@{values['abbr'].lower()}.example.com",
			}
			for name, values in COMPANIES.items()
		),
	)
	_make_trees()
	_make_lists()
	_make_settings()


def _make_trees() -> None:
	trees = (
		("Territory", "territory_name", "parent_territory", "All Territories", REGIONS),
		("Customer Group", "customer_group_name", "parent_customer_group", "All Customer Groups", {}),
		("Item Group", "item_group_name", "parent_item_group", "All Item Groups", ITEM_GROUPS),
	)
	for doctype, name_field, parent_field, root, branches in trees:
		leaves = {group: () for group in CUSTOMER_GROUPS} if doctype == "Customer Group" else {}
		rows = [{name_field: root, "is_group": 1}]
		for branch, children in (branches | leaves).items():
			rows.append({name_field: branch, parent_field: root, "is_group": int(bool(children))})
			rows += [{name_field: child, parent_field: branch, "is_group": 0} for child in children]
		insert_missing(doctype, rows)


def _make_lists() -> None:
	# ERPNext's setup wizard makes it too; without one, no form that shows an address opens.
	insert_missing("Address Template", ({"country": COMPANIES[TRADING]["country"], "is_default": 1},))
	insert_missing(
		"UOM",
		(
			{"uom_name": name, "must_be_whole_number": whole}
			for name, whole in (("Nos", 1), ("Box", 1), ("Kg", 0), ("Meter", 0), ("Litre", 0), ("Hour", 0))
		),
	)
	for currency in ("EUR", "AED", "USD", "GBP"):
		frappe.db.set_value("Currency", currency, "enabled", 1)
	insert_missing(
		"Price List",
		(
			{"price_list_name": values["price_list"], "currency": values["currency"], "selling": 1}
			for values in COMPANIES.values()
		),
	)
	insert_missing(
		"Mode of Payment",
		(
			{"mode_of_payment": name, "type": kind}
			for name, kind in (("Cash", "Cash"), ("Wire Transfer", "Bank"))
		),
	)
	insert_missing(
		"Quotation Lost Reason",
		(
			{"order_lost_reason": reason}
			for reason in ("Price too high", "Delivery too late", "Went elsewhere")
		),
	)


def _make_settings() -> None:
	settings = frappe.get_single("Selling Settings")
	if settings.selling_price_list:
		return
	settings.update(
		{
			"cust_master_name": "Customer Name",
			"customer_group": "Commercial",
			"territory": "Overseas",
			"selling_price_list": COMPANIES[TRADING]["price_list"],
			"so_required": "No",
		}
	)
	settings.save(ignore_permissions=True)
	frappe.db.set_default("company", TRADING)
