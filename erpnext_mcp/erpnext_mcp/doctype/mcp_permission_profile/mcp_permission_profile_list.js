frappe.listview_settings["MCP Permission Profile"] = {
	add_fields: ["enabled", "read_only", "valid_from", "valid_upto", "write_until"],
	has_indicator_for_draft: true,

	get_indicator(doc) {
		const now = frappe.datetime.system_datetime();
		if (!doc.enabled) return [__("Disabled"), "gray", "enabled,=,0"];
		if (doc.valid_upto && now > doc.valid_upto) {
			return [__("Expired"), "orange", `enabled,=,1|valid_upto,is,set|valid_upto,<,${now}`];
		}
		if (doc.valid_from && now < doc.valid_from) {
			return [__("Not Yet Valid"), "orange", `enabled,=,1|valid_from,>,${now}`];
		}
		if (doc.read_only && !(doc.write_until && now < doc.write_until)) {
			return [__("Read Only"), "blue", "enabled,=,1|read_only,=,1"];
		}
		return [__("Enabled"), "green", "enabled,=,1"];
	},
};
