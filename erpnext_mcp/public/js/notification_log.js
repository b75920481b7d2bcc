// Ours that tell what to do stand for themselves: Frappe's button would lead to no document.
frappe.ui.form.on("Notification Log", {
	refresh(frm) {
		frm.toggle_display("open_reference_document", Boolean(frm.doc.link || frm.doc.document_type));
	},
});
