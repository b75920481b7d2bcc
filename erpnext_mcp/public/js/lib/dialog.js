// A dialog that is made for one use. Frappe keeps the markup of every dialog in the page; of those it would pile up.
//
// First made for the profile form; free for every bundle.

export function make_dialog(options) {
	const dialog = new frappe.ui.Dialog(options);
	dialog.$wrapper.on("hidden.bs.modal", () => dialog.$wrapper.remove());
	return dialog;
}
