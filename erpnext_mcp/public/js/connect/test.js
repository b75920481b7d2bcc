// The connection test: a real call from this browser, and what its outcome means.

import { Card, notice } from "./card.js";
import { authorization_of } from "./credentials.js";
import { diagnose } from "./diagnosis.js";
import { test_connection } from "./round_trip.js";

const COLORS = { ok: "green", warning: "yellow", problem: "red" };

export class TestCard extends Card {
	constructor(page) {
		super(
			page,
			__("Test the connection"),
			__("Calls the address from this browser as a client would, without your login here.")
		);
		this.running = false;
		this.result = null;
		this.input = null;
	}

	render(state) {
		// What somebody has pasted stays while the page is refreshed, and the outcome as long as it is about the same.
		const pasted = this.input?.val() || "";
		const about = `${this.page.address.url} ${this.page.made?.secret || ""}`;
		if (this.about !== about) this.result = null;
		this.about = about;
		super.render(state);
		this.input?.val(pasted);
	}

	fill(state, content) {
		const line = $('<div class="mcp-connect-line"></div>').appendTo(content);
		this.input = null;
		if (this.page.made) {
			$("<span></span>").text(__("With the key that was just made.")).appendTo(line);
		} else {
			// Not for the browser to remember: neither a login nor a form.
			this.input = $(
				'<input type="password" class="form-control input-sm" autocomplete="one-time-code" data-1p-ignore data-lpignore="true" spellcheck="false">'
			)
				.attr({
					placeholder: state.key.key
						? __("API secret, or key:secret")
						: __("key:secret"),
					"aria-label": __("API key and secret"),
				})
				.on("keydown", (e) => e.key === "Enter" && this.run())
				.appendTo(line);
		}
		this.button = $('<button type="button" class="btn btn-primary btn-sm"></button>')
			.text(__("Test"))
			.prop("disabled", this.running)
			.on("click", () => this.run())
			.appendTo(line);
		this.outcome = $('<div aria-live="polite"></div>').appendTo(content);
		this.show();
	}

	async run() {
		if (this.running) return;
		const { made, state, address } = this.page;
		const authorization = made
			? `token ${made.key}:${made.secret}`
			: authorization_of(this.input.val(), state.key.key);
		if (!authorization) {
			this.result = {
				state: "problem",
				title: __("Paste the API key and its secret first, as key:secret."),
				facts: [],
				advice: [],
			};
			return this.show();
		}
		this.running = true;
		this.result = null;
		this.show();
		const seen = await test_connection(address.url, authorization);
		this.running = false;
		this.result = diagnose(seen, {
			url: address.url,
			origin: window.location.origin,
			user: state.user,
		});
		this.show();
		this.page.calls.refresh();
	}

	show() {
		this.button.prop("disabled", this.running);
		this.outcome.empty();
		if (this.running) {
			$('<div class="text-muted"></div>').text(__("Calling…")).appendTo(this.outcome);
		} else if (this.result) {
			const { state, title, facts, advice } = this.result;
			const box = notice(COLORS[state], []).appendTo(this.outcome);
			$("<b></b>").text(title).appendTo(box);
			for (const fact of facts) $("<div></div>").text(fact).appendTo(box);
			const list = $("<ul></ul>");
			for (const line of advice) $("<li></li>").text(line).appendTo(list);
			if (advice.length) list.appendTo(box);
		}
	}
}
