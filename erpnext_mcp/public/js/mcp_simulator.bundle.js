import { SimulatorPage } from "./simulator/page.js";

frappe.provide("erpnext_mcp");
erpnext_mcp.SimulatorPage = SimulatorPage;
