// What the list and the form of MCP Audit Entry need.

import { sessions_dialog } from "./audit/sessions.js";
import { export_dialog } from "./audit/export.js";
import { changes, fields, headline } from "./audit/entry.js";
import { indicator } from "./audit/words.js";

frappe.provide("erpnext_mcp");
erpnext_mcp.audit = { changes, export_dialog, fields, headline, indicator, sessions_dialog };
