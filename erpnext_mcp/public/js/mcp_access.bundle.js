import { AccessPage } from "./access/page.js";

frappe.provide("erpnext_mcp");
erpnext_mcp.AccessPage = AccessPage;
