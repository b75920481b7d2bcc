// What the form asks the server (api/desk/profile.py). Answers about DocTypes are kept until a form is loaded anew.

import * as lib from "../lib/call.js";

const METHODS = "erpnext_mcp.api.desk.profile";
const kept = new Map();

/** Whether the server answers this user at all; others see what is stored, without what the server knows of it. */
export const may_ask = () => frappe.user.has_role(["System Manager", "MCP Administrator"]);

export const get = (method, args, options) => lib.get(`${METHODS}.${method}`, args, options);

export const post = (method, args, options) => lib.post(`${METHODS}.${method}`, args, options);

/** For handlers of events: what the server refuses, Frappe has shown by then; an Error is a mistake of ours. */
export const told = (promise) => promise.catch((reason) => reason instanceof Error && console.error(reason));

/** All that there is to know of a DocType: its fields with the rules they can have, what it can do, whether it is closed. */
export const fields_of = (doctype) => keeping("fields", doctype);

/** What conditions on a DocType's documents can be about. */
export const condition_fields_of = (doctype) => keeping("condition_fields", doctype);

/** What can be done with several DocTypes, by name, without their fields. */
export const doctypes = (names) => post("doctypes", { names: JSON.stringify(names) }, { no_spinner: true });

export const forget = () => kept.clear();

function keeping(method, doctype) {
	const key = `${method} ${doctype}`;
	if (!kept.has(key)) {
		const answer = get(method, { doctype });
		answer.catch(() => kept.delete(key));
		kept.set(key, answer);
	}
	return kept.get(key);
}
