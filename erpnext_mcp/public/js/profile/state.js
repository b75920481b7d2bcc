// Whether a profile works at a moment, and why not. Pure.

/**
 * @param doc the profile
 * @param now `YYYY-MM-DD HH:mm:ss` in the site's time zone, as the dates of the profile are
 * @returns `{label, color, detail}`; colors of Frappe's indicator pills
 */
export function state_of(doc, now) {
	if (!doc.enabled) {
		return {
			label: __("Disabled"),
			color: "gray",
			detail: __("Whoever this profile names is denied, and no other profile applies instead."),
		};
	}
	if (doc.valid_from && now < doc.valid_from) {
		return { label: __("Not Yet Valid"), color: "orange", detail: __("Until then whoever it names is denied.") };
	}
	if (doc.valid_upto && now > doc.valid_upto) {
		return { label: __("Expired"), color: "orange", detail: __("Whoever this profile names is denied.") };
	}
	if (doc.read_only && !(doc.write_until && now < doc.write_until)) {
		return { label: __("Read Only"), color: "blue", detail: "" };
	}
	if (!["users", "roles", "clients"].some((table) => (doc[table] || []).length)) {
		return { label: __("Names Nobody"), color: "gray", detail: "" };
	}
	if (doc.read_only) return { label: __("Write Window"), color: "green", detail: __("Writes until the window ends.") };
	return { label: __("Enabled"), color: "green", detail: "" };
}
