// Chooses fields of a DocType out of all that it has.

import { html } from "../lib/html.js";

/**
 * @param facts what the server knows of the DocType (`api.desk.profile.fields`)
 * @param options.with_tables whether tables can be chosen
 * @returns a promise of the chosen fields; of none when the dialog is closed
 */
export function choose_fields(facts, { with_tables }) {
	const own = facts.groups.filter((group) => !group.table_field).flatMap((group) => group.fields);
	const offered = [...new Map(own.map((field) => [field.fieldname, field])).values()].filter(
		(field) => with_tables || !field.fieldtype.startsWith("Table")
	);
	return new Promise((resolve) => {
		const dialog = new frappe.ui.Dialog({ title: __("Fields"), size: "large" });
		const $body = $(
			String(html`<input type="search" class="form-control input-sm" placeholder="${__("Search")}"
					aria-label="${__("Search")}" />
				<div class="mcp-simulator-choice">
					${offered.map(
						(field) => html`<label data-text="${`${field.label} ${field.fieldname}`.toLowerCase()}">
							<input type="checkbox" value="${field.fieldname}" />
							<span>${field.label || field.fieldname}</span>
							<span class="text-muted small">${field.fieldname}</span>
							${field.reqd ? html`<span class="text-danger" title="${__("Mandatory")}">*</span>` : ""}
						</label>`
					)}
				</div>`)
		).appendTo(dialog.$body);
		$body.filter("input").on("input", (event) => {
			const wanted = event.target.value.toLowerCase();
			$body.find("label").each((_i, label) => {
				$(label).prop("hidden", !$(label).attr("data-text").includes(wanted));
			});
		});
		let chosen = [];
		dialog.set_primary_action(__("Done"), () => {
			const names = new Set($body.find(":checked").get().map((box) => box.value));
			chosen = offered.filter((field) => names.has(field.fieldname));
			dialog.hide();
		});
		dialog.on_hide = () => resolve(chosen);
		dialog.show();
	});
}
