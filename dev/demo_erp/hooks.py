app_name = "demo_erp"
app_title = "Demo ERP"
app_publisher = "erpnext_mcp contributors"
app_description = "Sample doctypes with ERPNext's names, for the embedded engine of erpnext_mcp only"
app_email = "erpnext-mcp@example.com"
app_license = "mit"

before_install = "demo_erp.install.before_install"
# erpnext_mcp brings a role that one of the demo's users is given
after_app_install = "demo_erp.seeding.users.grant_mcp_administrator"

mcp_mappers = {
	"Quotation": {
		"Sales Order": "demo_erp.mappers.make_sales_order_of_quotation",
		"Sales Invoice": "demo_erp.mappers.make_sales_invoice_of_quotation",
	},
	"Sales Order": {
		"Delivery Note": "demo_erp.mappers.make_delivery_note_of_sales_order",
		"Sales Invoice": "demo_erp.mappers.make_sales_invoice_of_sales_order",
	},
	"Delivery Note": {"Sales Invoice": "demo_erp.mappers.make_sales_invoice_of_delivery_note"},
	"Sales Invoice": {
		"Payment Entry": "demo_erp.mappers.make_payment_entry",
		"Sales Invoice": "demo_erp.mappers.make_credit_note",
	},
}
