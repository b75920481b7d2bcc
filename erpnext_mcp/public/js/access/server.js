// What the page asks the server (erpnext_mcp/api/desk/access.py).

import { get, post } from "../lib/call.js";

const METHODS = "erpnext_mcp.api.desk.access";

export const users = (args) => get(`${METHODS}.users`, args);

export const user = (name) => get(`${METHODS}.user`, { user: name });

export const clients = (args) => get(`${METHODS}.clients`, args);

export const pause_user = (name) => post(`${METHODS}.pause_user`, { user: name });

export const resume_user = (name) => post(`${METHODS}.resume_user`, { user: name });

export const pause_client = (name) => post(`${METHODS}.pause_client`, { name });

export const resume_client = (name) => post(`${METHODS}.resume_client`, { name });

export const pause_all = () => post(`${METHODS}.pause_all`);

export const resume_all = () => post(`${METHODS}.resume_all`);
