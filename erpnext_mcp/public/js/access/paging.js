// Below a table: which part of how many, and the way to the others.

import { html } from "../lib/html.js";

/** `found` is `{total, start, page}` of the server; the buttons have the action `to_page`. */
export function paging({ total, start, page }) {
	if (total <= page && !start) return "";
	const button = (label, target, is_there) =>
		html`<button
			class="btn btn-default btn-sm"
			data-action="to_page"
			data-start="${target}"
			${!is_there && "disabled"}
		>
			${label}
		</button>`;
	return html`<div class="mcp-access-paging">
		<span class="text-muted">
			${__("{0} to {1} of {2}", [Math.min(start + 1, total), Math.min(start + page, total), total])}
		</span>
		<span>
			${button(__("Previous"), Math.max(0, start - page), start > 0)}
			${button(__("Next"), start + page, start + page < total)}
		</span>
	</div>`;
}
