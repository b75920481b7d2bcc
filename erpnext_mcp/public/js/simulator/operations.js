// From an operation on a DocType to the tool that does it. Pure.

export const OPERATIONS = [
	"select",
	"read",
	"create",
	"update",
	"delete",
	"submit",
	"cancel",
	"amend",
	"print",
	"attachments",
	"comment",
	"assign",
];

/** Which inputs an operation has, beside the DocType. */
export const INPUTS = {
	select: ["text"],
	read: ["name", "fields", "filters", "order_by", "limit"],
	create: ["data"],
	update: ["name", "data"],
	delete: ["name"],
	submit: ["name"],
	cancel: ["name"],
	amend: ["name"],
	print: ["name"],
	attachments: ["name"],
	comment: ["name", "text"],
	assign: ["name", "assignee"],
};

const STEPS = {
	delete: "delete_generic_document",
	submit: "submit_generic_document",
	cancel: "cancel_generic_document",
	amend: "amend_generic_document",
	print: "print_document",
	attachments: "list_attachments",
};

const OPERATION_OF = {
	search_generic_documents: "select",
	get_generic_document: "read",
	list_generic_documents: "read",
	create_generic_document: "create",
	update_generic_document: "update",
	add_comment: "comment",
	assign: "assign",
	...Object.fromEntries(Object.entries(STEPS).map(([operation, tool]) => [tool, operation])),
};

/** The operation whose form a tool fits into; undefined for all others. */
export const operation_of = (tool) => OPERATION_OF[tool];

/**
 * @param values `{doctype, name, text, fields: [], filters, order_by, limit, data, assignee}`
 * @returns `{tool, arguments}`
 */
export function call_of(operation, values) {
	const { doctype, name } = values;
	switch (operation) {
		case "select":
			return { tool: "search_generic_documents", arguments: { doctype, search_term: values.text } };
		case "read":
			return name
				? { tool: "get_generic_document", arguments: filled({ doctype, name, fields: values.fields }) }
				: {
						tool: "list_generic_documents",
						arguments: filled({
							doctype,
							fields: values.fields,
							filters: values.filters,
							order_by: values.order_by,
							limit: values.limit,
						}),
				  };
		case "create":
			return { tool: "create_generic_document", arguments: { doctype, data: values.data } };
		case "update":
			return { tool: "update_generic_document", arguments: { doctype, name, data: values.data } };
		case "comment":
			return { tool: "add_comment", arguments: { doctype, name, text: values.text } };
		case "assign":
			return { tool: "assign", arguments: { doctype, name, user: values.assignee } };
		default:
			return { tool: STEPS[operation], arguments: { doctype, name } };
	}
}

function filled(values) {
	return Object.fromEntries(
		Object.entries(values).filter(
			([, value]) => value !== "" && value !== null && value !== undefined && !(Array.isArray(value) && !value.length)
		)
	);
}

/** The arguments that a tool must have, as an example of its type, from its input schema. */
export function example_of(schema) {
	const examples = { string: "", array: [], object: {}, integer: 1, boolean: false };
	return Object.fromEntries(
		(schema?.required || []).map((name) => {
			const { type, enum: choices } = schema.properties[name] || {};
			return [name, choices ? choices[0] : examples[Array.isArray(type) ? type[0] : type] ?? ""];
		})
	);
}
