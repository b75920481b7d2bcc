"""The sample MCP Permission Profiles of the demo: one for each of its three users."""

from typing import TypedDict


class Profile(TypedDict):
	profile_name: str
	description: str
	read_only: int
	rules: dict[str, tuple[str, ...]]


LOOK = ("select", "read")
CHOOSE = ("select",)
WORK = ("select", "read", "create", "update", "comment", "attachments", "print")

PROFILES: dict[str, Profile] = {
	"analyst@demo.example": {
		"profile_name": "Demo: Analyst",
		"description": "Reads everything about selling, in all territories.",
		"read_only": 1,
		"rules": {
			"Company": LOOK,
			"Customer": LOOK,
			"Customer Group": LOOK,
			"Territory": LOOK,
			"Item": LOOK,
			"Item Group": LOOK,
			"Item Price": LOOK,
			"Price List": LOOK,
			"Quotation": LOOK,
			"Sales Order": LOOK,
			"Sales Invoice": LOOK,
			"POS Invoice": LOOK,
		},
	},
	"sales.north@demo.example": {
		"profile_name": "Demo: Sales",
		"description": "Works on customers, quotations and orders, in the user's own territory.",
		"read_only": 0,
		"rules": {
			"Customer": WORK,
			"Quotation": WORK,
			"Sales Order": (*WORK, "submit"),
			"Item": LOOK,
			"Item Price": LOOK,
			"Company": CHOOSE,
			"Customer Group": CHOOSE,
			"Item Group": CHOOSE,
			"Price List": CHOOSE,
			"Territory": CHOOSE,
		},
	},
	"clerk@demo.example": {
		"profile_name": "Demo: Accounts Clerk",
		"description": "Reads invoices, payments and the ledger.",
		"read_only": 1,
		"rules": {
			"Customer": CHOOSE,
			"Company": CHOOSE,
			"Sales Invoice": LOOK,
			"Payment Entry": LOOK,
			"GL Entry": LOOK,
		},
	},
}
