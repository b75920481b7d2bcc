"""Company: a tree; makes its accounts, cost centres and warehouses when it is new."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet

from demo_erp.demo_erp.doctype.company.chart import create_chart_of_accounts, create_warehouses


class Company(NestedSet):
	nsm_parent_field = "parent_company"

	def validate(self) -> None:
		self.abbr = (self.abbr or "").strip()
		if not self.abbr:
			frappe.throw(_("Abbreviation is mandatory"))
		if frappe.db.exists("Company", {"abbr": self.abbr, "name": ("!=", self.name)}):
			frappe.throw(_("Abbreviation already used for another company"))
		for field in ("default_receivable_account", "default_income_account", "default_bank_account"):
			account = self.get(field)
			if account and frappe.db.get_value("Account", account, "company") != self.name:
				frappe.throw(_("Account {0} does not belong to company: {1}").format(account, self.name))

	def on_update(self) -> None:
		super().on_update()
		if not frappe.db.exists("Account", {"company": self.name}):
			create_chart_of_accounts(self)
			create_warehouses(self)
