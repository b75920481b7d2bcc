// The control for the value of a condition: by the kind of its field and by what its operator takes.

import { html, safe } from "../lib/html.js";
import { arity_of, read_number, reshape, write_number } from "./values.js";

/**
 * @param parent
 * @param field of `condition_fields`: `{fieldtype, options, kind, choices}`
 * @param value as `read_value` gives it, of any shape
 * @param label for screen readers
 * @param changed called when the value has changed
 * @returns `{get()}`
 */
export function make_value_control({ parent, field, operator, value, label, changed }) {
	const shaped = reshape(value, operator);
	const options = { field, label, changed };
	switch (arity_of(operator)) {
		case "none":
			return { get: () => null };
		case "list":
			return field.choices?.length
				? choice_list({ ...options, parent, value: shaped })
				: value_list({ ...options, parent, value: shaped });
		case "range": {
			const $parts = $(`<div class="mcp-range"><div></div><span class="text-muted"></span><div></div></div>`).appendTo(parent);
			$parts.find("span").text(__("and"));
			const [low, high] = $parts.find("div").get();
			const from = single({ ...options, parent: low, value: shaped[0], label: __("{0}, from", [label]) });
			const to = single({ ...options, parent: high, value: shaped[1], label: __("{0}, to", [label]) });
			return { get: () => [from.get(), to.get()] };
		}
		default:
			if (operator === "matches") return text({ ...options, parent, value: shaped, placeholder: "SO-.*" });
			return single({ ...options, parent, value: shaped });
	}
}

function single(options) {
	const { field } = options;
	if (field.choices?.length) {
		return select({ ...options, choices: field.choices.map((choice) => [choice, __(choice, null, field.doctype)]) });
	}
	switch (field.kind) {
		case "check":
			return select({
				...options,
				choices: [
					[1, __("Yes")],
					[0, __("No")],
				],
			});
		case "number":
			return number(options);
		case "date":
		case "datetime":
		case "time":
			return control(options, { fieldtype: field.fieldtype });
	}
	if (field.fieldtype === "Link") {
		return control(options, {
			fieldtype: "Link",
			options: field.options,
			only_select: 1,
			ignore_link_validation: 1, // a value that is not there yet, or that the viewer can't see, may be meant
		});
	}
	return text(options);
}

/** A native select: the labels are data. */
function select({ parent, value, label, changed, choices }) {
	const known = choices.some(([choice]) => String(choice) === String(value));
	const all = known || value === null || value === undefined ? choices : [...choices, [value, String(value)]];
	const $select = $(
		String(html`<select class="form-control input-xs" aria-label="${label}">
			<option value=""></option>
			${all.map(
				([choice, text]) =>
					html`<option value="${choice}" ${safe(String(choice) === String(value) ? "selected" : "")}>${text}</option>`
			)}
		</select>`)
	).appendTo(parent);
	$select.on("change", changed);
	return {
		get: () => {
			const chosen = $select.val();
			return chosen === "" ? null : all.find(([choice]) => String(choice) === chosen)[0];
		},
		clear: () => $select.val(""),
	};
}

function text({ parent, value, label, changed, placeholder }) {
	const $input = input(parent, label, placeholder).val(value ?? "");
	$input.on("change", changed);
	return { get: () => $input.val().trim() || null, clear: () => $input.val("") };
}

function number({ parent, value, label, changed, placeholder }) {
	const format = get_number_format_info(get_number_format());
	const $input = input(parent, label, placeholder).attr("inputmode", "decimal").val(write_number(value, format));
	$input.on("change", changed);
	// What is no number goes to the server as it is, which says so.
	return {
		get: () => read_number($input.val(), format) ?? ($input.val().trim() || null),
		clear: () => $input.val(""),
	};
}

const input = (parent, label, placeholder = "") =>
	$(`<input type="text" class="form-control input-xs">`)
		.attr({ "aria-label": label, placeholder })
		.appendTo(parent);

/** A control of Frappe. */
function control({ parent, value, label, changed, placeholder }, df) {
	let ready = false;
	const made = frappe.ui.form.make_control({
		parent,
		df: { fieldname: "value", input_class: "input-xs", placeholder, change: () => ready && changed(), ...df },
		only_input: true,
		render_input: true,
	});
	made.$input?.attr("aria-label", label);
	Promise.resolve(made.set_value(value ?? "")).then(() => (ready = true));
	return {
		get: () => made.get_value() || null,
		clear: () => {
			ready = false;
			Promise.resolve(made.set_value("")).then(() => (ready = true));
		},
	};
}

/** The options of a Select as checkboxes. */
function choice_list({ parent, field, value, label, changed }) {
	const chosen = value.map(String);
	const all = [...new Set([...field.choices, ...chosen])];
	const $list = $(
		String(html`<div class="mcp-choices" role="group" aria-label="${label}">
			${all.map(
				(choice) => html`<label>
					<input type="checkbox" value="${choice}" ${safe(chosen.includes(choice) ? "checked" : "")} />
					${field.choices.includes(choice) ? __(choice, null, field.doctype) : choice}
				</label>`
			)}
		</div>`)
	).appendTo(parent);
	$list.on("change", changed);
	return { get: () => $list.find("input:checked").get().map((box) => box.value) };
}

/** Any values, added one by one. */
function value_list({ parent, field, value, label, changed }) {
	let values = [...value];
	const $list = $(`<div class="mcp-values"><div class="mcp-chips"></div><div class="mcp-values-add"></div></div>`).appendTo(parent);
	const $chips = $list.find(".mcp-chips");
	const render = () =>
		$chips.html(
			String(
				html`${values.map(
					(one, i) => html`<span class="mcp-chip"
						>${one === null || one === "" ? __("(empty)") : one}<button
							type="button"
							data-index="${i}"
							aria-label="${__("Remove {0}", [one])}"
						>
							×
						</button></span
					>`
				)}`
			)
		);
	$chips.on("click", "button", (e) => {
		values.splice(Number(e.currentTarget.dataset.index), 1);
		render();
		changed();
	});
	const adder = single({
		parent: $list.find(".mcp-values-add").get(0),
		field,
		value: null,
		label: __("{0}, add a value", [label]),
		placeholder: __("Add a value"),
		changed: () => add(),
	});
	const add = () => {
		const one = adder.get();
		if (one === null) return;
		if (!values.some((other) => String(other) === String(one))) values = [...values, one];
		adder.clear();
		render();
		changed();
	};
	$list.find(".mcp-values-add").on("keydown", "input", (e) => {
		if (e.key === "Enter" && field.fieldtype !== "Link") {
			e.preventDefault();
			e.stopPropagation();
			add();
		}
	});
	render();
	return { get: () => values };
}

