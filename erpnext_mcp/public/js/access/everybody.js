// The kill switch: the button in the head of the page, the dialog, and the message while it is off.

import { html } from "../lib/html.js";
import * as server from "./server.js";

export class Everybody {
	constructor(page, parent) {
		this.page = page;
		this.$message = $("<div></div>").appendTo(parent);
		this.$message.on("click", "button", (event) => this.resume($(event.currentTarget)));
	}

	render({ enabled, read_only }) {
		this.page.page.clear_primary_action();
		if (enabled) {
			this.page.page.set_primary_action(__("Pause All"), () => this.ask());
			this.page.page.btn_primary.removeClass("btn-primary").addClass("btn-danger");
		} else {
			this.page.page.btn_primary.removeClass("btn-danger").addClass("btn-primary");
			this.page.page.set_primary_action(__("Resume All"), () => this.resume(this.page.page.btn_primary));
		}
		this.$message.html(String(this.message(enabled, read_only)));
	}

	message(enabled, read_only) {
		if (!enabled) {
			return html`<div class="form-message red mcp-access-message">
				<span>${__("MCP is switched off for everybody: every call to this site is refused.")}</span>
				<button class="btn btn-primary btn-xs">${__("Resume All")}</button>
			</div>`;
		}
		if (read_only) {
			return html`<div class="form-message blue mcp-access-message">
				${__("The MCP Gateway Settings make the whole site read-only for MCP: nobody can write.")}
			</div>`;
		}
		return "";
	}

	ask() {
		const dialog = new frappe.ui.Dialog({
			title: __("Pause MCP for Everybody?"),
			fields: [
				{
					fieldtype: "HTML",
					options: html`
						<p>${__("From the next call on, every call to this site's MCP endpoint is refused:")}</p>
						<ul>
							<li>${__("whichever user, client and profile it comes with, on every server process;")}</li>
							<li>${__("listing tools and testing the connection included.")}</li>
						</ul>
						<p>
							${__(
								"A call that is being answered right now is finished. The desk, the site's other interfaces and background jobs go on; keys and tokens stay valid. Every refused call is in the audit."
							)}
						</p>
					`.text,
				},
			],
			primary_action_label: __("Pause All"),
			primary_action: () => {
				dialog.hide();
				this.page.change(this.page.page.btn_primary, server.pause_all, __("MCP is switched off for everybody."));
			},
			secondary_action_label: __("Cancel"),
			secondary_action: () => dialog.hide(),
		});
		dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
		dialog.show();
	}

	resume($button) {
		this.page.change(
			$button,
			server.resume_all,
			__("MCP is switched on. Users and clients that are paused by themselves stay so.")
		);
	}
}
