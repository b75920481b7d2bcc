frappe.ui.form.on("MCP Suspension", {
	refresh(frm) {
		const { doc } = frm;
		frm.disable_save(); // the only thing to do is the button
		frm.set_df_property("lifted", "read_only", 1);
		frm.page.set_indicator(...state(doc));
		frm.add_custom_button(__("Show Refusals"), () => {
			frappe.route_options = { user: doc.user, outcome: "Refused" };
			frappe.set_route("List", "MCP Audit Entry");
		});
		if (doc.lifted || !frm.perm[0]?.write) return;
		frm.set_intro(
			doc.paused_by
				? __("No agent of this user gets an answer until somebody lifts this.")
				: __(
						"Too many refusals have ended the MCP access of this user. Look at them first, then lift it: the count begins anew."
				  ),
			doc.paused_by ? "orange" : "red"
		);
		frm.add_custom_button(__("Lift"), () => lift(frm)).addClass("btn-primary");
	},
});

function state(doc) {
	if (doc.lifted) return [__("Lifted"), "gray"];
	return doc.paused_by ? [__("Paused"), "orange"] : [__("Suspended"), "red"];
}

function lift(frm) {
	const user = frappe.utils.escape_html(frm.doc.user);
	frappe.confirm(__("Let the agents of {0} work again? This can't be taken back.", [user.bold()]), async () => {
		await frm.set_value("lifted", 1);
		await frm.save();
	});
}
