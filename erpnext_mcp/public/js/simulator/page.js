// The simulator: what would become of a call of somebody else, layer by layer, and what he would be told.

import { html } from "../lib/html.js";
import { answer } from "./answer.js";
import { layers, verdict } from "./decision.js";
import { field_table } from "./field_table.js";
import { Question } from "./question.js";
import * as server from "./server.js";
import { doctype_list, tool_list } from "./tool_list.js";

export class SimulatorPage {
	constructor(wrapper) {
		this.page = wrapper.page;
		this.page.add_menu_item(__("Who Has Access"), () => frappe.set_route("mcp-access"));
		this.page.add_menu_item(__("Permission Profiles"), () => frappe.set_route("List", "MCP Permission Profile"));
		this.page.add_menu_item(__("Simulations in the Audit"), () =>
			frappe.set_route("List", "MCP Audit Entry", { transport: "simulator" })
		);
		this.$body = $(`<div class="mcp-simulator"></div>`).appendTo(this.page.main);
		this.question = new Question(this.$body, () => this.ask());
		this.$results = $(`<div class="mcp-simulator-results" aria-live="polite"></div>`).appendTo(this.$body);
		this.show_nothing();
	}

	/** The page is opened: fills the form from where the user comes from. */
	async shown() {
		const options = frappe.route_options;
		if (!options || !Object.keys(options).length) return;
		frappe.route_options = null;
		await this.question.fill(options);
		// Who comes with a user alone wants to know what that one sees.
		if (options.user && !options.doctype && !options.tool) await this.ask();
	}

	async ask() {
		const question = await this.question.ask();
		if (!question) return;
		let told;
		try {
			told = await server.simulate(question);
		} catch {
			return; // Frappe has said why
		}
		this.question.learn(told);
		this.show(told);
	}

	show(told) {
		this.$results.empty().append(String(verdict(told)), String(layers(told)));
		if (told.tool === "tools/list") {
			this.$results.append(
				doctype_list(told.doctypes, (doctype) => this.question.choose_doctype(doctype)),
				told.answer?.tools ? tool_list(told.answer.tools) : null
			);
		} else {
			this.$results.append(answer(told), field_table(told.fields));
		}
		this.$results
			.find("[data-entry]")
			.attr("href", frappe.utils.get_form_link("MCP Audit Entry", told.entry));
		this.bring_into_view();
	}

	/** The form may be longer than the window, and on narrow ones the answer stands below it. */
	bring_into_view() {
		const element = this.$results.get(0);
		const { top } = element.getBoundingClientRect();
		if (top < 0 || top > window.innerHeight / 2) element.scrollIntoView({ behavior: "smooth", block: "start" });
	}

	show_nothing() {
		this.$results.html(
			String(html`<div class="mcp-simulator-empty text-muted">
				<p>${__("Choose a user, and what an agent would ask for in his name.")}</p>
				<p class="small">
					${__(
						"You see the decision layer by layer. Of documents you see what you may read yourself in ERPNext; of all else only the decision."
					)}
				</p>
			</div>`)
		);
	}
}
