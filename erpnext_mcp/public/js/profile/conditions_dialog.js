// The conditions on the documents of a DocType, one card each.

import { make_dialog } from "../lib/dialog.js";
import { escape, html, safe } from "../lib/html.js";
import * as model from "./model.js";
import { CONDITIONAL, operation_label } from "./operations.js";
import { condition_fields_of, may_ask } from "./server.js";
import { make_value_control } from "./value_control.js";
import { read_value, reshape, value_problem, write_value } from "./values.js";
import { condition_in_words, operator_label } from "./words.js";

const STORED = ["operation", "field", "operator", "value", "document_state"];

export async function open_conditions(frm, row, editable) {
	const rows = model.rows_of(frm, "conditions", row.document_type);
	const catalogue = may_ask() ? await condition_fields_of(row.document_type) : { fields: [], operations: [] };
	new ConditionsDialog(frm, row, rows, catalogue, editable).show();
}

class ConditionsDialog {
	constructor(frm, row, rows, catalogue, editable) {
		Object.assign(this, { frm, row, rows, editable });
		this.fields = Object.fromEntries(catalogue.fields.map((field) => [field.field, field]));
		this.possible = catalogue.operations;
		this.cards = [];
	}

	/** Operations that conditions make sense for: those that the rule ticks. */
	get operations() {
		return this.possible.filter((operation) => this.row[CONDITIONAL[operation]]);
	}

	show() {
		this.dialog = make_dialog({
			title: __("Conditions on {0}", [escape(__(this.row.document_type))]),
			size: "extra-large",
		});
		this.dialog.set_primary_action(this.editable ? __("Done") : __("Close"), () => {
			if (!this.editable || this.done()) this.dialog.hide();
		});
		const $body = $(`<div class="mcp-conditions"></div>`).appendTo(this.dialog.$body);
		$("<p class='text-muted small'>")
			.text(
				__(
					"All conditions of an operation must hold, on the document as it results and not only on what was sent. A field of a table must hold in every row."
				)
			)
			.appendTo($body);
		this.$list = $("<div>").appendTo($body);
		if (!this.editable) this.read_only();
		else {
			for (const row of this.rows) this.add(row);
			this.make_add_button($body);
		}
		this.say_empty();
		this.dialog.show();
	}

	read_only() {
		this.$list.html(
			String(html`<ul>
				${this.rows.map((row) => html`<li>${condition_in_words(row, this.label_of(row.field), this.fields[row.field]?.kind)}</li>`)}
			</ul>`)
		);
	}

	make_add_button($body) {
		const none = !this.operations.length;
		const $add = $(`<button type="button" class="btn btn-xs btn-default"></button>`)
			.text(__("Add a Condition"))
			.prop("disabled", none)
			.appendTo($body);
		if (none) {
			$("<p class='text-muted small'>")
				.text(__("Tick Create, Update, Delete, Submit or Cancel first: conditions are about what is done to documents."))
				.appendTo($body);
		}
		$add.on("click", () => {
			const last = this.cards.at(-1)?.value();
			const card = this.add({ operation: last?.operation || this.operations[0], document_state: "After" });
			this.say_empty();
			card.focus();
		});
	}

	add(row) {
		const card = new Card(this, row);
		this.cards.push(card);
		return card;
	}

	drop(card) {
		this.cards = this.cards.filter((other) => other !== card);
		this.say_empty();
	}

	say_empty() {
		this.$empty ??= $("<p class='text-muted'>").text(__("There are no conditions.")).insertBefore(this.$list);
		this.$empty.toggle(!(this.editable ? this.cards : this.rows).length);
	}

	label_of(path) {
		const field = this.fields[path];
		if (!field) return path || "";
		return field.table_label ? `${field.table_label}: ${field.label}` : field.label;
	}

	/** Writes the rows; false when something is missing. */
	done() {
		const problems = this.cards.filter((card) => !card.check());
		if (problems.length) {
			problems[0].$card.get(0).scrollIntoView({ block: "nearest" });
			return false;
		}
		const kept = new Set();
		let added = 0;
		for (const card of this.cards) {
			const values = card.value();
			const { row } = card;
			if (row.name) {
				kept.add(row.name);
				const changed = Object.fromEntries(
					STORED.filter((fieldname) => !same(fieldname, row[fieldname], values[fieldname])).map((fieldname) => [
						fieldname,
						values[fieldname],
					])
				);
				if (Object.keys(changed).length) model.set(row, changed);
			} else {
				model.add(this.frm, "conditions", { document_type: this.row.document_type, ...values });
				added += 1;
			}
		}
		const removed = this.rows.filter((row) => !kept.has(row.name));
		model.remove(removed);
		if (removed.length || added) model.changed(this.frm, "conditions");
		return true;
	}
}

/** One condition: its controls, and what they say as a sentence. */
class Card {
	constructor(dialog, row) {
		this.dialog = dialog;
		this.row = row;
		this.state = {
			operation: row.operation || "",
			field: row.field || "",
			operator: row.operator || "",
			value: read_value(row.value),
			document_state: row.document_state || "After",
		};
		this.make();
	}

	make() {
		this.$card = $(`<div class="mcp-condition">
			<div class="mcp-condition-controls">
				<div data-part="operation"></div>
				<div data-part="field"></div>
				<div data-part="operator"></div>
				<div data-part="value"></div>
				<div data-part="document_state"></div>
				<button type="button" class="btn btn-xs btn-link" data-remove></button>
			</div>
			<div class="mcp-condition-words small" aria-live="polite"></div>
		</div>`).appendTo(this.dialog.$list);
		this.$card
			.find("[data-remove]")
			.attr({ "aria-label": __("Remove this condition"), title: __("Remove this condition") })
			.html(frappe.utils.icon("close", "xs"))
			.on("click", () => {
				this.$card.remove();
				this.dialog.drop(this);
			});
		this.make_operation();
		this.make_field();
		this.make_operator();
		this.make_value();
		this.make_document_state();
		this.say();
	}

