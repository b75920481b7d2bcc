frappe.listview_settings["MCP Audit Entry"] = {
	add_fields: ["outcome", "dry_run", "simulated_user"],
	hide_name_column: true,
	hide_name_filter: true,

	get_indicator(doc) {
		// As erpnext_mcp.audit.indicator; the list is drawn before its bundle is there.
		const color = { Allowed: "green", Refused: "orange", Failed: "red" }[doc.outcome] || "gray";
		const filter = `outcome,=,${doc.outcome}`;
		if (doc.simulated_user) {
			return [__("{0} (simulated)", [__(doc.outcome)]), "purple", `${filter}|simulated_user,is,set`];
		}
		if (doc.dry_run) {
			const label = __("{0} (dry run)", [__(doc.outcome)]);
			return [label, doc.outcome === "Allowed" ? "blue" : color, `${filter}|dry_run,=,1`];
		}
		return [__(doc.outcome), color, filter];
	},

	onload(listview) {
		const show = (...filters) => {
			listview.filter_area
				.clear(false)
				.then(() =>
					listview.filter_area.add(filters.map((filter) => [listview.doctype, ...filter]))
				);
		};
		const today = ["timestamp", "Timespan", "today"];
		listview.page.add_inner_button(__("Today"), () => show(today));
		listview.page.add_inner_button(__("Refusals Today"), () => show(today, ["outcome", "=", "Refused"]));
		if (!frappe.user.has_role(["System Manager", "MCP Administrator"])) return;
		const audit = (use) =>
			frappe
				.require(["mcp_audit.bundle.js", "mcp_audit.bundle.css"])
				.then(() => use(erpnext_mcp.audit));
		listview.page.add_inner_button(__("By Agent Session"), () =>
			audit((lib) => lib.sessions_dialog((session) => show(["session", "=", session])))
		);
		listview.page.add_menu_item(__("Export Audit…"), () => audit((lib) => lib.export_dialog()));
	},
};
