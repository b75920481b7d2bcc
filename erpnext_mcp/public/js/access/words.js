// The words and colours for the codes of the server. Functions, because translations are there only when the page is.

/** {code: {label, colour, title}} of everything that can be said of a user. */
export function states() {
	return {
		works: { label: __("Works"), colour: "green", title: __("Calls are answered.") },
		read_only: { label: __("Read-only"), colour: "blue", title: __("Calls are answered, but nothing can be written now.") },
		networks: {
			label: __("Networks only"),
			colour: "yellow",
			title: __("The profile lets calls in from its networks only."),
		},
		no_credential: {
			label: __("No key"),
			colour: "gray",
			title: __("The account can't be used yet: it has no API key, and no OAuth client that is let in has a token of it."),
		},
		client_paused: {
			label: __("Clients paused"),
			colour: "orange",
			title: __("All clients of the user are paused."),
		},
		disabled: {
			label: __("Profile disabled"),
			colour: "gray",
			title: __("The profile that applies is disabled. No other one takes its place."),
		},
		out_of_dates: {
			label: __("Out of dates"),
			colour: "orange",
			title: __("The profile that applies is outside its dates. No other one takes its place."),
		},
		suspended: {
			label: __("Suspended"),
			colour: "red",
			title: __("Too many calls were refused. Resume gives the access back."),
		},
		paused: { label: __("Paused"), colour: "red", title: __("An administrator has paused the user.") },
		none: {
			label: __("No access"),
			colour: "gray",
			title: __("No profile applies: every call is refused."),
		},
	};
}

/** The choices of the filter, the values being the server's. */
export function state_options(counts) {
	return [
		{ value: "", label: __("With access") },
		...Object.entries(states()).map(([value, { label }]) => ({
			value,
			label: __("{0} ({1})", [label, counts[value] || 0]),
		})),
	];
}

/** Why a profile that matches does not apply. */
export function lost(code) {
	return (
		{
			less_specific: __("Matches, but one that names the user more closely applies"),
			lower_priority: __("Matches, but one with a higher priority applies"),
			later_name: __("Matches, but one of the same priority comes first by its name"),
		}[code] || __("Matches, but another one applies")
	);
}

/** What a mark says, as plain text. */
export function mark(found, names) {
	if (found.kind === "applies") return __("Applies");
	if (found.kind === "with_client") {
		const clients = found.clients.map((client) => names[client] || client);
		return __("Applies with this OAuth client only: {0}", [clients.join(", ")]);
	}
	return lost(found.lost);
}

/** What stands below the name of a profile: [text, colour]. */
export function hindrance(profile) {
	const said = {
		disabled: [__("Disabled"), "gray"],
		not_yet: [__("Not valid yet"), "orange"],
		expired: [__("Expired"), "orange"],
	}[profile.hindrance];
	const words = said ? [said] : [];
	if (!said && profile.read_only) words.push([__("Read-only"), "blue"]);
	if (profile.is_default) words.push([__("Default"), "gray"]);
	return words;
}
