// The words and colours for the codes of the server. Functions, because translations are there only when the page is.

export function verdicts() {
	return {
		allowed: { colour: "green", label: __("Allowed") },
		refused: { colour: "red", label: __("Refused") },
		failed: { colour: "orange", label: __("Failed") },
		not_told: { colour: "gray", label: __("Not told") },
	};
}

/** What is said of a layer, or of a line of one. */
export function states() {
	return {
		passed: __("Passed"),
		stopped: __("Stops here"),
		warning: __("Passed, but"),
		withheld: __("Not told"),
		undecided: __("Open"),
		not_reached: __("Not reached"),
		off: __("No"),
	};
}

export function field_states() {
	return {
		hidden: { colour: "red", label: __("Hidden") },
		masked: { colour: "orange", label: __("Masked") },
		readable: { colour: "blue", label: __("Readable") },
		writable: { colour: "green", label: __("Writable") },
	};
}

/** What takes something away of a field. */
export function taken_by(row) {
	switch (row.by) {
		case "type":
			return __("fields of type {0} never exist for agents", [row.fieldtype]);
		case "permlevel":
			return __("permission level {0}", [row.permlevel]);
		case "rule":
			return __("the profile");
		case "frappe":
			return __("a mask of ERPNext");
		default:
			return "";
	}
}

export function operation_labels() {
	return {
		select: __("Select: search names and titles"),
		read: __("Read: a document or a list"),
		create: __("Create"),
		update: __("Update"),
		delete: __("Delete"),
		submit: __("Submit"),
		cancel: __("Cancel"),
		amend: __("Amend"),
		print: __("Print"),
		attachments: __("Attachments"),
		comment: __("Comment"),
		assign: __("Assign"),
	};
}
