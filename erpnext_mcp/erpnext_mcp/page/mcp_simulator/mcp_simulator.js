frappe.pages["mcp-simulator"].on_page_load = function (wrapper) {
	// Not in the bundle, which comes later: v16 puts the title into the page's head right after this function.
	frappe.ui.make_app_page({ parent: wrapper, title: __("MCP Simulator"), single_column: true });
	frappe.require(["mcp_simulator.bundle.js", "mcp_simulator.bundle.css"], () => {
		wrapper.simulator_page = new erpnext_mcp.SimulatorPage(wrapper);
		wrapper.simulator_page.shown();
	});
};

frappe.pages["mcp-simulator"].on_page_show = function (wrapper) {
	wrapper.simulator_page?.shown();
};
