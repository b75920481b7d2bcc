// The clients that have called: API keys and OAuth clients.

import { html } from "../lib/html.js";
import { bold, format_int, when } from "./matrix.js";
import { paging } from "./paging.js";
import * as server from "./server.js";

export class Clients {
	constructor(page, parent) {
		this.page = page;
		this.start = 0;
		this.$card = $(`<div class="frappe-card mcp-access-card"></div>`).appendTo(parent);
		this.$card.on("click", "[data-action]", (event) => this.act(event));
	}

	async refresh() {
		if (!this.found) this.$card.html(html`<p class="text-muted">${__("Loading...")}</p>`.text);
		try {
			this.found = await server.clients({ start: this.start, search: this.page.search() });
		} catch {
			this.$card.html(
				html`<div class="form-message red">${__("The clients could not be loaded. Refresh the page.")}</div>`.text
			);
			return;
		}
		this.render();
	}

	render() {
		const { clients } = this.found;
		this.$card.html(
			html`
				<div class="mcp-access-head">
					<h5>${__("Clients")}</h5>
					<span class="text-muted">${__("API keys and OAuth clients that have called")}</span>
				</div>
				${clients.length ? this.table() : this.empty()} ${paging(this.found)}
			`.text
		);
	}

	empty() {
		if (this.page.search()) return html`<p class="text-muted">${__("No client fits the search.")}</p>`;
		return html`<div class="mcp-access-empty">
			<p>${__("No client has called yet. Each one is listed here from its first call on.")}</p>
			<button class="btn btn-default btn-sm" data-action="connect">${__("Connect a Client")}</button>
		</div>`;
	}

	table() {
		return html`<div class="mcp-access-scroll">
			<table class="table mcp-access-table">
				<thead>
					<tr>
						<th class="mcp-access-user">${__("Client")}</th>
						<th title="${__("As the client calls itself; not verified.")}">${__("Calls Itself")}</th>
						<th>${__("Users")}</th>
						<th class="text-right">${__("Calls Today")}</th>
						<th title="${__("To a few minutes")}">${__("Last Use")}</th>
						<th>${__("First Use")}</th>
						<th class="mcp-access-actions"></th>
					</tr>
				</thead>
				<tbody>
					${this.found.clients.map((client) => this.row(client))}
				</tbody>
			</table>
		</div>`;
	}

	row(client) {
		return html`<tr>
			<td class="mcp-access-user">
				<a href="${frappe.utils.get_form_link("MCP Client", client.name)}">${client.app_name || client.credential}</a>
				${client.app_name && html`<div class="text-muted small">${client.credential}</div>`}
				${client.paused
					? html`<div>
							<span class="indicator-pill red" title="${__("By {0}", [client.paused_by])}">${__("Paused")}</span>
						</div>`
					: ""}
			</td>
			<td>
				${client.client_name
					? html`<span title="${__("As the client calls itself; not verified.")}">${client.client_name}</span>`
					: html`<span class="text-muted">–</span>`}
			</td>
			<td>${this.users(client)}</td>
			<td class="text-right text-nowrap">
				${format_int(client.calls)}
				${client.refused > 0 &&
				html`<div>
					<a data-action="refused" data-name="${client.name}" href="#" class="small"
						>${__("{0} refused", [format_int(client.refused)])}</a
					>
				</div>`}
			</td>
			<td class="text-nowrap">${when(client.last_used)}</td>
			<td class="text-nowrap">${when(client.first_used)}</td>
			<td class="mcp-access-actions text-nowrap">
				<button class="btn btn-default btn-xs" data-action="calls" data-name="${client.name}">${__("Calls")}</button>
				${client.paused
					? html`<button class="btn btn-primary btn-xs" data-action="resume" data-name="${client.name}">
							${__("Resume")}
						</button>`
					: html`<button class="btn btn-default btn-xs" data-action="pause" data-name="${client.name}">
							${__("Pause")}
						</button>`}
			</td>
		</tr>`;
	}

	users({ users, more_users, last_user }) {
		const names = users.length ? users : [last_user];
		return html`${names.map((user) => html`<div>${user}</div>`)}
		${more_users > 0 && html`<div class="text-muted">${__("and {0} more", [more_users])}</div>`}`;
	}

	act(event) {
		event.preventDefault();
		const $button = $(event.currentTarget);
		const client = this.found.clients.find(({ name }) => name === $button.attr("data-name"));
		switch ($button.attr("data-action")) {
			case "calls":
				return frappe.set_route("List", "MCP Audit Entry", { credential: client.credential });
			case "refused":
				return frappe.set_route("List", "MCP Audit Entry", {
					credential: client.credential,
					outcome: "Refused",
				});
			case "connect":
				return frappe.set_route("mcp-connect");
			case "to_page":
				this.start = Number($button.attr("data-start"));
				return this.refresh();
			case "pause":
				return this.page.change(
					$button,
					() => server.pause_client(client.name),
					__("{0} is paused.", [bold(client.app_name || client.credential)])
				);
			case "resume":
				return this.page.change(
					$button,
					() => server.resume_client(client.name),
					__("{0} can go on.", [bold(client.app_name || client.credential)])
				);
		}
	}
}
