frappe.pages["mcp-connect"].on_page_load = function (wrapper) {
	// Not in the bundle, which comes later: v16 puts the title into the page's head right after this function.
	frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Connect an MCP Client"),
		single_column: true,
	});
	frappe.require(["mcp_connect.bundle.js", "mcp_connect.bundle.css"], () => {
		wrapper.connect_page = new erpnext_mcp.ConnectPage(wrapper);
		wrapper.connect_page.refresh();
	});
};

frappe.pages["mcp-connect"].on_page_show = function (wrapper) {
	wrapper.connect_page?.refresh();
};
