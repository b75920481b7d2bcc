// What the server says of the form as it stands: errors, warnings, what becomes wider, cost, whom it applies to.

import { may_ask, post } from "./server.js";

const PAUSE = 700; // milliseconds without a change

export class Reviewer {
	/**
	 * @param frm
	 * @param show called whenever there is something new to show
	 */
	constructor(frm, show) {
		this.frm = frm;
		this.show = show;
		this.asked = 0;
		this.reset();
	}

	/** Another document, or the same anew. */
	reset() {
		clearTimeout(this.timer);
		this.asked += 1;
		this.found = null;
		this.failed = false;
	}

	/** After the next pause in editing. */
	soon() {
		if (!may_ask()) return;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.look().catch(() => {}), this.found ? PAUSE : 0);
	}

	/** At once, and of the form as it is now. Rejects when the server does not answer. */
	async now() {
		clearTimeout(this.timer);
		return this.look({ silent: false });
	}

	async look({ silent = true } = {}) {
		const asked = ++this.asked;
		const doc = this.frm.doc;
		// What a finding is about, said by number of row: rows may have moved when the answer comes.
		const doctypes = {};
		for (const table of ["doctype_rules", "field_rules", "conditions"]) {
			doctypes[table] = (doc[table] || []).map((row) => row.document_type);
		}
		try {
			const found = await post("review", { doc: JSON.stringify(doc) }, { silent, no_spinner: silent });
			for (const finding of [...found.errors, ...found.warnings]) {
				finding.doctype = doctypes[finding.table]?.[finding.row - 1] || "";
			}
			if (asked === this.asked) {
				this.found = found;
				this.failed = false;
				this.show();
			}
			return found;
		} catch (e) {
			if (asked === this.asked) {
				this.failed = true;
				this.show();
			}
			throw e;
		}
	}

	/** Errors and warnings at the rule of a DocType: `[{severity, message, table}]`. */
	findings_of(doctype) {
		return this.findings().filter((finding) => finding.doctype === doctype);
	}

	findings() {
		if (!this.found) return [];
		return [
			...this.found.errors.map((finding) => ({ ...finding, severity: "error" })),
			...this.found.warnings.map((finding) => ({ ...finding, severity: "warning" })),
		];
	}
}
