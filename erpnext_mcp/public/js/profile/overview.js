// The lines above the tabs: whether the profile works, for whom, what its tool list costs, and what is wrong with it.

import { html, safe } from "../lib/html.js";
import { may_ask } from "./server.js";
import { state_of } from "./state.js";

const LISTED = 5;

export class Overview {
	constructor(frm, reviewer) {
		this.frm = frm;
		this.reviewer = reviewer;
		this.$wrapper = $(`<div class="mcp-profile-overview" aria-live="polite"></div>`);
		this.$wrapper
			.on("click", "[data-show-all]", () => {
				this.all = true;
				this.render();
			})
			.on("click", "[data-show-rules]", () => this.show_rules());
	}

	/** Puts it where it belongs: Frappe makes the page anew for some changes of the layout. */
	mount() {
		if (!this.$wrapper.parent().is(this.frm.layout.wrapper)) {
			this.$wrapper.prependTo(this.frm.layout.wrapper);
		}
		this.all = false;
	}

	render() {
		const { found, failed } = this.reviewer;
		const parts = [this.state()];
		if (found) parts.push(this.applies(found.applies), this.cost(found.cost));
		else if (failed) parts.push(html`<span class="text-muted">${__("The server could not check this form.")}</span>`);
		else if (may_ask()) parts.push(html`<span class="text-muted">${__("Checking…")}</span>`);
		const markup = String(html`<div class="mcp-profile-line">${parts}</div>${this.findings()}`);
		if (markup === this.shown) return; // screen readers read what changes
		this.shown = markup;
		this.$wrapper.html(markup);
	}

	state() {
		const { label, color, detail } = state_of(this.frm.doc, frappe.datetime.system_datetime());
		const { valid_from, valid_upto, read_only, write_until } = this.frm.doc;
		const dates = [];
		const say = (moment) => frappe.datetime.str_to_user(moment);
		if (valid_from && valid_upto) dates.push(__("valid from {0} to {1}", [say(valid_from), say(valid_upto)]));
		else if (valid_from) dates.push(__("valid from {0}", [say(valid_from)]));
		else if (valid_upto) dates.push(__("valid until {0}", [say(valid_upto)]));
		if (read_only && write_until) dates.push(__("writes until {0}", [say(write_until)]));
		return html`<span>
			<span class="indicator-pill ${color}">${label}</span>
			${dates.length ? html`<span>${dates.join(", ")}</span>` : ""}
			${detail ? html`<span class="text-muted">${detail}</span>` : ""}
		</span>`;
	}

	applies({ users, of, sample = [], clients, is_default, instead = [] }) {
		const names = sample.join(", ") + (users > sample.length && sample.length ? ", …" : "");
		const said =
			users === 1 ? __("Applies to 1 of {0} users", [of]) : __("Applies to {0} of {1} users", [users, of]);
		const notes = [];
		if (names) notes.push(names);
		if (clients) notes.push(__("with its OAuth clients only"));
		if (is_default) notes.push(__("default profile: for everybody whom no other names"));
		for (const other of instead) {
			notes.push(
				other.users === 1
					? __("1 user gets {0} instead", [other.profile])
					: __("{0} users get {1} instead", [other.users, other.profile])
			);
		}
		return html`<span>
			<span class="indicator ${users ? "green" : "gray"}">${said}</span>
			${notes.length ? html`<span class="text-muted">${notes.join(" · ")}</span>` : ""}
		</span>`;
	}

	cost({ tools, tokens, limit }) {
		const color = tokens > limit ? "red" : tokens > limit * 0.8 ? "orange" : "green";
		const number = (value) => frappe.format(value, { fieldtype: "Int" }, { inline: true });
		return html`<span
			title="${__("What every request of a model carries. Own tools and many operations make it longer.")}"
		>
			<span class="indicator ${color}"
				>${__("{0} tools, about {1} of {2} tokens", [tools, number(tokens), number(limit)])}</span
			>
		</span>`;
	}

	/** What is about the whole profile; of what stands at the rules, how many. */
	findings() {
		const findings = this.reviewer.findings();
		const own = findings.filter(({ doctype }) => !doctype);
		const of_rules = findings.filter(({ doctype }) => doctype);
		const shown = this.all ? own : own.slice(0, LISTED);
		const items = shown.map(({ severity, place, message }) =>
			item(severity, html`${place ? html`<b>${safe(place)}</b>: ` : ""}${safe(message)}`)
		);
		if (own.length > shown.length) {
			const more = __("{0} more", [own.length - shown.length]);
			items.push(html`<li><button type="button" class="btn btn-xs btn-default" data-show-all>${more}</button></li>`);
		}
		if (of_rules.length) {
			const errors = of_rules.filter(({ severity }) => severity === "error").length;
			const said = [in_words(errors, "error"), in_words(of_rules.length - errors, "warning")].filter(Boolean);
			items.push(
				item(
					errors ? "error" : "warning",
					html`${__("In the rules: {0}", [said.join(", ")])} <button type="button" class="btn btn-xs btn-default" data-show-rules>${__("Show")}</button>`
				)
			);
		}
		return items.length ? html`<ul class="mcp-findings list-unstyled">${items}</ul>` : "";
	}

	show_rules() {
		this.frm.get_field("rules_editor").tab?.set_active();
		const first = document.querySelector(".mcp-rules-table .mcp-findings");
		first?.closest("tbody").scrollIntoView({ block: "center" });
	}
}

/** One finding: its colour is said, too. */
export function item(severity, text) {
	const error = severity === "error";
	return html`<li class="mcp-${severity}">
		<span class="indicator ${error ? "red" : "orange"}"></span>
		<span class="sr-only">${error ? __("Error") : __("Warning")}:</span>
		<span>${text}</span>
	</li>`;
}

function in_words(count, severity) {
	if (!count) return "";
	if (severity === "error") return count === 1 ? __("1 error") : __("{0} errors", [count]);
	return count === 1 ? __("1 warning") : __("{0} warnings", [count]);
}
