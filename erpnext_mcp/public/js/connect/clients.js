// Set-up for clients, ready to paste; with the secret in it while it is shown.

import { copy_button } from "../lib/copy.js";
import { Card } from "./card.js";
import { filled } from "./credentials.js";

export class ClientsCard extends Card {
	constructor(page) {
		super(page, __("Set up a client"));
		this.key = "";
	}

	fill(state, content) {
		const snippets = this.page.address.snippets;
		const shown = snippets.find((snippet) => snippet.key === this.key) || snippets[0];
		this.tabs(snippets, shown).appendTo(content);
		this.snippet(shown).appendTo(content);
	}

	tabs(snippets, shown) {
		const tabs = $('<div class="mcp-connect-tabs" role="tablist"></div>');
		for (const snippet of snippets) {
			$('<button type="button" role="tab" class="btn btn-xs"></button>')
				.addClass(snippet === shown ? "btn-primary" : "btn-default")
				.attr({ "aria-selected": snippet === shown, "data-client": snippet.key })
				.text(snippet.client)
				.on("click", () => {
					this.key = snippet.key;
					this.render(this.page.state);
					this.content.find("[aria-selected=true]").trigger("focus");
				})
				.appendTo(tabs);
		}
		return tabs;
	}

	snippet(snippet) {
		const text = () => filled(snippet.text, this.page.made?.secret);
		const panel = $('<div role="tabpanel"></div>');
		$('<div class="mcp-connect-line"></div>')
			.append($("<span></span>").text(snippet.where), copy_button(text))
			.appendTo(panel);
		$('<pre class="mcp-connect-snippet" dir="ltr"></pre>').text(text()).appendTo(panel);
		const notes = [...snippet.notes];
		if (snippet.uses_key && !this.page.made) notes.unshift(this.what_is_missing());
		const list = $('<ul class="text-muted"></ul>').appendTo(panel);
		for (const note of notes) $("<li></li>").text(note).appendTo(list);
		return panel;
	}

	what_is_missing() {
		return this.page.state.key.key
			? __("Put the secret of your API key in place of YOUR_API_SECRET.")
			: __("Put your API key and its secret in place of YOUR_API_KEY and YOUR_API_SECRET.");
	}
}
