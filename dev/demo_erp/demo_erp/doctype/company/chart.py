"""The accounts and cost centres that a new company starts with."""

from typing import TYPE_CHECKING

import frappe

if TYPE_CHECKING:
	from demo_erp.demo_erp.doctype.company.company import Company

# (account, parent, root type, account type); the first of each root is a group
CHART = (
	("Application of Funds (Assets)", None, "Asset", None),
	("Debtors", "Application of Funds (Assets)", "Asset", "Receivable"),
	("Bank", "Application of Funds (Assets)", "Asset", "Bank"),
	("Cash", "Application of Funds (Assets)", "Asset", "Cash"),
	("Source of Funds (Liabilities)", None, "Liability", None),
	("VAT", "Source of Funds (Liabilities)", "Liability", "Tax"),
	("Income", None, "Income", None),
	("Sales", "Income", "Income", "Income Account"),
	("Service", "Income", "Income", "Income Account"),
	("Expenses", None, "Expense", None),
	("Cost of Goods Sold", "Expenses", "Expense", "Cost of Goods Sold"),
)


def create_chart_of_accounts(company: "Company") -> None:
	"""Insert accounts and cost centres and make them the company's defaults."""
	for account_name, parent, root_type, account_type in CHART:
		account = frappe.get_doc(
			doctype="Account",
			account_name=account_name,
			parent_account=f"{parent} - {company.abbr}" if parent else None,
			is_group=0 if parent else 1,
			company=company.name,
			root_type=root_type,
			account_type=account_type,
			account_currency=company.default_currency,
		)
		account.insert(ignore_permissions=True)

	root = frappe.get_doc(
		doctype="Cost Center", cost_center_name=company.name, is_group=1, company=company.name
	).insert(ignore_permissions=True)
	main = frappe.get_doc(
		doctype="Cost Center", cost_center_name="Main", parent_cost_center=root.name, company=company.name
	).insert(ignore_permissions=True)

	company.db_set(
		{
			"default_receivable_account": f"Debtors - {company.abbr}",
			"default_income_account": f"Sales - {company.abbr}",
			"default_bank_account": f"Bank - {company.abbr}",
			"default_cash_account": f"Cash - {company.abbr}",
			"cost_center": main.name,
		}
	)