	part(name) {
		return this.$card.find(`[data-part=${name}]`).empty();
	}

	/** A native select for one of the stored words. */
	select(name, label, choices) {
		const current = this.state[name];
		const all = choices.some(([value]) => value === current) || !current ? choices : [...choices, [current, current]];
		const $select = $(
			String(html`<select class="form-control input-xs" aria-label="${label}">
				${current ? "" : html`<option value=""></option>`}
				${all.map(
					([value, text]) =>
						html`<option value="${value}" ${safe(value === current ? "selected" : "")}>${text}</option>`
				)}
			</select>`)
		).appendTo(this.part(name));
		$select.on("change", () => this.set({ [name]: $select.val() }));
	}

	make_operation() {
		this.select(
			"operation",
			__("Operation"),
			this.dialog.operations.map((operation) => [operation, operation_label(operation)])
		);
	}

	make_field() {
		const options = Object.values(this.dialog.fields).map((field) => ({
			value: field.field,
			label: field.field, // Frappe shows labels as HTML, and takes what stands in the box for one
			description: escape(`${this.dialog.label_of(field.field)} (${__(field.fieldtype)})`),
		}));
		this.field_control = frappe.ui.form.make_control({
			parent: this.part("field").get(0),
			df: {
				fieldtype: "Autocomplete",
				fieldname: "field",
				options,
				max_items: 500,
				input_class: "input-xs",
				ignore_validation: true,
				placeholder: __("Field"),
				change: () => {
					const field = this.field_control.get_value() || "";
					if (field !== this.state.field) this.set({ field });
				},
			},
			only_input: true,
			render_input: true,
		});
		const { $input, awesomplete } = this.field_control;
		$input.attr("aria-label", __("Field"));
		// What was typed exactly comes first: grand_total before base_grand_total.
		const rank = ({ value }) => (value === $input.val() ? 0 : value.startsWith($input.val()) ? 1 : 2);
		awesomplete.sort = (a, b) => rank(a) - rank(b);
		this.field_control.set_value(this.state.field);
	}

	make_operator() {
		const operators = this.field?.operators || [];
		if (this.field && !operators.includes(this.state.operator)) {
			// A new field: the operator that is meant most often.
			this.state.operator = operators.includes("in") && this.field.kind === "text" ? "in" : operators[0];
			this.state.value = reshape(this.state.value, this.state.operator);
		}
		this.select(
			"operator",
			__("Operator"),
			operators.map((operator) => [operator, operator_label(operator)])
		);
	}

	make_value() {
		const $part = this.part("value");
		if (!this.field || !this.state.operator) {
			this.value_control = null;
			return;
		}
		this.value_control = make_value_control({
			parent: $part.get(0),
			field: { ...this.field, doctype: this.dialog.row.document_type },
			operator: this.state.operator,
			value: this.state.value,
			label: __("Value"),
			changed: () => {
				this.state.value = this.value_control.get();
				this.say();
			},
		});
	}

	make_document_state() {
		const { operation } = this.state;
		// There is no document before it is created, and none after it is deleted.
		if (operation === "create" || operation === "delete") {
			this.part("document_state");
			this.state.document_state = "After";
			return;
		}
		this.select("document_state", __("Document"), [
			["After", __("after the change")],
			["Before", __("before the change")],
		]);
	}

	get field() {
		return this.dialog.fields[this.state.field];
	}

	set(changed) {
		const kind = this.field?.kind;
		Object.assign(this.state, changed);
		if ("field" in changed) {
			if (this.field?.kind !== kind || this.field?.choices.length) this.state.value = null;
			this.make_operator();
			this.make_value();
		}
		if ("operator" in changed) {
			this.state.value = reshape(this.state.value, changed.operator);
			this.make_value();
		}
		if ("operation" in changed) this.make_document_state();
		this.say();
	}

	/** What is missing; "" when nothing is. */
	problem() {
		const { operation, field, operator, value } = this.state;
		if (!operation) return __("Choose an operation.");
		if (!this.dialog.operations.includes(operation)) {
			return __("{0} is not ticked in the rule: tick it, or remove this condition.", [operation_label(operation)]);
		}
		if (!field) return __("Choose a field.");
		if (!this.field) return __("{0} has no field {1} that could be compared.", [__(this.dialog.row.document_type), field]);
		return value_problem(operator, value, this.field.kind);
	}

	say() {
		const $words = this.$card.find(".mcp-condition-words").removeClass("text-danger");
		const { operation, field, operator } = this.state;
		if (!operation || !field || !operator) return $words.text("");
		$words.text(condition_in_words(this.value(), this.dialog.label_of(field), this.field?.kind));
	}

	/** Says what is missing, if anything. */
	check() {
		const problem = this.problem();
		if (problem) this.$card.find(".mcp-condition-words").addClass("text-danger").text(problem);
		return !problem;
	}

	focus() {
		this.field_control.$input.trigger("focus");
	}

	/** The values of the stored row. */
	value() {
		return { ...this.state, value: write_value(this.state.value) };
	}
}

/** Whether a stored value means the same: `Open` and `"Open"` do. */
function same(fieldname, before, after) {
	if (fieldname === "value") return write_value(read_value(before)) === after;
	return (before || "") === (after || "");
}
