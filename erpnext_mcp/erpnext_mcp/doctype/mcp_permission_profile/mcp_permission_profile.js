// The form is made by public/js/profile; here only what Frappe's form calls.

const BUNDLES = ["mcp_profile.bundle.js", "mcp_profile.bundle.css"];

async function profile_form(frm) {
	await frappe.require(BUNDLES);
	return erpnext_mcp.profile_form(frm);
}

frappe.ui.form.on("MCP Permission Profile", {
	async refresh(frm) {
		(await profile_form(frm)).refresh();
	},

	async before_save(frm) {
		await (await profile_form(frm)).before_save();
	},
});
