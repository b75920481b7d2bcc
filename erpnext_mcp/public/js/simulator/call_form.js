// Any tool, with its arguments as JSON.

import { html } from "../lib/html.js";
import { example_of } from "./operations.js";
import * as server from "./server.js";
import { suggestions } from "./suggestions.js";

export class CallForm {
	constructor($parent, question) {
		this.question = question;
		this.$wrapper = $parent;
		/** Tools there are for all DocTypes. */
		this.tools = null;
		$parent.html(
			String(html`<div data-tool></div>
				<p class="text-muted small" data-about></p>
				<div class="form-group">
					<label class="control-label">${__("Arguments")}</label>
					<textarea class="form-control mcp-json" rows="10" spellcheck="false" aria-label="${__("Arguments as JSON")}">
{}</textarea
					>
				</div>`)
		);
		this.$arguments = $parent.find("textarea").val("{}");
		this.tool = suggestions($parent.find("[data-tool]"), {
			fieldname: "tool",
			label: __("Tool"),

			suggest: async (text) => {
				const wanted = text.toLowerCase();
				return (await this.all())
					.filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(wanted))
					.map(({ name, title }) => ({ value: name, description: title }));
			},
			change: () => this.tool_changed(),
		});
	}

	/** The user's own ones among them, as far as they are known. */
	async all() {
		this.tools = this.tools || (await server.tools());
		const known = new Set(this.tools.map(({ name }) => name));
		const own = this.question.known.tools.filter(({ name }) => !known.has(name));
		return [...this.tools, ...own.map((tool) => ({ ...tool, input_schema: tool.inputSchema }))];
	}

	async tool_changed() {
		const name = this.tool.get_value();
		const tool = name && (await this.all()).find((tool) => tool.name === name);
		this.$wrapper.find("[data-about]").text(tool ? tool.description : "");
		if (tool && ["", "{}"].includes(this.$arguments.val().trim())) this.put(example_of(tool.input_schema));
	}

	put(given) {
		this.$arguments.val(JSON.stringify(given, null, 2));
	}

	async fill({ tool, doctype, name, arguments: given }) {
		await this.tool.set_value(tool);
		const found = (await this.all()).find((one) => one.name === tool);
		const example = example_of(found?.input_schema);
		for (const [key, value] of [
			["doctype", doctype],
			["name", name],
			["source_doctype", doctype],
			["source_name", name],
			["report", name],
		]) {
			if (value && key in example) example[key] = value;
		}
		this.put(given || example);
	}

	/** `{tool, arguments}`, or `{problem}`. */
	call() {
		const tool = this.tool.get_value();
		if (!tool) return { problem: __("Choose a tool.") };
		try {
			const given = JSON.parse(this.$arguments.val() || "{}");
			if (given && typeof given === "object" && !Array.isArray(given)) return { tool, arguments: given };
		} catch {
			// said below
		}
		return { problem: __("The arguments are no JSON object.") };
	}
}
