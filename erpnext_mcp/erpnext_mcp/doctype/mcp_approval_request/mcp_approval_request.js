frappe.ui.form.on("MCP Approval Request", {
	refresh(frm) {
		frm.disable_save(); // calls make requests, the buttons decide them
		if (frm.doc.status !== "Pending") return;
		if (frappe.datetime.str_to_obj(frm.doc.expires_at) < frappe.datetime.now_datetime(true)) return;
		const { name } = frm.doc;
		// v15's xcall knows no GET.
		frappe
			.call({ method: "erpnext_mcp.api.desk.approvals.shown", args: { name }, type: "GET" })
			.then(({ message: { may_decide, text } }) => {
				if (frm.doc.name !== name) return;
				frm.set_intro("");
				if (text) frm.set_intro(frappe.utils.escape_html(text), "orange");
				if (!may_decide) return;
				frm.add_custom_button(__("Approve"), () => decide(frm, true)).addClass("btn-primary");
				frm.add_custom_button(__("Reject"), () => decide(frm, false));
			});
	},
});

function decide(frm, approve) {
	const question = approve
		? __("Let the agent do this? It is good for one call.")
		: __("Refuse this call?");
	frappe.confirm(question, () =>
		frappe
			.xcall("erpnext_mcp.api.desk.approvals.decide", { name: frm.doc.name, approve: approve ? 1 : 0 })
			.then(() => frm.reload_doc())
	);
}
