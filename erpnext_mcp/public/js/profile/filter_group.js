// Frappe's filter group, for row filters: it offers the fields that a row filter takes, whatever the viewer may read, and
// shows their labels as text (Frappe shows them as HTML).

import { escape } from "../lib/html.js";

const NOT_TAKEN = ["Timespan", "descendants of", "descendants of (inclusive)", "not descendants of", "ancestors of", "not ancestors of"];

class RowFilter extends frappe.ui.Filter {
	set_conditions() {
		super.set_conditions();
		this.conditions = this.conditions.filter(([condition]) => !NOT_TAKEN.includes(condition));
		this.nested_set_conditions = [];
	}

	/** The site's own conditions (hook `filters_config`) are not known to row filters. */
	set_conditions_from_config() {}

	make_select() {
		super.make_select();
		this.fieldselect.awesomplete.item = (item) =>
			$(`<li class="filter-field-select"><p></p></li>`)
				.data("item.autocomplete", item)
				.find("p")
				.text(item.label)
				.end()
				.get(0);
		this.fieldselect.$input.attr("aria-label", __("Field"));
		this.filter_edit_area.find(".condition").attr("aria-label", __("Operator"));
	}
}

/** Options: parent, doctype, `row_fields` as DocFields, on_change. */
export class RowFilterGroup extends frappe.ui.FilterGroup {
	/** The fields come from the server's catalogue and not from what the viewer may read. */
	validate_args() {
		return true;
	}

	/** Also those without a value, which are to be told of and not dropped. */
	get_filters() {
		return this.filters.filter((filter) => filter.field).map((filter) => filter.get_value());
	}

	_push_new_filter(doctype, fieldname, condition, value) {
		const filter = new RowFilter({
			parent: this.wrapper,
			parent_doctype: this.doctype,
			doctype,
			fieldname,
			condition,
			value,
			filter_fields: this.row_fields.map(with_safe_options),
			filter_list: this,
			on_change: () => {},
		});
		this.filters.push(filter);
		return filter;
	}
}

/** A Select shows its options as HTML, too. */
function with_safe_options(df) {
	if (df.fieldtype !== "Select" || typeof df.options !== "string") return df;
	const options = df.options.split("\n").map((value) => ({ value, label: escape(__(value, null, df.parent)) }));
	return { ...df, options };
}
