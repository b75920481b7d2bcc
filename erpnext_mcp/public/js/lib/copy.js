// A button that copies a text. First made for the Connect page; free for every bundle.

/**
 * @param {() => string} text what is copied; asked for at the click, so that no secret lies in the page's markup
 */
export function copy_button(text, label = __("Copy")) {
	return $(`<button type="button" class="btn btn-default btn-xs"></button>`)
		.text(label)
		.on("click", () => frappe.utils.copy_to_clipboard(text()));
}
