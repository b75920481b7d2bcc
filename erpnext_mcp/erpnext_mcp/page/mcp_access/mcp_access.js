frappe.pages["mcp-access"].on_page_load = function (wrapper) {
	// Not in the bundle, which comes later: v16 puts the title into the page's head right after this function.
	frappe.ui.make_app_page({ parent: wrapper, title: __("Who Has Access"), single_column: true });
	frappe.require(["mcp_access.bundle.js", "mcp_access.bundle.css"], () => {
		wrapper.access_page = new erpnext_mcp.AccessPage(wrapper);
		wrapper.access_page.refresh();
	});
};

frappe.pages["mcp-access"].on_page_show = function (wrapper) {
	wrapper.access_page?.refresh();
};
