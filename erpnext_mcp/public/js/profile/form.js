// The form of a permission profile: brings its parts together and follows its changes.

import { RulesEditor } from "./editor.js";
import { can_edit } from "./model.js";
import { Overview } from "./overview.js";
import { Reviewer } from "./review.js";
import { forget, may_ask } from "./server.js";
import { copy, export_file, from_preset, import_file, is_empty } from "./sources.js";
import { confirm_unseen, confirm_wider } from "./widening.js";

const TABLES = ["doctype_rules", "field_rules", "conditions", "users", "roles", "clients", "networks", "report_rules"];

export class ProfileForm {
	constructor(frm) {
		this.frm = frm;
		this.reviewer = new Reviewer(frm, () => this.show());
		this.overview = new Overview(frm, this.reviewer);
		this.editor = new RulesEditor(frm, this.reviewer);
		this.changed = frappe.utils.debounce(() => this.show(), 50);
		frm.$wrapper.on("dirty", () => this.on_change());
		for (const table of TABLES) {
			for (const event of ["add", "remove", "move"]) {
				frappe.ui.form.on(frappe.meta.get_docfield(frm.doctype, table).options, `${table}_${event}`, () =>
					this.on_change()
				);
			}
		}
	}

	/** Frappe shows a document: another one, or the same after a save. */
	refresh() {
		forget();
		this.reviewer.reset();
		this.overview.mount();
		this.editor.mount();
		this.buttons();
		this.show();
		this.reviewer.soon();
	}

	on_change() {
		this.changed();
		this.reviewer.soon();
	}

	show() {
		this.overview.render();
		this.editor.render();
	}

	buttons() {
		const { frm } = this;
		const editable = can_edit(frm) && may_ask();
		if (editable && is_empty(frm)) frm.add_custom_button(__("From Preset…"), () => from_preset(frm));
		if (frm.is_new()) {
			if (editable) frm.add_custom_button(__("Import…"), () => import_file(frm));
			return;
		}
		if (may_ask()) {
			frm.add_custom_button(__("Simulate"), () => this.simulate());
			frm.add_custom_button(__("Who Has Access"), () => frappe.set_route("mcp-access"));
		}
		const group = __("Profile");
		if (frappe.model.can_create(frm.doctype)) {
			frm.add_custom_button(__("Copy Profile"), () => copy(frm), group);
		}
		if (editable) frm.add_custom_button(__("Import…"), () => import_file(frm), group);
		if (may_ask()) frm.add_custom_button(__("Export"), () => export_file(frm), group);
	}

	simulate() {
		const [first] = this.frm.doc.users || [];
		frappe.route_options = { profile: this.frm.doc.name, ...(first?.user && { user: first.user }) };
		frappe.set_route("mcp-simulator");
	}

	/**
	 * Asks before something becomes wider. Frappe waits for it on every way to save, and saves unless
	 * `frappe.validated` is false.
	 */
	async before_save() {
		if (!this.frm.is_dirty() || is_incomplete(this.frm)) return; // Frappe says so
		if (this.asking) {
			frappe.validated = false; // a second save while the first one asks
			return;
		}
		const valid = frappe.validated;
		this.asking = true;
		let save = false;
		try {
			save = await this.ask();
		} finally {
			this.asking = false;
			frappe.validated = valid && save;
		}
	}

	async ask() {
		if (!may_ask()) return confirm_unseen();
		const found = await this.reviewer.now();
		// With errors the server saves nothing, and says which; nothing becomes wider.
		return found.errors.length ? true : confirm_wider(found);
	}
}

/** Whether Frappe will refuse to save for what is missing. */
function is_incomplete(frm) {
	return frappe.model.get_all_docs(frm.doc).some((doc) =>
		(frappe.meta.docfield_list[doc.doctype] || []).some(
			(df) => df.fieldname && df.reqd && !frappe.model.has_value(doc.doctype, doc.name, df.fieldname)
		)
	);
}
