frappe.listview_settings["MCP Suspension"] = {
	add_fields: ["lifted", "paused_by"],
	hide_name_column: true,
	hide_name_filter: true,

	get_indicator(doc) {
		if (doc.lifted) return [__("Lifted"), "gray", "lifted,=,1"];
		return doc.paused_by
			? [__("Paused"), "orange", "lifted,=,0|paused_by,is,set"]
			: [__("Suspended"), "red", "lifted,=,0|paused_by,is,not set"];
	},
};
