frappe.listview_settings["MCP Client"] = {
	hide_name_column: true,
	get_indicator(doc) {
		return doc.paused
			? [__("Paused"), "red", "paused,=,1"]
			: [__("Active"), "green", "paused,=,0"];
	},
};
