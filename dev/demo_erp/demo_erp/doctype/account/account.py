"""Account: a tree per company, named after the account and the company's abbreviation."""

import frappe
from frappe import _
from frappe.utils.nestedset import NestedSet


class Account(NestedSet):
	nsm_parent_field = "parent_account"

	def autoname(self) -> None:
		abbr = frappe.get_cached_value("Company", self.company, "abbr")
		parts = [self.account_number, self.account_name.strip(), abbr]
		self.name = " - ".join(part for part in parts if part)

	def validate(self) -> None:
		if self.parent_account:
			parent = frappe.db.get_value(
				"Account", self.parent_account, ["is_group", "company", "root_type"], as_dict=True
			)
			if not parent or not parent.is_group:
				frappe.throw(
					_("Account {0}: Parent account {1} can not be a ledger").format(
						self.name, self.parent_account
					)
				)
			if parent.company != self.company:
				frappe.throw(
					_("Account {0}: Parent account {1} does not belong to company: {2}").format(
						self.name, self.parent_account, self.company
					)
				)
			self.root_type = parent.root_type
		if not self.root_type:
			frappe.throw(_("Root Type is mandatory"))
		self.report_type = (
			"Balance Sheet" if self.root_type in ("Asset", "Liability", "Equity") else "Profit and Loss"
		)
		self.account_currency = self.account_currency or frappe.get_cached_value(
			"Company", self.company, "default_currency"
		)

	def on_trash(self) -> None:
		if frappe.db.exists("GL Entry", {"account": self.name, "is_cancelled": 0}):
			frappe.throw(_("Account with existing transaction can not be deleted"))
		super().on_trash(allow_root_deletion=True)
