"""300 items with prices in both price lists, and a few bills of materials."""

import random
from datetime import datetime, timedelta

import frappe

from demo_erp.controllers.currency import get_exchange_rate
from demo_erp.seeding.common import YEAR, bulk_insert, clock, fresh, rng, stamp
from demo_erp.seeding.companies import COMPANIES, TRADING

COUNT = 300
ODD_ITEMS = (
	("BOLT M8/40", "Bolt M8 × 40", "Fasteners", "Nos"),
	("BOLT M8/60 #2", "Bolt M8 × 60, second choice", "Fasteners", "Nos"),
	("100% Cotton", "Cotton cloth", "Textiles", "Meter"),
	("50%-Polyester?", "Cloth, maybe polyester", "Textiles", "Meter"),
	("PAINT #FF0000", "Red paint", "Paint", "Litre"),
	("Kabel 3×1,5 mm²", "Kabel NYM-J", "Cables", "Meter"),
	("O'Ring 12", "Rubber ring", "Bearings", "Nos"),
	('PIPE 1/2"', "Half-inch pipe", "Steel", "Meter"),
	("مضخة مياه", "مضخة مياه منزلية", "Tools", "Nos"),
	("螺丝 M6", "不锈钢螺丝", "Fasteners", "Box"),
	("Болт М10", "Болт оцинкованный", "Fasteners", "Box"),
	("two  words", "A code with two spaces", "Tools", "Nos"),
)
# item group: (code prefix, unit, lowest and highest rate, kinds)
FAMILIES = {
	"Fasteners": ("FAS", "Box", 4, 40, ("Hex Bolt", "Wood Screw", "Washer", "Rivet")),
	"Bearings": ("BEA", "Nos", 8, 180, ("Ball Bearing", "Needle Bearing", "Bushing")),
	"Cables": ("CAB", "Meter", 1, 12, ("Power Cable", "Data Cable", "Coax Cable")),
	"Paint": ("PAI", "Litre", 9, 60, ("Primer", "Topcoat", "Varnish")),
	"Tools": ("TOO", "Nos", 15, 900, ("Drill", "Torque Wrench", "Saw", "Clamp")),
	"Textiles": ("TEX", "Meter", 3, 45, ("Canvas", "Felt", "Webbing")),
	"Installation": ("INS", "Hour", 60, 140, ("On-site Installation", "Commissioning")),
	"Training": ("TRA", "Hour", 80, 200, ("Operator Training", "Safety Training")),
	"Steel": ("STE", "Kg", 2, 9, ("Flat Bar", "Angle", "Tube")),
	"Polymers": ("POL", "Kg", 3, 14, ("Granulate", "Sheet", "Film")),
}


def run() -> None:
	if frappe.db.exists("Item", ODD_ITEMS[0][0]):
		return
	rand = rng("items")
	times = clock(datetime(YEAR - 1, 11, 3, 8))
	items = [_make_item(rand, next(times), *values) for values in _all_items(rand)]
	bulk_insert(items)
	bulk_insert(_make_prices(rand, items))
	_make_boms()


def _all_items(rand: random.Random):
	for code, name, group, uom in ODD_ITEMS:
		yield code, name, group, uom, rand.randint(200, 9000) / 100
	families = list(FAMILIES.items())
	for number in range(COUNT - len(ODD_ITEMS)):
		group, (prefix, uom, low, high, kinds) = families[number % len(families)]
		kind = kinds[number // len(families) % len(kinds)]
		code = f"{prefix}-{number // len(families) + 1:03d}"
		yield code, f"{kind} {code}", group, uom, rand.randint(low * 100, high * 100) / 100


def _make_item(rand, when, code, name, group, uom, rate):
	item = fresh(
		"Item",
		{
			"name": code,
			"item_code": code,
			"item_name": name,
			"item_group": group,
			"stock_uom": uom,
			"standard_rate": rate,
			"valuation_rate": round(rate * rand.uniform(0.5, 0.8), 2),
			"is_stock_item": 0 if group in ("Installation", "Training") else 1,
			"description": f"<div><p>{name}, from the group {group}.</p></div>",
			"brand": rand.choice(("Meridian", "Polaris", "")),
			"lead_time_days": rand.choice((0, 3, 7, 14)),
			"weight_per_unit": round(rand.uniform(0.1, 20), 2),
			"weight_uom": "Kg",
			"disabled": 1 if rand.random() < 0.02 else 0,
			"shelf_life_in_days": 0,
		},
	)
	if rand.random() < 0.2:
		item.append("barcodes", {"barcode": f"{rand.randint(10**12, 10**13 - 1)}"})
	item.set_parent_in_children()
	stamp(item, rand, when)
	return item


def _make_prices(rand: random.Random, items: list):
	times = clock(datetime(YEAR - 1, 11, 10, 8), timedelta(seconds=3))
	for values in COMPANIES.values():
		price_list, currency = values["price_list"], values["currency"]
		factor = get_exchange_rate(COMPANIES[TRADING]["currency"], currency)
		for item in items:
			price = fresh(
				"Item Price",
				{
					"name": f"{rand.getrandbits(40):010x}",
					"item_code": item.name,
					"item_name": item.item_name,
					"item_description": item.description,
					"uom": item.stock_uom,
					"price_list": price_list,
					"selling": 1,
					"currency": currency,
					"price_list_rate": round(item.standard_rate * factor, 2),
					"valid_from": f"{YEAR}-01-01",
				},
			)
			stamp(price, rand, next(times))
			yield price


def _make_boms() -> None:
	"""Two levels through the controllers: a tool out of steel and fasteners, a bolt out of steel."""
	recipes = (
		("BOLT M8/40", (("STE-001", 0.05), ("POL-001", 0.01))),
		("TOO-001", (("BOLT M8/40", 6), ("STE-002", 1.5), ("BEA-001", 2))),
		("TOO-002", (("BOLT M8/40", 4), ("STE-003", 2.25), ("Kabel 3×1,5 mm²", 3))),
	)
	for item, parts in recipes:
		bom = frappe.get_doc(
			doctype="BOM", item=item, quantity=1, company=TRADING, currency="EUR", conversion_rate=1
		)
		for part, qty in parts:
			bom.append("items", {"item_code": part, "qty": qty})
		bom.insert(ignore_permissions=True)
		bom.submit()
	draft = frappe.copy_doc(bom)
	draft.is_default = 0
	draft.insert(ignore_permissions=True)
