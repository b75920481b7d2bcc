// The form: who calls, with what, and what is asked for.

import { html } from "../lib/html.js";
import { CallForm } from "./call_form.js";
import { DocumentForm } from "./document_form.js";
import * as server from "./server.js";
import { suggestions } from "./suggestions.js";

const OVERVIEW = "overview";
const DOCUMENT = "document";
const TOOL = "tool";

export class Question {
	/** @param on_ask called when somebody wants the answer */
	constructor($parent, on_ask) {
		this.$wrapper = $(String(this.layout())).appendTo($parent);
		this.profile = "";
		/** DocTypes and tools of the user, as far as an answer has told them. */
		this.known = { doctypes: {}, tools: [] };
		this.make_caller();
		this.document_form = new DocumentForm(this.$part(DOCUMENT), this);
		this.call_form = new CallForm(this.$part(TOOL), this);
		this.$wrapper.find("[data-mode]").on("click", (event) => this.set_mode($(event.currentTarget).attr("data-mode")));
		this.$wrapper.find("[data-ask]").on("click", on_ask);
		this.set_mode(OVERVIEW);
	}

	layout() {
		const modes = [
			[OVERVIEW, __("Overview")],
			[DOCUMENT, __("DocType")],
			[TOOL, __("Any Tool")],
		];
		return html`<div class="mcp-simulator-question frappe-card">
			<h5>${__("Who calls")}</h5>
			<div data-caller></div>
			<p class="text-muted small" data-profile hidden></p>
			<h5>${__("What is asked for")}</h5>
			<div class="btn-group mcp-simulator-modes" role="group" aria-label="${__("What is asked for")}">
				${modes.map(
					([mode, label]) =>
						html`<button type="button" class="btn btn-default btn-sm" data-mode="${mode}">${label}</button>`
				)}
			</div>
			<div data-part="${OVERVIEW}">
				<p class="text-muted">${__("What this user would see now: the profile that applies, the DocTypes and the tools.")}</p>
			</div>
			<div data-part="${DOCUMENT}"></div>
			<div data-part="${TOOL}"></div>
			<button type="button" class="btn btn-primary btn-sm mcp-simulator-ask" data-ask>${__("Simulate")}</button>
			<p class="text-muted small mcp-simulator-promise">
				${__(
					"Nothing is changed, and nothing is taken from the user's limits. Writes are tried and undone. The simulation itself is recorded under your name."
				)}
			</p>
		</div>`;
	}

	$part(mode) {
		return this.$wrapper.find(`[data-part="${mode}"]`);
	}

	make_caller() {
		const $caller = this.$wrapper.find("[data-caller]");
		this.user = suggestions($caller, {
			fieldname: "user",
			label: __("User"),
			placeholder: __("Name or e-mail address"),
			suggest: (text) => server.users(text, this.profile),
			change: () => this.forget(),
		});
		this.client = suggestions($caller, {
			fieldname: "client",
			label: __("OAuth Client"),
			placeholder: __("None: an API key"),
			suggest: (text) => server.clients(text),
			change: () => this.forget(),
		});
		this.ip_address = frappe.ui.form.make_control({
			parent: $caller,
			df: {
				fieldtype: "Data",
				fieldname: "ip_address",
				label: __("Address"),
				placeholder: "203.0.113.7",
				description: __("Where the call comes from. Needed only where a profile names networks."),
			},
			render_input: true,
		});
	}

	/** What was known of another caller. */
	forget() {
		this.known = { doctypes: {}, tools: [] };
	}

	/** What an answer has told of the caller. */
	learn(told) {
		this.known.doctypes = told.doctypes || {};
		if (told.tool === "tools/list" && told.answer?.tools) this.known.tools = told.answer.tools;
	}

	set_mode(mode) {
		this.mode = mode;
		this.$wrapper.find("[data-mode]").each((_i, button) => {
			const active = $(button).attr("data-mode") === mode;
			$(button).toggleClass("btn-primary", active).toggleClass("btn-default", !active).attr("aria-pressed", active);
		});
		this.$wrapper.find("[data-part]").each((_i, part) => {
			$(part).prop("hidden", $(part).attr("data-part") !== mode);
		});
	}

	/** Fills the form from route options: user, client, ip_address, profile, doctype, name, tool, arguments. */
	async fill(options) {
		this.profile = options.profile || "";
		this.$wrapper
			.find("[data-profile]")
			.prop("hidden", !this.profile)
			.text(this.profile && __("Users are suggested that the profile {0} names.", [this.profile]));
		if (options.user) await this.user.set_value(options.user);
		await this.client.set_value(options.client || "");
		await this.ip_address.set_value(options.ip_address || "");
		if (this.document_form.takes(options)) {
			this.set_mode(DOCUMENT);
			await this.document_form.fill(options);
		} else if (options.tool && options.tool !== "tools/list") {
			this.set_mode(TOOL);
			await this.call_form.fill(options);
		} else {
			this.set_mode(OVERVIEW);
		}
	}

	/** Goes on with a DocType that the user has. */
	async choose_doctype(doctype) {
		this.set_mode(DOCUMENT);
		await this.document_form.fill({ doctype });
	}

	/** The question as the server takes it; null, and the user is told, where something is missing. */
	async ask() {
		const user = this.user.get_value();
		if (!user) return missing(__("Choose the user to be simulated."));
		const form = { [DOCUMENT]: this.document_form, [TOOL]: this.call_form }[this.mode];
		let call = { tool: "tools/list", arguments: {} };
		if (form) {
			call = form.call();
			if (call.problem) return missing(call.problem);
		}
		return {
			user,
			client: this.client.get_value() || null,
			ip_address: this.ip_address.get_value() || "",
			tool: call.tool,
			arguments: call.arguments,
		};
	}
}

function missing(text) {
	frappe.show_alert({ message: frappe.utils.escape_html(text), indicator: "orange" });
	return null;
}
