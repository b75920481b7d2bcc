frappe.ui.form.on("MCP Client", {
	refresh(frm) {
		frm.page.set_indicator(
			frm.doc.paused ? __("Paused") : __("Active"),
			frm.doc.paused ? "red" : "green"
		);
		frm.add_custom_button(__("Calls"), () =>
			frappe.set_route("List", "MCP Audit Entry", { credential: frm.doc.credential })
		);
		frm.add_custom_button(frm.doc.paused ? __("Resume") : __("Pause"), () =>
			frm.set_value("paused", frm.doc.paused ? 0 : 1).then(() => frm.save())
		);
	},
});
