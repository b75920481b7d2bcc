// What the page asks the server (erpnext_mcp/api/desk/simulator.py).

import { get, post } from "../lib/call.js";

const METHODS = "erpnext_mcp.api.desk.simulator";
const QUIET = { no_spinner: true };

/** `question`: {user, client, ip_address, tool, arguments}. */
export const simulate = (question) =>
	post(`${METHODS}.simulate`, { ...question, arguments: JSON.stringify(question.arguments) }, { freeze: true });

export const tools = () => get(`${METHODS}.tools`);

export const users = (txt, profile) => get(`${METHODS}.users`, { txt, profile }, QUIET);

export const clients = (txt) => get(`${METHODS}.clients`, { txt }, QUIET);

/** Names of documents that the viewer himself finds; none where he may not look. */
export async function documents(doctype, txt) {
	if (!doctype || !frappe.model.can_read(doctype)) return [];
	const args = { doctype, txt, page_length: 10 };
	return await get("frappe.desk.search.search_link", args, { ...QUIET, error_handlers: {} }).catch(() => []);
}
