// OAuth clients that the user has let in.

import { Card, pill, table, when } from "./card.js";
import * as server from "./server.js";

export class ApplicationsCard extends Card {
	constructor(page) {
		super(
			page,
			__("Connected applications"),
			__(
				"Applications that you have let in by OAuth. They work as you, at the MCP address and in the rest of the API."
			)
		);
	}

	async render() {
		let rows;
		try {
			rows = await server.applications();
		} catch {
			return;
		}
		this.content.empty();
		if (!rows.length) {
			$('<div class="text-muted"></div>').text(__("None.")).appendTo(this.content);
			return;
		}
		table(
			[
				__("Application"),
				__("Connected"),
				__("Last MCP Call"),
				__("Scopes"),
				__("At the MCP Address"),
				"",
			],
			rows.map((row) => [
				row.app_name,
				when(row.since),
				row.last_call ? when(row.last_call) : __("never"),
				row.scopes.join(", "),
				this.status(row),
				this.button(row),
			])
		).appendTo(this.content);
	}

	status(row) {
		if (row.paused) return pill("orange", __("Paused by an administrator"));
		return row.allowed
			? pill("green", __("Allowed"))
			: pill("red", __("Not allowed on this site"));
	}

	button(row) {
		return $('<button type="button" class="btn btn-default btn-xs"></button>')
			.text(__("Disconnect"))
			.on("click", () =>
				frappe.confirm(
					frappe.utils.escape_html(
						__(
							"Disconnect {0}? It loses its access to this site as you, at once. It has to ask you again for a new one.",
							[row.app_name]
						)
					),
					() => this.disconnect(row)
				)
			);
	}

	async disconnect(row) {
		try {
			await server.disconnect(row.client);
			frappe.show_alert({ message: __("Disconnected."), indicator: "green" });
		} finally {
			this.page.refresh();
		}
	}
}
