// What the Connect page asks the server (api/desk/connect.py).

import { get, post } from "../lib/call.js";

const METHODS = "erpnext_mcp.api.desk.connect";

export const status = () => get(`${METHODS}.status`, { origin: window.location.origin });

export const latest_calls = () => get(`${METHODS}.latest_calls`);

export const applications = () => get(`${METHODS}.applications`);

export const key_clients = () => get(`${METHODS}.key_clients`);

export const delete_key = (key) => post(`${METHODS}.delete_key`, { key }, { freeze: true });

export const disconnect = (client) => post(`${METHODS}.disconnect`, { client }, { freeze: true });

export const create_key = () => told_once("create_key", {});

export const rotate_key = (key) => told_once("rotate_key", { key });

/** {key, secret}. Frappe keeps the last answer in a global; not this one. */
async function told_once(method, args) {
	try {
		return await post(`${METHODS}.${method}`, args, { freeze: true });
	} finally {
		frappe.last_response = null;
	}
}
