frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["MCP Latency"] = {
	method: "erpnext_mcp.api.desk.figures.latency",
	filters: [],
};
