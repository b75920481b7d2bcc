// The question before a save that opens more than before. Saving what narrows asks nothing.

import { make_dialog } from "../lib/dialog.js";
import { html, safe } from "../lib/html.js";

/**
 * @param found what the review says
 * @returns a promise of whether to save
 */
export function confirm_wider({ is_new, widening }) {
	if (!widening.length) return Promise.resolve(true);
	const said = is_new
		? __("This profile is new. For those to whom it applies it opens:")
		: __("More is open than before, as soon as this is saved:");
	return asked({
		title: is_new ? __("What This Profile Opens") : __("This Becomes Wider"),
		body: html`<p>${said}</p>
			<ul class="mcp-widening">
				${widening.map(({ message }) => html`<li>${safe(message)}</li>`)}
			</ul>
			<p class="text-muted">${__("Nobody gets more than his own roles allow in Frappe.")}</p>`,
	});
}

/** For who may save profiles but is not told what becomes wider. */
export function confirm_unseen() {
	return asked({
		title: __("Not Compared"),
		body: html`<p>
			${__("What becomes wider is only told to System Managers and MCP Administrators. Save all the same?")}
		</p>`,
	});
}

function asked({ title, body }) {
	return new Promise((resolve) => {
		let answer = false;
		const dialog = make_dialog({
			title,
			size: "large",
			indicator: "orange",
			secondary_action_label: __("Back"),
			secondary_action: () => dialog.hide(),
			onhide: () => resolve(answer),
		});
		dialog.$body.html(String(body));
		const save = dialog.set_primary_action(__("Save"));
		// Ctrl+S presses the primary button of a dialog, by script: the key that asked for the save must not answer, too.
		save.off("click").on("click", (event) => {
			if (!event.originalEvent) return;
			answer = true;
			dialog.hide();
		});
		dialog.show();
		dialog.$wrapper.on("shown.bs.modal", () => dialog.get_secondary_btn().trigger("focus"));
	});
}
