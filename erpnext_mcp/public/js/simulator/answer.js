// The answer that the agent would get, as far as the viewer may read it.

import { copy_button } from "../lib/copy.js";
import { html } from "../lib/html.js";

const BYTES_PER_TOKEN = 4;

export function answer(told) {
	const notes = [];
	if (told.count) {
		const number = frappe.format(told.count.count, { fieldtype: "Int" }, { inline: true });
		notes.push(told.count.has_more ? __("{0} documents, and more.", [number]) : __("{0} documents.", [number]));
		notes.push(__("What they hold is not told to you."));
	}
	if (told.bytes) {
		notes.push(
			__("{0} bytes, about {1} tokens.", [
				format_number(told.bytes, null, 0),
				format_number(Math.ceil(told.bytes / BYTES_PER_TOKEN), null, 0),
			])
		);
	}
	if (told.files?.length) notes.push(__("Files go along with it, which are not shown here: {0}.", [told.files.join(", ")]));
	const shown = told.answer && told.tool !== "tools/list" ? JSON.stringify(told.answer, null, 2) : "";
	if (!shown && !notes.length) return null;
	const $card = $(
		String(html`<div class="mcp-simulator-card frappe-card" data-answer>
			<div class="mcp-simulator-head">
				<h5>${__("What the agent would get")}</h5>
			</div>
			${notes.length ? html`<p class="text-muted small">${notes.join(" ")}</p>` : ""}
			${told.withheld?.length
				? html`<p class="mcp-simulator-withheld small">
						${__("Left out, because you may not read it yourself:")}
						${told.withheld.map((path) => html`<code>${path}</code> `)}
				  </p>`
				: ""}
			${shown ? html`<pre class="mcp-simulator-json">${shown}</pre>` : ""}
		</div>`)
	);
	if (shown) copy_button(() => shown).appendTo($card.find(".mcp-simulator-head"));
	return $card;
}
