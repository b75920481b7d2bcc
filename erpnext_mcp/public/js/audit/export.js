// The dialog that downloads entries of some days.

import { get } from "../lib/call.js";

export function export_dialog() {
	const dialog = new frappe.ui.Dialog({
		title: __("Export the Audit"),
		fields: [
			{
				fieldname: "from_date",
				fieldtype: "Date",
				label: __("From"),
				reqd: 1,
				default: frappe.datetime.add_days(frappe.datetime.get_today(), -6),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "to_date",
				fieldtype: "Date",
				label: __("To"),
				reqd: 1,
				default: frappe.datetime.get_today(),
			},
			{ fieldtype: "Section Break" },
			{
				fieldname: "format",
				fieldtype: "Select",
				label: __("Format"),
				options: [
					{ value: "jsonl", label: __("JSON lines, exact") },
					{ value: "csv", label: __("CSV, for spreadsheets") },
				],
				default: "jsonl",
				reqd: 1,
				description: __(
					"The same content as of the command bench mcp export-audit. Changed values are for System Managers only."
				),
			},
		],
		primary_action_label: __("Download"),
		primary_action(values) {
			return get("erpnext_mcp.api.desk.audit.export", values, { freeze: true }).then((file) => {
				dialog.hide();
				save(file);
			});
		},
	});
	dialog.show();
}

function save({ filename, content }) {
	const url = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
	const link = document.createElement("a");
	link.href = url;
	link.download = filename;
	link.click();
	URL.revokeObjectURL(url);
}
