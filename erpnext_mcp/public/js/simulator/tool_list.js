// The tools that the user would get, each with its definition at a click.

import { copy_button } from "../lib/copy.js";
import { escape, html } from "../lib/html.js";

const BYTES_PER_TOKEN = 4;

export const tokens_of = (tool) => Math.ceil(new TextEncoder().encode(JSON.stringify(tool)).length / BYTES_PER_TOKEN);

export function tool_list(tools) {
	const sum = tools.reduce((total, tool) => total + tokens_of(tool), 0);
	const $card = $(
		String(html`<div class="mcp-simulator-card frappe-card" data-tools>
			<h5>${__("Tools")}</h5>
			<p class="text-muted small">
				${__("{0} tools, about {1} tokens with every request of the agent.", [
					tools.length,
					format_number(sum, null, 0),
				])}
			</p>
			<table class="table table-sm">
				<thead>
					<tr>
						<th>${__("Tool")}</th>
						<th>${__("Title")}</th>
						<th class="text-right">${__("Tokens")}</th>
					</tr>
				</thead>
				<tbody>
					${tools.map(
						(tool, i) => html`<tr>
							<td><a role="button" tabindex="0" data-tool="${i}"><code>${tool.name}</code></a></td>
							<td>${tool.title}</td>
							<td class="text-right">${tokens_of(tool)}</td>
						</tr>`
					)}
				</tbody>
			</table>
		</div>`)
	);
	$card.on("click keydown", "[data-tool]", (event) => {
		if (event.type === "keydown" && event.key !== "Enter") return;
		show_definition(tools[$(event.currentTarget).attr("data-tool")]);
	});
	return $card;
}

function show_definition(tool) {
	const text = JSON.stringify(tool, null, 2);
	const dialog = new frappe.ui.Dialog({ title: escape(tool.title), size: "large" });
	$(String(html`<p>${tool.description}</p><pre class="mcp-simulator-json">${text}</pre>`)).appendTo(dialog.$body);
	copy_button(() => text).prependTo(dialog.$body);
	dialog.$wrapper.addClass("mcp-simulator-definition");
	dialog.show();
}

/** The DocTypes of the user, each leading on. */
export function doctype_list(doctypes, on_choose) {
	const names = Object.keys(doctypes);
	if (!names.length) return null;
	const $card = $(
		String(html`<div class="mcp-simulator-card frappe-card" data-doctypes>
			<h5>${__("DocTypes")}</h5>
			<table class="table table-sm">
				${names.map(
					(name) => html`<tr>
						<td><a role="button" tabindex="0" data-doctype="${name}">${__(name)}</a></td>
						<td class="text-muted">${doctypes[name].join(", ")}</td>
					</tr>`
				)}
			</table>
		</div>`)
	);
	$card.on("click keydown", "[data-doctype]", (event) => {
		if (event.type === "keydown" && event.key !== "Enter") return;
		on_choose($(event.currentTarget).attr("data-doctype"));
	});
	return $card;
}
