frappe.listview_settings["MCP Approval Request"] = {
	add_fields: ["status", "expires_at", "tool"],
	hide_name_column: true,

	formatters: {
		// A bulk call is about no single document.
		reference_name: (value, _df, doc) => value || doc.tool,
	},

	get_indicator(doc) {
		const expired =
			["Pending", "Approved"].includes(doc.status) &&
			frappe.datetime.str_to_obj(doc.expires_at) < frappe.datetime.now_datetime(true);
		if (expired) return [__("Expired"), "gray", `status,=,${doc.status}`];
		const colour = { Pending: "orange", Approved: "blue", Rejected: "red", Used: "green" }[doc.status];
		return [__(doc.status), colour, `status,=,${doc.status}`];
	},
};
