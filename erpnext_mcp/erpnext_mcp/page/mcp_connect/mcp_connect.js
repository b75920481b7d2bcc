frappe.pages["mcp-connect"].on_page_load = function (wrapper) {
	frappe.require(["mcp_connect.bundle.js", "mcp_connect.bundle.css"], () => {
		wrapper.connect_page = new erpnext_mcp.ConnectPage(wrapper);
		wrapper.connect_page.refresh();
	});
};

frappe.pages["mcp-connect"].on_page_show = function (wrapper) {
	wrapper.connect_page?.refresh();
};
