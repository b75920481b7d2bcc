frappe.ui.form.on("MCP Audit Seal", {
	refresh(frm) {
		frm.disable_save(); // nobody changes seals
		const { doc } = frm;
		frm.page.set_indicator(
			doc.dropped_at ? __("Entries Dropped") : __("Sealed"),
			doc.dropped_at ? "gray" : "green"
		);
		const user_time = frappe.datetime.str_to_user;
		const lines = [
			__("Seal {0} proves {1} calls, from {2} to {3}.", [
				doc.sequence,
				doc.entry_count,
				user_time(doc.first_time),
				user_time(doc.last_time),
			]),
		];
		if (doc.dropped_at) {
			lines.push(
				__("Its entries were deleted for their age on {0}; the seal stays in the chain.", [
					user_time(doc.dropped_at),
				])
			);
		}
		const $headline = frm.fields_dict.headline.$wrapper.empty();
		lines.forEach((line) => $('<p class="mb-1"></p>').text(line).appendTo($headline));
		$('<p class="text-muted small"></p>')
			.text(__("Whether the chain holds is checked every day, and by the command bench mcp verify-audit."))
			.appendTo($headline);
	},
});
