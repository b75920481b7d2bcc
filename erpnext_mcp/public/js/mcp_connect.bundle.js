import { ConnectPage } from "./connect/page.js";

frappe.provide("erpnext_mcp");
erpnext_mcp.ConnectPage = ConnectPage;
