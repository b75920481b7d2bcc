frappe.listview_settings["MCP Audit Seal"] = {
	add_fields: ["dropped_at", "entry_count"],
	hide_name_column: true,
	hide_name_filter: true,

	get_indicator(doc) {
		return doc.dropped_at
			? [__("Entries Dropped"), "gray", "dropped_at,is,set"]
			: [__("Sealed"), "green", "dropped_at,is,not set"];
	},

	formatters: {
		sequence: (value) => __("Seal {0}", [value]),
	},
};
