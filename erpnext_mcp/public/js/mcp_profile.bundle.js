import { ProfileForm } from "./profile/form.js";

frappe.provide("erpnext_mcp");

/** What the form of a permission profile has beside its fields; one for all documents that the form shows. */
erpnext_mcp.profile_form = (frm) => (frm.mcp_profile_form ??= new ProfileForm(frm));
