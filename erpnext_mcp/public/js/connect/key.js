// The user's own API key: made, rotated, deleted; its secret shown once.

import { copy_button } from "../lib/copy.js";
import { Card, client_label, notice, pill, short, table, when, whom_to_ask } from "./card.js";
import * as server from "./server.js";

export class KeyCard extends Card {
	constructor(page) {
		super(
			page,
			__("API key"),
			__(
				"With it a client works as you. Desktop and command-line clients use one; ChatGPT and Claude on the web sign in by OAuth instead."
			)
		);
	}

	fill(state, content) {
		if (this.page.made) this.secret(this.page.made).appendTo(content);
		else this.known(state.key).appendTo(content);
		this.reach(state.key)?.appendTo(content);
		this.actions(state).appendTo(content);
	}

	known(key) {
		const line = $('<div class="mcp-connect-line"></div>');
		if (!key.key) return line.append(pill("gray", __("No Key")));
		return line.append(
			pill("green", __("Key")),
			$("<code></code>").text(key.key),
			$('<span class="text-muted"></span>').text(__("Its secret can't be shown again."))
		);
	}

	secret(made) {
		const box = notice(
			"green",
			__(
				"This is shown only now. Once you leave this page, nobody can see the secret again."
			)
		);
		const value = `token ${made.key}:${made.secret}`;
		const line = (label, text) =>
			$('<div class="mcp-connect-line"></div>')
				.append(
					$('<span class="text-muted mcp-connect-label"></span>').text(label),
					$("<code></code>").text(text),
					copy_button(() => text)
				)
				.appendTo(box);
		line(__("API key"), made.key);
		line(__("API secret"), made.secret);
		line(__("Header"), `Authorization: ${value}`);
		$('<button type="button" class="btn btn-default btn-xs"></button>')
			.text(__("I have saved it"))
			.on("click", () => this.page.forget())
			.appendTo($('<div class="mcp-connect-line"></div>').appendTo(box));
		return box;
	}

	/** Where the key works. */
	reach(key) {
		if (key.bound) {
			return notice(
				"blue",
				__("Your key works at the MCP address only: the rest of this site refuses it.")
			);
		}
		if (!key.key && !key.may_change) return null;
		return notice(
			"yellow",
			__(
				"A key opens the whole API of this site with all of your permissions, not only what your profile opens to MCP. Whoever has it acts as you. An administrator can limit it to MCP in the profile (Restrict to MCP)."
			)
		);
	}

	/** Everybody may end his key; to make and rotate one takes a role. */
	actions(state) {
		const line = $('<div class="mcp-connect-line"></div>');
		const { key, may_change } = state.key;
		const button = (label, look, action) =>
			$(`<button type="button" class="btn btn-sm ${look}"></button>`)
				.text(label)
				.on("click", action)
				.appendTo(line);
		if (may_change && !key) {
			button(__("Create Key"), "btn-primary", () => this.make(server.create_key()));
		}
		if (may_change && key) button(__("Rotate Key"), "btn-default", () => this.rotate(key));
		if (key) button(__("Delete Key"), "btn-default", () => this.remove(key, may_change));
		if (!may_change) {
			const text = key
				? __("You may not make a new API key yourself.")
				: __("You may not make an API key yourself.");
			$('<span class="text-muted"></span>')
				.text(`${text} ${whom_to_ask(state.ask)}`)
				.appendTo(line);
		}
		return line;
	}

	async make(asked) {
		try {
			await this.page.show_secret(await asked);
		} catch {
			// Frappe has said why; the key may be another one by now.
			this.page.refresh();
		}
	}

	async rotate(key) {
		await this.confirm({
			title: __("Rotate API Key"),
			first: __("The key {0} gets a new secret. The old one ends at once, everywhere.", [
				key,
			]),
			check: __("I will put the new secret into all of them"),
			label: __("Rotate Key"),
			action: () => this.make(server.rotate_key(key)),
		});
	}

	async remove(key, may_make_another) {
		const first = __("The key {0} ends at once, everywhere.", [key]);
		await this.confirm({
			title: __("Delete API Key"),
			first: may_make_another
				? first
				: `${first} ${__("You can't make another one yourself.")}`,
			check: __("None of them is needed any more"),
			label: __("Delete Key"),
			action: () => this.end(key),
		});
	}

	async end(key) {
		try {
			await server.delete_key(key);
			this.page.made = null;
			frappe.show_alert({ message: __("API key deleted."), indicator: "green" });
		} finally {
			this.page.refresh();
		}
	}

	/** Says what stops, and asks. */
	async confirm({ title, first, check, label, action }) {
		const uses = await server.key_clients();
		const dialog = new frappe.ui.Dialog({
			title,
			fields: [
				{ fieldtype: "HTML", fieldname: "what" },
				{
					fieldtype: "Check",
					fieldname: "sure",
					label: check,
					onchange: () => button.prop("disabled", !dialog.get_value("sure")),
				},
			],
			primary_action_label: label,
			primary_action: () => {
				if (!dialog.get_value("sure")) return;
				dialog.hide();
				action();
			},
		});
		const button = dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
		$(dialog.get_field("what").wrapper)
			.empty()
			.append($("<p></p>").text(first), this.uses(uses));
		dialog.show();
		button.prop("disabled", true);
	}

	uses({ clients, last_used, complete }) {
		const box = $("<div></div>");
		if (clients.length) {
			$("<p></p>")
				.text(__("These MCP clients have used it in the last 30 days, and stop:"))
				.appendTo(box);
			table(
				[__("Client"), __("Calls"), __("Last Call")],
				clients.map((c) => [
					short(client_label(c.client_name)),
					format_number(c.calls, null, 0),
					when(c.last),
				])
			).appendTo(box);
		} else if (last_used) {
			$("<p></p>")
				.append(
					document.createTextNode(
						__("An MCP client has used it, and stops. Last call:") + " "
					),
					when(last_used)
				)
				.appendTo(box);
		} else {
			$("<p></p>").text(__("No MCP client has used it in the last 30 days.")).appendTo(box);
		}
		if (!complete) {
			$("<p></p>")
				.text(__("There may be more: this site does not record calls that only read."))
				.appendTo(box);
		}
		return box.append(
			notice(
				"orange",
				__(
					"Everything else that uses this key stops as well, also outside MCP: scripts, integrations, mobile apps. This site does not know of them."
				)
			)
		);
	}
}
