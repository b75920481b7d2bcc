// The user's own last calls, without values.

import { Card, client_label, pill, short, table, when } from "./card.js";
import * as server from "./server.js";

const COLORS = { Allowed: "green", Refused: "orange", Failed: "red" };

export class CallsCard extends Card {
	constructor(page) {
		super(page, __("Your last calls"));
		page.calls = this;
		$('<button type="button" class="btn btn-default btn-xs"></button>')
			.text(__("All Calls"))
			.on("click", () =>
				frappe.set_route("List", "MCP Audit Entry", { user: ["=", page.state.user] })
			)
			.appendTo(this.header);
	}

	render() {
		return this.refresh();
	}

	async refresh() {
		let rows;
		try {
			rows = await server.latest_calls();
		} catch {
			return;
		}
		this.content.empty();
		if (!rows.length) {
			$('<div class="text-muted"></div>')
				.text(__("No client of yours has called yet. The test above is a call, too."))
				.appendTo(this.content);
			return;
		}
		table(
			[__("Time"), __("Tool"), __("Document"), __("Outcome"), __("Reason"), __("Client")],
			rows.map((row) => [
				this.time(row),
				this.tool(row),
				[row.reference_doctype && __(row.reference_doctype), row.reference_name]
					.filter(Boolean)
					.join(" "),
				pill(COLORS[row.outcome] || "gray", __(row.outcome)),
				[row.reason_code, row.reason].filter(Boolean).join(": "),
				short(row.transport === "desk" ? __("The desk") : client_label(row.client_name)),
			])
		).appendTo(this.content);
	}

	time(row) {
		return $("<a></a>")
			.attr("href", frappe.utils.get_form_link("MCP Audit Entry", row.name))
			.append(when(row.timestamp));
	}

	tool(row) {
		// Nothing of a client, but what he did himself on this page.
		const text = row.transport === "desk" ? `${row.tool}: ${row.operation}` : row.tool;
		if (row.simulated_user) return __("{0} (simulated as {1})", [text, row.simulated_user]);
		return row.dry_run ? __("{0} (dry run)", [text]) : text;
	}
}
