frappe.pages["mcp-simulator"].on_page_load = function (wrapper) {
	frappe.require(["mcp_simulator.bundle.js", "mcp_simulator.bundle.css"], () => {
		wrapper.simulator_page = new erpnext_mcp.SimulatorPage(wrapper);
		wrapper.simulator_page.shown();
	});
};

frappe.pages["mcp-simulator"].on_page_show = function (wrapper) {
	wrapper.simulator_page?.shown();
};
