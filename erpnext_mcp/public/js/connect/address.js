// The URL that clients call.

import { copy_button } from "../lib/copy.js";
import { Card, notice } from "./card.js";

export class AddressCard extends Card {
	constructor(page) {
		super(page, __("Address"), __("Clients ask for the URL of the MCP server. This is it."));
	}

	fill(state, content) {
		const address = this.page.address;
		if (state.addresses.length > 1) this.difference(state).appendTo(content);
		$('<div class="mcp-connect-line"></div>')
			.append(
				$("<code></code>").text(address.url),
				copy_button(() => this.page.address.url)
			)
			.appendTo(content);
		for (const warning of address.warnings) notice("yellow", warning).appendTo(content);
	}

	/** The site and the browser disagree: both are offered. */
	difference(state) {
		const box = notice("orange", [
			__("The site takes {0} for its address, but you have opened it at {1}.", [
				new URL(state.configured).origin,
				window.location.origin,
			]),
			__(
				"If clients can't connect to the one, use the other. An administrator sets the right one by: bench --site {0} set-config host_name {1}",
				[frappe.boot.sitename, window.location.origin]
			),
		]);
		const choices = $('<div class="mcp-connect-choices"></div>').appendTo(box);
		state.addresses.forEach((address, position) => {
			const radio = $('<input type="radio" name="mcp-connect-address">')
				.prop("checked", position === this.page.chosen)
				.on("change", () => this.page.choose(position));
			$("<label></label>")
				.append(radio, document.createTextNode(` ${address.url}`))
				.appendTo(choices);
		});
		return box;
	}
}
