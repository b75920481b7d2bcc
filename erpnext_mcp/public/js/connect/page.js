// The Connect page: a user's own access, address, key, set-up for clients, test, applications and calls.

import { AccessCard } from "./access.js";
import { AddressCard } from "./address.js";
import { ApplicationsCard } from "./applications.js";
import { CallsCard } from "./calls.js";
import { ClientsCard } from "./clients.js";
import { KeyCard } from "./key.js";
import * as server from "./server.js";
import { TestCard } from "./test.js";

export class ConnectPage {
	constructor(wrapper) {
		this.page = wrapper.page;
		this.page.set_secondary_action(__("Refresh"), () => this.refresh(), "refresh");
		/** What the server said last; null until it has. */
		this.state = null;
		/** {key, secret} from the moment it is made until the page is left; nowhere else. */
		this.made = null;
		/** Which of the addresses is used. */
		this.chosen = 0;
		this.body = $('<div class="mcp-connect"></div>').appendTo(this.page.main);
		this.cards = [
			AccessCard,
			AddressCard,
			KeyCard,
			ClientsCard,
			TestCard,
			ApplicationsCard,
			CallsCard,
		].map((Card) => new Card(this));
		$(wrapper).on("hide", () => this.forget());
	}

	async refresh() {
		this.body.toggleClass("mcp-connect-loading", !this.state);
		try {
			this.state = await server.status();
		} catch {
			// Frappe has said why.
			if (!this.state) this.show_failure();
			return;
		}
		this.body.children(".mcp-connect-failure").remove();
		this.body.removeClass("mcp-connect-loading");
		this.chosen = Math.min(this.chosen, this.state.addresses.length - 1);
		this.render();
	}

	render() {
		for (const card of this.cards) card.render(this.state);
	}

	get address() {
		return this.state.addresses[this.chosen];
	}

	choose(position) {
		this.chosen = position;
		this.render();
	}

	/** A secret that was just made, to be shown until the page is left. */
	show_secret(made) {
		this.made = made;
		return this.refresh();
	}

	forget() {
		if (!this.made) return;
		this.made = null;
		this.render();
	}

	show_failure() {
		this.body.removeClass("mcp-connect-loading");
		if (this.body.children(".mcp-connect-failure").length) return;
		$('<div class="mcp-connect-notice red mcp-connect-failure"></div>')
			.text(__("This page could not be loaded. Refresh it, or ask your administrator."))
			.prependTo(this.body);
	}
}
