const PLAIN = ["field_names", "changes"]; // shown in a better way

frappe.ui.form.on("MCP Audit Entry", {
	async refresh(frm) {
		frm.disable_save(); // nobody changes entries
		add_buttons(frm);
		show_seal(frm);
		const doc = frm.doc;
		const readable = doc.reference_doctype && frappe.model.can_read(doc.reference_doctype);
		await frappe.require(["mcp_audit.bundle.js", "mcp_audit.bundle.css"]);
		if (readable && doc.changes) {
			await frappe.model.with_doctype(doc.reference_doctype); // its labels
		}
		if (frm.doc !== doc) return;
		const { audit } = erpnext_mcp;
		const [label, color] = audit.indicator(doc);
		frm.page.set_indicator(label, color);
		put(frm, "headline", audit.headline(doc));
		put(frm, "field_list", audit.fields(doc));
		put(frm, "change_list", audit.changes(doc));
		PLAIN.forEach((fieldname) => frm.toggle_display(fieldname, false));
	},
});

function put(frm, fieldname, content) {
	frm.fields_dict[fieldname]?.$wrapper.html(String(content));
}

function add_buttons(frm) {
	const { doc } = frm;
	if (doc.session) {
		frm.add_custom_button(__("This Session"), () => {
			frappe.route_options = { session: doc.session };
			frappe.set_route("List", "MCP Audit Entry");
		});
	}
	if (!frappe.user.has_role(["System Manager", "MCP Administrator"])) return;
	if (doc.session) {
		frm.add_custom_button(__("Replay Session"), () => {
			const day = doc.timestamp.split(" ")[0];
			frappe.route_options = { session: doc.session, user: doc.user, from_date: day, to_date: day };
			frappe.set_route("query-report", "MCP Session Replay");
		});
	}
	if (doc.reference_doctype) {
		frm.add_custom_button(__("Simulate"), () => {
			frappe.route_options = {
				user: doc.simulated_user || doc.user,
				doctype: doc.reference_doctype,
				name: doc.reference_name,
				tool: doc.tool,
			};
			frappe.set_route("mcp-simulator");
		});
	}
	if (doc.outcome === "Allowed" && doc.operation === "update" && !doc.dry_run && doc.changes) {
		frm.add_custom_button(__("Undo…"), () => tell_how_to_undo(doc));
	}
}

function show_seal(frm) {
	if (!frm.doc.seal) {
		frm.set_df_property("seal", "description", __("Not sealed yet; the sealing job does it within a minute"));
	}
}

function tell_how_to_undo(doc) {
	const command = `bench --site ${frappe.boot.sitename} mcp undo ${doc.name} --user ${frappe.session.user}`;
	const dialog = new frappe.ui.Dialog({
		title: __("Undo This Change"),
		fields: [
			{
				fieldtype: "HTML",
				options: `<p>${__(
					"Run this on the server. It shows what would be set back, asks, and saves the document as the user named; nothing is changed before."
				)}</p><pre class="mb-0"></pre>`,
				fieldname: "command",
			},
		],
		primary_action_label: __("Copy"),
		primary_action() {
			frappe.utils.copy_to_clipboard(command);
			dialog.hide();
		},
	});
	dialog.fields_dict.command.$wrapper.find("pre").text(command);
	dialog.show();
}
