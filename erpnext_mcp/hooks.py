from erpnext_mcp.compat import DESK as _DESK

app_name = "erpnext_mcp"
app_title = "ERPNext MCP"
app_publisher = "erpnext_mcp contributors"
app_description = "Lets AI agents work with ERPNext over the Model Context Protocol, within a policy, audited"
app_email = "erpnext-mcp@example.com"
app_license = "mit"

# No app_logo_url: Frappe would take it for the logo of the site.
add_to_apps_screen = [
	{
		"name": app_name,
		"logo": "/assets/erpnext_mcp/images/erpnext-mcp-logo.svg",
		"title": app_title,
		"route": f"{_DESK}/erpnext-mcp",
		"has_permission": "erpnext_mcp.api.desk.roles.is_administrator",
	}
]

after_install = "erpnext_mcp.install.after_install"
after_migrate = "erpnext_mcp.install.after_migrate"
before_uninstall = "erpnext_mcp.install.before_uninstall"
after_uninstall = "erpnext_mcp.install.after_uninstall"

doctype_js = {"Notification Log": "public/js/notification_log.js"}

before_request = [
	"erpnext_mcp.api.guard.before_auth",
	"erpnext_mcp.api.mcp.route",
	"erpnext_mcp.api.oauth.metadata.route",
]
override_whitelisted_methods = {
	"frappe.integrations.oauth2.register_client": "erpnext_mcp.api.oauth.registration.register_client",
}
auth_hooks = ["erpnext_mcp.api.guard.check"]
after_request = ["erpnext_mcp.api.mcp.finish"]

doc_events = {
	"*": {
		event: "erpnext_mcp.limits.generations.document_changed"
		for event in ("on_change", "on_trash", "after_rename")
	},
	**{
		doctype: dict.fromkeys(
			("on_change", "on_trash", "after_rename"), "erpnext_mcp.policy.store.document_changed"
		)
		for doctype in (
			"User",
			"Has Role",
			"User Permission",
			"DocType",
			"Custom Field",
			"Property Setter",
			"Custom DocPerm",
		)
	},
	"MCP Permission Profile": {"on_update": "erpnext_mcp.policy.binding.remember"},
}

# Users and OAuth clients can be deleted; who they were stays written there.
ignore_links_on_delete = ["MCP Suspension", "MCP Client", "MCP Approval Request"]

permission_query_conditions = {
	"MCP Audit Entry": "erpnext_mcp.erpnext_mcp.doctype.mcp_audit_entry.mcp_audit_entry.get_permission_query_conditions",
	"MCP Approval Request": "erpnext_mcp.erpnext_mcp.doctype.mcp_approval_request.mcp_approval_request.get_permission_query_conditions",
}
has_permission = {
	"MCP Audit Entry": "erpnext_mcp.erpnext_mcp.doctype.mcp_audit_entry.mcp_audit_entry.has_permission",
	"MCP Approval Request": "erpnext_mcp.erpnext_mcp.doctype.mcp_approval_request.mcp_approval_request.has_permission",
}

scheduler_events = {
	"daily": ["erpnext_mcp.documents.idempotency.forget_old", "erpnext_mcp.limits.approvals.forget_old"],
	"daily_long": ["erpnext_mcp.api.jobs.drop_old_audit_entries", "erpnext_mcp.api.jobs.verify_audit"],
	"cron": {"* * * * *": ["erpnext_mcp.api.jobs.seal_audit"]},
}
