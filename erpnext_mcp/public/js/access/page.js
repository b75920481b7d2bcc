// The page Who Has Access: the matrix of users and profiles, the clients, and the buttons that stop them.

import { Clients } from "./clients.js";
import { Everybody } from "./everybody.js";
import { Matrix } from "./matrix.js";
import * as server from "./server.js";
import * as words from "./words.js";

export class AccessPage {
	constructor(wrapper) {
		this.page = wrapper.page;
		this.start = 0;
		this.make_filters();
		this.page.add_menu_item(__("Permission Profiles"), () => frappe.set_route("List", "MCP Permission Profile"));
		this.page.add_menu_item(__("Clients"), () => frappe.set_route("List", "MCP Client"));
		this.page.add_menu_item(__("Suspensions"), () => frappe.set_route("List", "MCP Suspension"));
		this.page.add_menu_item(__("Settings"), () => frappe.set_route("Form", "MCP Gateway Settings"));
		this.page.set_secondary_action(__("Refresh"), () => this.refresh(), "refresh");
		const $body = $('<div class="mcp-access"></div>').appendTo(this.page.main);
		this.everybody = new Everybody(this, $body);
		this.matrix = new Matrix(this, $body);
		this.clients = new Clients(this, $body);
	}

	make_filters() {
		const on_change = () => this.filters_changed();
		this.fields = {
			search: this.page.add_field({
				fieldtype: "Data",
				fieldname: "search",
				label: __("User or client"),
				change: frappe.utils.debounce(on_change, 300),
			}),
			profile: this.page.add_field({
				fieldtype: "Link",
				fieldname: "profile",
				label: __("Profile"),
				options: "MCP Permission Profile",
				change: on_change,
			}),
			state: this.page.add_field({
				fieldtype: "Select",
				fieldname: "state",
				label: __("State"),
				options: words.state_options({}),
				change: on_change,
			}),
		};
		this.fields.search.$input.on("input", frappe.utils.debounce(on_change, 300));
		this.asked = JSON.stringify(this.filters());
	}

	filters() {
		return {
			search: this.fields.search.get_value() || this.fields.search.$input.val() || "",
			profile: this.fields.profile.get_value() || "",
			state: this.fields.state.get_value() || "",
		};
	}

	search() {
		return this.filters().search;
	}

	is_filtered() {
		return Object.values(this.filters()).some(Boolean);
	}

	/** Frappe's controls call more often than anything has changed. */
	filters_changed() {
		const asked = JSON.stringify(this.filters());
		if (asked === this.asked) return;
		this.asked = asked;
		this.start = this.clients.start = 0;
		this.refresh();
	}

	async clear_filters() {
		for (const field of Object.values(this.fields)) await field.set_value("");
		this.filters_changed();
	}

	go_to(start) {
		this.start = start;
		return this.refresh();
	}

	async refresh() {
		this.matrix.show_loading();
		// Of several answers the one to the last question counts.
		const question = (this.question = Symbol());
		this.clients.refresh();
		let found;
		try {
			found = await server.users({ ...this.filters(), start: this.start });
		} catch {
			if (question === this.question) this.matrix.show_failure();
			return;
		}
		if (question !== this.question) return;
		this.everybody.render(found);
		this.set_states(found.counts);
		this.matrix.render(found);
	}

	set_states(counts) {
		const field = this.fields.state;
		const value = field.get_value();
		field.df.options = words.state_options(counts);
		field.refresh();
		field.set_input(value || "");
	}

	/** Does something on the server, says so, and shows what is there then. */
	async change($button, action, said) {
		$button.prop("disabled", true);
		try {
			await action();
			frappe.show_alert({ message: said, indicator: "green" });
		} catch {
			// Frappe has said why.
		}
		$button.prop("disabled", false);
		return this.refresh();
	}
}
