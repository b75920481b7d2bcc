frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["MCP Calls by Outcome"] = {
	method: "erpnext_mcp.api.desk.figures.calls_by_outcome",
	filters: [],
};
