// A part of the page: a title, a line on what it is for, and what `fill` puts into it.

import { TEST_CLIENT } from "./round_trip.js";

export class Card {
	/** @param page the ConnectPage */
	constructor(page, title, about = "") {
		this.page = page;
		this.element = $('<section class="frappe-card mcp-connect-card"></section>').appendTo(
			page.body
		);
		this.header = $('<div class="mcp-connect-card-head"></div>').appendTo(this.element);
		$("<h5></h5>").text(title).appendTo(this.header);
		if (about) $('<p class="text-muted"></p>').text(about).appendTo(this.element);
		this.content = $("<div></div>").appendTo(this.element);
	}

	/** Shows the state of the page anew. */
	render(state) {
		this.content.empty();
		this.fill(state, this.content);
	}

	fill() {}
}

/** A notice; `color` is blue, green, yellow, orange or red. */
export function notice(color, lines) {
	const box = $(`<div class="mcp-connect-notice ${color}"></div>`);
	for (const line of [lines].flat()) $("<div></div>").text(line).appendTo(box);
	return box;
}

/** A pill; `color` of Frappe's indicators. */
export function pill(color, text) {
	return $(`<span class="indicator-pill ${color}"></span>`).append(
		$("<span></span>").text(text)
	);
}

/** "Ask ...": names where there are some. */
export function whom_to_ask(names) {
	return names && names.length
		? __("Ask your administrator: {0}.", [names.join(", ")])
		: __("Ask your administrator.");
}

/** What a client calls itself. */
export function client_label(name) {
	return name === TEST_CLIENT ? __("The test on this page") : name || __("Unnamed");
}

/** A text that may be long, such as what a browser calls itself; the whole of it in its tooltip. */
export function short(text) {
	return $('<span class="mcp-connect-short"></span>').text(text).attr("title", text);
}

/** A time of the server, as long ago; the exact one in its tooltip. */
export function when(time) {
	return time
		? $("<span></span>").html(frappe.datetime.comment_when(time))
		: $("<span></span>").text("–");
}

/** A table: `columns` are labels, `rows` arrays of texts or elements. */
export function table(columns, rows) {
	const head = $("<tr></tr>").append(columns.map((label) => $("<th></th>").text(label)));
	const body = rows.map((cells) =>
		$("<tr></tr>").append(
			cells.map((cell) =>
				typeof cell === "object"
					? $("<td></td>").append(cell)
					: $("<td></td>").text(cell ?? "")
			)
		)
	);
	return $('<div class="mcp-connect-scroll"></div>').append(
		$('<table class="table table-sm"></table>').append(
			$("<thead></thead>").append(head),
			$("<tbody></tbody>").append(body)
		)
	);
}
