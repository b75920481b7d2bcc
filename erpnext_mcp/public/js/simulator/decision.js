// The verdict and the layers of a decision.

import { html } from "../lib/html.js";
import * as words from "./words.js";

export function verdict(told) {
	const { colour, label } = words.verdicts()[told.verdict.state];
	const outcome = told.layers[told.layers.length - 1];
	const text = told.verdict.message || outcome.text;
	const reason = told.verdict.reason && told.verdict.reason !== text ? told.verdict.reason : "";
	return html`<div class="mcp-simulator-verdict frappe-card" data-verdict="${told.verdict.state}">
		<div>
			<span class="indicator-pill ${colour}">${label}</span>
			<b>${told.user}</b> · <code>${told.tool}</code>
			${told.verdict.code ? html`· <code>${told.verdict.code}</code>` : ""}
		</div>
		<p>${text}</p>
		${reason ? html`<p class="text-muted small">${__("For you: {0}", [reason])}</p>` : ""}
		${(told.why || []).length && told.verdict.state !== "refused"
			? html`<ul class="mcp-simulator-why">
					${told.why.map((sentence) => html`<li>${sentence}</li>`)}
			  </ul>`
			: ""}
		<a class="small" data-entry>${__("Recorded in the audit")}</a>
	</div>`;
}

export function layers(told) {
	return html`<div class="mcp-simulator-card frappe-card">
		<h5>${__("Decision")}</h5>
		<ol class="mcp-simulator-layers">
			${told.layers.map(layer)}
		</ol>
	</div>`;
}

function layer({ key, title, state, text, details }) {
	const label = words.states()[state];
	const open = ["stopped", "warning"].includes(state) || (key === "conditions" && details.length);
	const head = html`${mark(state)}
		<span class="mcp-simulator-layer-title">${title}</span>
		<span class="mcp-simulator-layer-text">${text || (state === "not_reached" ? label : "")}</span>`;
	return html`<li data-layer="${key}" data-state="${state}">
		${details.length
			? html`<details ${open ? html`open` : ""}>
					<summary>${head}</summary>
					<table class="table table-sm">
						${details.map(detail)}
					</table>
			  </details>`
			: html`<div class="mcp-simulator-layer-head">${head}</div>`}
	</li>`;
}

function detail({ label, value, state, note }) {
	return html`<tr>
		<td>${state ? mark(state) : ""}${label}</td>
		<td>${told_value(value)}</td>
		<td class="text-muted">${note || ""}</td>
	</tr>`;
}

function mark(state) {
	const label = words.states()[state];
	return html`<span class="mcp-simulator-mark" data-state="${state}" title="${label}"></span>
		<span class="sr-only">${label}</span>`;
}

function told_value(value) {
	if (value === undefined || value === null) return "";
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}
