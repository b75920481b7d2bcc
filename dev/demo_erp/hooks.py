app_name = "demo_erp"
app_title = "Demo ERP"
app_publisher = "erpnext_mcp contributors"
app_description = "Sample doctypes with ERPNext's names, for the embedded engine of erpnext_mcp only"
app_email = "erpnext-mcp@example.com"
app_license = "mit"

before_install = "demo_erp.install.before_install"
# erpnext_mcp brings a role that one of the demo's users is given
after_app_install = "demo_erp.seeding.users.grant_mcp_administrator"
