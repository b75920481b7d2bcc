frappe.ui.form.on("MCP Gateway Settings", {
	refresh(frm) {
		add_links(frm);
		show_status(frm);
	},

	async validate(frm) {
		if (frm.doc.enabled) return;
		const status = frm.mcp_status || (await get_status());
		if (status.enabled && !(await is_sure(status))) frappe.validated = false;
	},
});

function is_sure({ working }) {
	const message = __(
		"From the next call on, every MCP call to this site is refused; {0} users can call now. The desk, Frappe's own API, profiles, keys and the audit stay as they are. Ticked again, everything goes on as before.",
		[working]
	);
	return new Promise((resolve) => {
		const dialog = frappe.warn(__("Switch MCP off?"), message, () => resolve(true), __("Switch Off"));
		dialog.onhide = () => resolve(false); // what comes second means nothing
	});
}

async function get_status() {
	const { message } = await frappe.call({ method: "erpnext_mcp.api.desk.settings.status", type: "GET" });
	return message;
}

function add_links(frm) {
	[
		[__("Workspace"), ["Workspaces", "ERPNext MCP"]],
		[__("Who Has Access"), ["mcp-access"]],
		[__("Connect"), ["mcp-connect"]],
		[__("Profiles"), ["List", "MCP Permission Profile"]],
	].forEach(([label, route]) => frm.add_custom_button(label, () => frappe.set_route(...route)));
}

async function show_status(frm) {
	const $headline = frm.fields_dict.headline.$wrapper.empty();
	const status = (frm.mcp_status = await get_status());
	const [word, color] = !status.enabled
		? [__("Off"), "red"]
		: status.read_only
		? [__("On, Reading Only"), "orange"]
		: [__("On"), "green"];
	const lines = [
		status.enabled
			? __("{0} of {1} users can call now.", [status.working, status.users])
			: __("Every MCP call to this site is refused."),
	];
	if (status.stopped) lines.push(__("{0} are paused or suspended.", [status.stopped]));
	$headline.append(
		$('<div class="mb-2"></div>').append(
			$(`<span class="indicator-pill ${color} mr-3"></span>`).text(word),
			$("<span></span>").text(lines.join(" "))
		)
	);
	if (status.default_profile) {
		$('<div class="text-warning mb-2"></div>')
			.text(
				__(
					"The default profile {0} applies to everybody whom no other profile matches, new users as well. Better name users or roles in a profile, and leave it empty.",
					[status.default_profile]
				)
			)
			.appendTo($headline);
	}
}
