// What applies to the user now.

import { Card, notice, pill, whom_to_ask } from "./card.js";

const makes_profiles = () => frappe.model.can_write("MCP Permission Profile");

export class AccessCard extends Card {
	constructor(page) {
		super(page, __("Your access"));
		this.open = false;
	}

	fill(state, content) {
		this.header.children(".indicator-pill").remove();
		const access = state.access;
		const [color, label] = access.problem
			? ["red", __("Not Open")]
			: access.read_only
			? ["blue", __("Open, Read Only")]
			: ["green", __("Open")];
		pill(color, label).appendTo(this.header);
		if (access.problem) {
			const own = makes_profiles();
			const box = notice("red", own ? access.problem : [access.problem, this.hint(access)]);
			if (own) this.way_out(access).appendTo(box);
			box.appendTo(content);
			return;
		}
		this.facts(access).appendTo(content);
		this.doctypes(access.doctypes).appendTo(content);
	}

	/** The tools' hint names no person; here somebody reads it who can go and ask. */
	hint(access) {
		return this.page.state.ask.length ? whom_to_ask(this.page.state.ask) : access.hint;
	}

	/** For who can change it himself. */
	way_out(access) {
		const [label, route] = access.enabled
			? [__("See who has access, and why"), ["mcp-access"]]
			: [__("Open the settings"), ["Form", "MCP Gateway Settings"]];
		return $('<a href="#" class="mcp-connect-way-out"></a>')
			.text(label)
			.on("click", (e) => {
				e.preventDefault();
				frappe.set_route(...route);
			});
	}

	facts(access) {
		const facts = $('<div class="mcp-connect-facts"></div>');
		const add = (label, value) =>
			$("<div></div>")
				.append(
					$('<div class="text-muted small"></div>').text(label),
					$("<div></div>").append(value)
				)
				.appendTo(facts);
		add(__("User"), document.createTextNode(this.page.state.user));
		add(__("Profile"), this.profile(access.profile));
		add(
			__("DocTypes"),
			document.createTextNode(format_number(access.doctypes.length, null, 0))
		);
		for (const [kind, label] of [
			["reads", __("Reads left")],
			["writes", __("Writes left")],
			["rows", __("Rows left")],
		]) {
			const left = access.limits_left[kind];
			if (left) add(label, document.createTextNode(this.left(left)));
		}
		return facts;
	}

	profile(name) {
		if (!makes_profiles()) return document.createTextNode(name);
		return $("<a></a>")
			.attr("href", frappe.utils.get_form_link("MCP Permission Profile", name))
			.text(name);
	}

	left(left) {
		const number = (value) => format_number(value, null, 0);
		const parts = [];
		if ("minute" in left) parts.push(__("{0} this minute", [number(left.minute)]));
		if ("hour" in left) parts.push(__("{0} this hour", [number(left.hour)]));
		return parts.join(", ");
	}

	doctypes(doctypes) {
		if (!doctypes.length) {
			return notice(
				"orange",
				__(
					"Your profile opens no DocType for which you have permissions. Ask your administrator."
				)
			);
		}
		const details = $('<details class="mcp-connect-doctypes"></details>').prop(
			"open",
			this.open
		);
		details.on("toggle", () => (this.open = details.prop("open")));
		$("<summary></summary>").text(__("What your clients can do")).appendTo(details);
		const list = $("<ul></ul>").appendTo(details);
		for (const { doctype, operations } of doctypes) {
			$("<li></li>")
				.append(
					$("<b></b>").text(__(doctype)),
					document.createTextNode(`: ${operations.join(", ")}`)
				)
				.appendTo(list);
		}
		return details;
	}
}
