// The dialog that leads to the calls of one agent session.

import { get } from "../lib/call.js";
import { html } from "../lib/html.js";

/** @param {(session: string) => void} choose called with the session that was chosen */
export function sessions_dialog(choose) {
	const dialog = new frappe.ui.Dialog({
		title: __("Agent Sessions"),
		size: "extra-large",
		fields: [
			{
				fieldname: "days",
				fieldtype: "Select",
				label: __("Days"),
				options: [
					{ value: 1, label: __("Today") },
					{ value: 7, label: __("Last 7 days") },
					{ value: 30, label: __("Last 30 days") },
				],
				default: 1,
				onchange: () => show(dialog, choose),
			},
			{ fieldname: "sessions", fieldtype: "HTML" },
		],
	});
	dialog.show();
	show(dialog, choose);
}

async function show(dialog, choose) {
	const area = dialog.fields_dict.sessions.$wrapper;
	area.html(String(html`<p class="text-muted">${__("Loading...")}</p>`));
	let found;
	try {
		found = await get("erpnext_mcp.api.desk.audit.sessions", { days: dialog.get_value("days") || 1 });
	} catch {
		area.html(String(html`<p class="text-muted">${__("The sessions can't be shown. Try again.")}</p>`));
		return;
	}
	if (!found.sessions.length) {
		area.html(String(html`<p class="text-muted">${__("No agent has called in this time.")}</p>`));
		return;
	}
	area.html(String(table(found)));
	area.find("tr[data-row]").on("click", (event) => {
		dialog.hide();
		choose(found.sessions[event.currentTarget.dataset.row].session);
	});
}

function table({ sessions, has_more }) {
	return html`<div class="table-responsive">
			<table class="table table-hover">
				<thead>
					<tr>
						<th>${__("User")}</th>
						<th>${__("Client (as it calls itself)")}</th>
						<th>${__("Credential")}</th>
						<th class="text-right">${__("Calls")}</th>
						<th class="text-right">${__("Refused")}</th>
						<th>${__("Last")}</th>
					</tr>
				</thead>
				<tbody>
					${sessions.map(
						(row, i) => html`<tr data-row="${i}" style="cursor: pointer">
							<td>${row.user}</td>
							<td>${row.client_name}</td>
							<td class="small">${row.credential}</td>
							<td class="text-right">${row.calls}</td>
							<td class="text-right">${row.refused}</td>
							<td class="text-nowrap">${frappe.datetime.str_to_user(row.last)}</td>
						</tr>`
					)}
				</tbody>
			</table>
		</div>
		${has_more && html`<p class="text-muted">${__("Only the latest calls are looked at. Of earlier ones, the list tells.")}</p>`}`;
}
