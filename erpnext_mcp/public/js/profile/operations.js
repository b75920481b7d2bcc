// The operations of a DocType Rule, as the columns of the editor. Pure.

/** `[fieldname, head, what it lets the agent do]`, in the order of the columns. */
export const operations = () => [
	["can_select", __("Select"), __("Look up names and titles, as a link field does")],
	["can_read", __("Read"), __("Lists, single documents, counts")],
	["can_create", __("Create"), __("Make new documents")],
	["can_update", __("Update"), __("Change saved documents")],
	["can_delete", __("Delete"), __("Delete documents")],
	["can_submit", __("Submit"), __("Submit documents")],
	["can_cancel", __("Cancel"), __("Cancel submitted documents")],
	["can_amend", __("Amend"), __("Make a new draft of a cancelled document")],
	["can_print", __("Print"), __("Print documents as PDF")],
	["can_attachments", __("Files"), __("Read files attached to a document")],
	["can_comment", __("Comment"), __("Add comments; whoever can read the document sees them")],
	["can_assign", __("Assign"), __("Assign documents to users who can read them")],
];

/** Operations that a condition can be about, with the field that opens them. */
export const CONDITIONAL = {
	create: "can_create",
	update: "can_update",
	submit: "can_submit",
	cancel: "can_cancel",
	delete: "can_delete",
};

/** The words for them. */
export const operation_label = (operation) =>
	({
		create: __("Create"),
		update: __("Update"),
		submit: __("Submit"),
		cancel: __("Cancel"),
		delete: __("Delete"),
	})[operation] || operation;

/**
 * Why an operation makes no sense for a DocType; "" when it does.
 *
 * @param fieldname `can_*`
 * @param facts of the DocType: `{operations, is_submittable, issingle}`; null while they are not known
 */
export function why_not(fieldname, facts) {
	if (!facts || !facts.operations || facts.operations.includes(fieldname)) return "";
	if (["can_submit", "can_cancel", "can_amend"].includes(fieldname) && !facts.is_submittable) {
		return __("Documents of this DocType can't be submitted");
	}
	if (facts.issingle) return __("There is only one document of this DocType");
	return __("This DocType does not have this operation");
}
