frappe.ui.form.on("MCP Audit Entry", {
	refresh(frm) {
		frm.disable_save(); // nobody changes entries
		if (!frm.doc.session || !frappe.user.has_role(["System Manager", "MCP Administrator"])) return;
		frm.add_custom_button(__("Replay Session"), () => {
			const day = frm.doc.timestamp.split(" ")[0];
			frappe.route_options = {
				session: frm.doc.session,
				user: frm.doc.user,
				from_date: day,
				to_date: day,
			};
			frappe.set_route("query-report", "MCP Session Replay");
		});
	},
});
