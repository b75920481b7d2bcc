// Frappe's Autocomplete with suggestions from a function, shown as text: Frappe shows labels as HTML, and names of users
// and documents are anybody's. What is typed counts, suggested or not.

/**
 * @param {string} df.label
 * @param {(text: string) => Promise<Array<string | {value, description}>>} df.suggest
 * @param {() => void} df.change
 */
export function suggestions(parent, df) {
	class Suggestions extends frappe.ui.form.ControlAutocomplete {
		get_awesomplete_settings() {
			return {
				...super.get_awesomplete_settings(),
				// The server has looked for it, in descriptions as well.
				filter: () => true,
				autoFirst: false,
				item: (item) => as_item(this.awesomplete.get_item(item.value) || item),
			};
		}

		async execute_query_if_exists(text) {
			const found = await this.df.suggest(text || "");
			if (this.$input.is(":focus")) this.set_data(found.map(as_option));
		}

		format_for_input(value) {
			return value ?? "";
		}

		get_input_value() {
			return this.$input ? this.$input.val() : "";
		}

		validate(value) {
			return value || "";
		}

		parse_options(options) {
			return options || [];
		}
	}
	const control = new Suggestions({
		parent,
		df: { fieldtype: "Autocomplete", get_query: () => null, ignore_validation: 1, ...df },
		render_input: true,
		only_input: false,
	});
	control.refresh();
	control.$input.attr("aria-label", df.label);
	return control;
}

function as_option(found) {
	const { value, description } = typeof found === "string" ? { value: found } : found;
	return { value, label: value, description };
}

function as_item({ value, description }) {
	const $line = $("<p></p>").append($("<strong></strong>").text(value));
	if (description && description !== value) {
		$line.append("<br>", $(`<span class="small"></span>`).text(frappe.utils.html2text?.(description) ?? description));
	}
	return $("<li></li>")
		.data("item.autocomplete", { value, label: value })
		.prop("aria-selected", "false")
		.append($("<a></a>").append($line))
		.get(0);
}
