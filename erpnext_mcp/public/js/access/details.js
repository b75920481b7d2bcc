// What one user can do: a dialog.

import { html } from "../lib/html.js";
import * as server from "./server.js";
import * as words from "./words.js";

/** `found` is the page of the matrix that the row stands in. */
export function show_details(found, row) {
	const dialog = new frappe.ui.Dialog({
		title: __("Access of {0}", [frappe.utils.escape_html(row.full_name || row.user)]),
		size: "large",
		fields: [{ fieldtype: "HTML", fieldname: "details" }],
		primary_action_label: __("Simulate"),
		primary_action: () => {
			dialog.hide();
			frappe.set_route("mcp-simulator", { user: row.user });
		},
	});
	const $details = dialog.get_field("details").$wrapper;
	$details.html(html`<p class="text-muted">${__("Loading...")}</p>`.text);
	dialog.show();
	server.user(row.user).then(
		(details) => $details.html(body(found, row, details).text),
		// Frappe has said why.
		() => dialog.hide()
	);
}

function body(found, row, details) {
	const all = words.states();
	return html`<div class="mcp-access-details">
		<p>${row.user}</p>
		<ul>
			${row.states.map(
				(state) =>
					html`<li>
						<span class="indicator-pill ${all[state].colour}">${all[state].label}</span> ${all[state].title}
					</li>`
			)}
		</ul>
		<h6>${__("Profiles")}</h6>
		${profiles(found, row)}
		<h6>${__("Connects With")}</h6>
		${credentials(details)}
		<h6>${__("DocTypes")}</h6>
		${doctypes(details)}
	</div>`;
}

function profiles(found, row) {
	const matching = found.profiles.filter((profile) => row.marks[profile.name]);
	if (!matching.length) return html`<p class="text-muted">${__("No profile applies.")}</p>`;
	return html`<ul>
		${matching.map(
			(profile) =>
				html`<li>
					<span class="mcp-mark mcp-mark-${row.marks[profile.name].kind}"></span>
					<a href="${frappe.utils.get_form_link("MCP Permission Profile", profile.name)}">${profile.name}</a>:
					${words.mark(row.marks[profile.name], found.clients)}
				</li>`
		)}
	</ul>`;
}

function credentials({ api_key, clients, refused_clients, client_names }) {
	const items = clients.map((client) => {
		const name = client_names[client] || client;
		return refused_clients.includes(client)
			? __("OAuth client {0}, which the MCP Gateway Settings don't let in", [name])
			: __("OAuth client {0}", [name]);
	});
	if (api_key) items.unshift(__("An API key"));
	if (!items.length) {
		return html`<p class="text-muted">
			${__("Nothing yet. The user can make an API key on the Connect page, or let in an OAuth client.")}
		</p>`;
	}
	return html`<ul>
		${items.map((item) => html`<li>${item}</li>`)}
	</ul>`;
}

function doctypes({ profile, client, client_names, doctypes, closed }) {
	if (!profile) return html`<p class="text-muted">${__("None.")}</p>`;
	const by = client
		? __("By {0}, with the OAuth client {1}:", [profile, client_names[client] || client])
		: __("By {0}:", [profile]);
	return html`<p class="text-muted">${by}</p>
		<table class="table table-condensed">
			<tbody>
				${doctypes.map(
					({ doctype, operations }) =>
						html`<tr>
							<td>${__(doctype)}</td>
							<td>${operations.map((operation) => html`<span class="mcp-access-operation">${operation}</span> `)}</td>
						</tr>`
				)}
				${closed.map(
					({ doctype, reason }) =>
						html`<tr class="text-muted">
							<td>${__(doctype)}</td>
							<td>${reason || __("Nothing: the user's own permissions don't allow what the profile opens.")}</td>
						</tr>`
				)}
			</tbody>
		</table>
		${!doctypes.length && !closed.length && html`<p class="text-muted">${__("The profile opens no DocType.")}</p>`}`;
}
