"""The accounts, cost centres and warehouses that a new company starts with."""

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
	("Stock In Hand", "Application of Funds (Assets)", "Asset", "Stock"),
	("Source of Funds (Liabilities)", None, "Liability", None),
	("VAT", "Source of Funds (Liabilities)", "Liability", "Tax"),
	("Income", None, "Income", None),
	("Sales", "Income", "Income", "Income Account"),
	("Service", "Income", "Income", "Income Account"),
	("Expenses", None, "Expense", None),
	("Cost of Goods Sold", "Expenses", "Expense", "Cost of Goods Sold"),
	("Stock Adjustment", "Expenses", "Expense", "Stock Adjustment"),
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
			"default_expense_account": f"Cost of Goods Sold - {company.abbr}",
			"default_inventory_account": f"Stock In Hand - {company.abbr}",
			"stock_adjustment_account": f"Stock Adjustment - {company.abbr}",
			"cost_center": main.name,
		}
	)


def create_warehouses(company: "Company") -> None:
	"""Insert the root and two warehouses in it."""
	root = frappe.get_doc(
		doctype="Warehouse", warehouse_name="All Warehouses", is_group=1, company=company.name
	).insert(ignore_permissions=True)
	for warehouse_name in ("Stores", "Finished Goods"):
		frappe.get_doc(
			doctype="Warehouse",
			warehouse_name=warehouse_name,
			parent_warehouse=root.name,
			company=company.name,
			account=f"Stock In Hand - {company.abbr}",
		).insert(ignore_permissions=True)
