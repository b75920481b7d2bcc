frappe.pages["mcp-access"].on_page_load = function (wrapper) {
	frappe.require(["mcp_access.bundle.js", "mcp_access.bundle.css"], () => {
		wrapper.access_page = new erpnext_mcp.AccessPage(wrapper);
		wrapper.access_page.refresh();
	});
};

frappe.pages["mcp-access"].on_page_show = function (wrapper) {
	wrapper.access_page?.refresh();
};
