// All fields of the DocType, with what may be done with each and what takes the rest away.

import { html } from "../lib/html.js";
import * as words from "./words.js";

export function field_table(fields) {
	if (!fields?.length) return null;
	const states = words.field_states();
	const $card = $(
		String(html`<div class="mcp-simulator-card frappe-card" data-fields>
			<details>
				<summary><h5>${__("Fields")}</h5></summary>
				<div class="mcp-simulator-filter">
					<input type="search" class="form-control input-xs" placeholder="${__("Search")}" aria-label="${__("Search")}" />
					<select class="form-control input-xs" aria-label="${__("State")}">
						<option value="">${__("All")}</option>
						${Object.entries(states).map(
							([state, { label }]) => html`<option value="${state}">${label}</option>`
						)}
					</select>
				</div>
				<div class="mcp-simulator-scroll">
					<table class="table table-sm">
						<thead>
							<tr>
								<th>${__("Field")}</th>
								<th>${__("Type")}</th>
								<th>${__("State")}</th>
								<th>${__("Can be filtered")}</th>
								<th>${__("Taken away by")}</th>
							</tr>
						</thead>
						<tbody>
							${fields.map((row) => line(row, states[row.state]))}
						</tbody>
					</table>
				</div>
				<p class="text-muted small" data-none hidden>${__("No field matches.")}</p>
			</details>
		</div>`)
	);
	const narrow = () => {
		const wanted = $card.find("input").val().toLowerCase();
		const state = $card.find("select").val();
		let shown = 0;
		$card.find("tbody tr").each((_i, tr) => {
			const matches = $(tr).attr("data-text").includes(wanted) && (!state || $(tr).attr("data-state") === state);
			$(tr).prop("hidden", !matches);
			shown += matches;
		});
		$card.find("[data-none]").prop("hidden", shown > 0);
	};
	$card.find("input").on("input", narrow);
	$card.find("select").on("change", narrow);
	return $card;
}

function line(row, { colour, label }) {
	const path = row.table ? `${row.table}.${row.fieldname}` : row.fieldname;
	const name = __(row.label) || row.fieldname;
	return html`<tr data-state="${row.state}" data-text="${`${name} ${path}`.toLowerCase()}">
		<td>${row.table ? "↳ " : ""}${name} <span class="text-muted small">${path}</span></td>
		<td class="text-muted">${row.fieldtype}</td>
		<td><span class="indicator-pill no-indicator-dot ${colour}">${label}</span></td>
		<td>${row.filterable ? __("Yes") : ""}</td>
		<td class="text-muted">${words.taken_by(row)}</td>
	</tr>`;
}
