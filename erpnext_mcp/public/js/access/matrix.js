// The matrix of users and profiles.

import { html, safe } from "../lib/html.js";
import { show_details } from "./details.js";
import { paging } from "./paging.js";
import * as server from "./server.js";
import * as words from "./words.js";

export class Matrix {
	/** `page` is asked for the filters, and told when something was changed. */
	constructor(page, parent) {
		this.page = page;
		this.$card = $(`<div class="frappe-card mcp-access-card"></div>`).appendTo(parent);
		this.$card.on("click", "[data-action]", (event) => this.act(event));
	}

	show_loading() {
		if (!this.found) this.$card.html(html`<p class="text-muted">${__("Loading...")}</p>`.text);
	}

	show_failure() {
		this.$card.html(
			html`<div class="form-message red">${__("The users could not be loaded. Refresh the page.")}</div>`.text
		);
	}

	render(found) {
		this.found = found;
		this.$card.html(
			html`
				<div class="mcp-access-head">
					<h5>${__("Users and Profiles")}</h5>
					<span class="text-muted">${this.summary()}</span>
				</div>
				${this.legend()} ${found.rows.length ? this.table() : this.empty()} ${paging(found)}
			`.text
		);
	}

	summary() {
		const { users, counts } = this.found;
		return __("{0} of {1} enabled users have access by a profile, {2} have none", [
			users - counts.none,
			users,
			counts.none,
		]);
	}

	legend() {
		const entries = [
			["applies", __("applies")],
			["with_client", __("applies with an OAuth client only")],
			["loses", __("also matches, but loses")],
		];
		return html`<div class="mcp-access-legend text-muted">
			${entries.map(
				([kind, label]) => html`<span><span class="mcp-mark mcp-mark-${kind}"></span> ${label}</span>`
			)}
		</div>`;
	}

	empty() {
		const { profiles } = this.found;
		if (!profiles.length) {
			return html`<div class="mcp-access-empty">
				<p>${__("No profile takes part yet, so nobody has access.")}</p>
				<button class="btn btn-primary btn-sm" data-action="new_profile">${__("New Profile")}</button>
			</div>`;
		}
		const is_filtered = this.page.is_filtered();
		return html`<div class="mcp-access-empty">
			<p>
				${is_filtered
					? __("Nobody fits the filters.")
					: __("No profile matches any enabled user. Name users or roles in a profile.")}
			</p>
			${is_filtered &&
			html`<button class="btn btn-default btn-sm" data-action="clear">${__("Clear Filters")}</button>`}
		</div>`;
	}

	table() {
		const { profiles, rows } = this.found;
		return html`<div class="mcp-access-scroll">
			<table class="table mcp-access-table">
				<thead>
					<tr>
						<th class="mcp-access-user">${__("User")}</th>
						<th>${__("Last Call")}</th>
						<th class="text-right">${__("Calls Today")}</th>
						${profiles.map((profile) => this.heading(profile))}
						<th class="mcp-access-actions"></th>
					</tr>
				</thead>
				<tbody>
					${rows.map((row) => this.row(row))}
				</tbody>
			</table>
		</div>`;
	}

	heading(profile) {
		return html`<th class="mcp-access-profile">
			<a href="${frappe.utils.get_form_link("MCP Permission Profile", profile.name)}" title="${profile.name}"
				>${profile.name}</a
			>
			<div>
				${words
					.hindrance(profile)
					.map(([text, colour]) => html`<span class="indicator-pill no-indicator-dot ${colour}">${text}</span>`)}
			</div>
		</th>`;
	}

	row(row) {
		const all = words.states();
		const is_open = ["works", "read_only"].includes(row.states[0]);
		return html`<tr>
			<td class="mcp-access-user">
				<a data-action="details" data-user="${row.user}" href="#" title="${__("What this user can do")}"
					>${row.full_name || row.user}</a
				>
				${row.full_name && row.full_name !== row.user && html`<div class="text-muted small">${row.user}</div>`}
				<div>
					${row.states.map(
						(state) =>
							html`<span class="indicator-pill ${all[state].colour}" title="${all[state].title}"
								>${all[state].label}</span
							>`
					)}
				</div>
				${row.profile && html`<div class="text-muted small">${this.by(row)}</div>`}
			</td>
			<td class="text-nowrap">${when(row.last_call)}</td>
			<td class="text-right text-nowrap">
				${format_int(row.calls)}
				${row.refused > 0 &&
				html`<div>
					<a data-action="refused" data-user="${row.user}" href="#" class="small"
						>${__("{0} refused", [format_int(row.refused)])}</a
					>
				</div>`}
			</td>
			${this.found.profiles.map((profile) => this.cell(row.marks[profile.name], is_open))}
			<td class="mcp-access-actions text-nowrap">${this.buttons(row)}</td>
		</tr>`;
	}

	by(row) {
		return row.client
			? __("By {0}, with {1}", [row.profile, this.found.clients[row.client] || row.client])
			: __("By {0}", [row.profile]);
	}

	cell(found, is_open) {
		if (!found) return html`<td></td>`;
		const title = words.mark(found, this.found.clients);
		return html`<td class="mcp-access-mark">
			<span
				class="mcp-mark mcp-mark-${found.kind} ${!is_open && "mcp-mark-closed"}"
				role="img"
				aria-label="${title}"
				title="${title}"
			></span>
		</td>`;
	}

	buttons(row) {
		const stopped = row.states.includes("paused") || row.states.includes("suspended");
		const button = (action, label, kind = "default") =>
			html`<button class="btn btn-${kind} btn-xs" data-action="${action}" data-user="${row.user}">${label}</button> `;
		return [
			button("simulate", __("Simulate")),
			button("calls", __("Calls")),
			stopped ? button("resume", __("Resume"), "primary") : button("pause", __("Pause")),
		];
	}

	async act(event) {
		event.preventDefault();
		const $button = $(event.currentTarget);
		const user = $button.attr("data-user");
		switch ($button.attr("data-action")) {
			case "details":
				return show_details(this.found, this.found.rows.find((row) => row.user === user));
			case "simulate":
				return frappe.set_route("mcp-simulator", { user });
			case "calls":
				return frappe.set_route("List", "MCP Audit Entry", { user });
			case "refused":
				return frappe.set_route("List", "MCP Audit Entry", { user, outcome: "Refused" });
			case "new_profile":
				return frappe.new_doc("MCP Permission Profile");
			case "clear":
				return this.page.clear_filters();
			case "to_page":
				return this.page.go_to(Number($button.attr("data-start")));
			case "pause":
				return this.page.change($button, () => server.pause_user(user), __("{0} is paused.", [bold(user)]));
			case "resume":
				return this.page.change($button, () => server.resume_user(user), __("{0} can go on.", [bold(user)]));
		}
	}
}

/** HTML: the time that has passed, the time itself as its title. */
export function when(time) {
	return time ? safe(frappe.datetime.comment_when(time)) : html`<span class="text-muted">${__("Never")}</span>`;
}

export function bold(text) {
	return frappe.utils.escape_html(text).bold();
}

/** A whole number as the user writes them. */
export function format_int(number) {
	return frappe.format(number, { fieldtype: "Int" }, { inline: true });
}
