// What a call was, in a sentence: who did what to which document, and what became of it.

import { html, safe } from "../lib/html.js";

const DONE = {
	select: (names) => __("{0} looked up {1}", names),
	read: (names) => __("{0} read {1}", names),
	create: (names) => __("{0} created {1}", names),
	update: (names) => __("{0} changed {1}", names),
	delete: (names) => __("{0} deleted {1}", names),
	submit: (names) => __("{0} submitted {1}", names),
	cancel: (names) => __("{0} cancelled {1}", names),
	amend: (names) => __("{0} amended {1}", names),
	print: (names) => __("{0} printed {1}", names),
	attachments: (names) => __("{0} read attachments of {1}", names),
	comment: (names) => __("{0} commented on {1}", names),
	assign: (names) => __("{0} assigned {1}", names),
};

/** What is done to one's own credentials, in the desk. */
const BY_HAND = {
	create: (names) => __("{0} made himself an API key", names),
	rotate: (names) => __("{0} replaced his API key", names),
	delete: (names) => __("{0} removed his API key", names),
	disconnect: (names) => __("{0} disconnected an OAuth client", names),
};

const CODES = {
	invalid_arguments: () => __("the call did not fit the tool"),
	not_found: () => __("for the caller it does not exist"),
	not_permitted: () => __("he may not do that"),
	field_not_permitted: () => __("it names a field that he may not use so"),
	condition_failed: () => __("a condition of the profile does not hold"),
	validation_failed: () => __("ERPNext did not accept it"),
	conflict: () => __("the document was changed in the meantime"),
	link_exists: () => __("other documents link to it"),
	rate_limited: () => __("a limit was used up"),
	read_only: () => __("only reading is allowed"),
	approval_required: () => __("it has to be approved first"),
	unsupported: () => __("it can't be done this way"),
	too_large: () => __("the answer would be too large"),
	timeout: () => __("it took too long"),
	queued: () => __("ERPNext does it in the background"),
	unavailable: () => __("the service was not available"),
	cancelled: () => __("the client went away"),
	internal: () => __("an error that nobody foresaw"),
	not_authenticated: () => __("the credentials were not accepted"),
};

/**
 * @param doc an MCP Audit Entry
 * @param {Html} target what the call was about, see `document_link`
 * @returns {Html}
 */
export function sentence(doc, target) {
	const user = String(html`<b>${doc.simulated_user || doc.user}</b>`);
	const tool = String(html`<code>${doc.tool}</code>`);
	if (doc.simulated_user) {
		const viewer = String(html`<b>${doc.user}</b>`);
		return safe(__("{0} simulated what would become of {1} by {2}", [viewer, tool, user]));
	}
	if (doc.transport === "desk" && BY_HAND[doc.operation]) return safe(BY_HAND[doc.operation]([user]));
	if (doc.outcome !== "Allowed") {
		const refused = doc.outcome === "Refused";
		if (!target) {
			const parts = [user, tool];
			return safe(refused ? __("{0} called {1} and was refused", parts) : __("{0} called {1}, and it failed", parts));
		}
		const parts = [user, tool, String(target)];
		return safe(
			refused ? __("{0} called {1} for {2} and was refused", parts) : __("{0} called {1} for {2}, and it failed", parts)
		);
	}
	const done = DONE[doc.operation];
	return safe(target && done ? done([user, String(target)]) : __("{0} called {1}", [user, tool]));
}

/** What a reason code means; "" for one that nobody knows. */
export function meaning(code) {
	return CODES[code] ? CODES[code]() : "";
}

/** Of what color an entry is, and its word. */
export function indicator(doc) {
	const colors = { Allowed: "green", Refused: "orange", Failed: "red" };
	if (doc.simulated_user) return [__("{0} (simulated)", [__(doc.outcome)]), "purple"];
	if (doc.dry_run) return [__("{0} (dry run)", [__(doc.outcome)]), doc.outcome === "Allowed" ? "blue" : colors[doc.outcome]];
	return [__(doc.outcome), colors[doc.outcome] || "gray"];
}
