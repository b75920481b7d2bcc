// What a test of the connection means, in words that say what to do. Pure, but for __(); plain texts, nothing is HTML.

const SLOW = 3000; // milliseconds

/**
 * @param seen what `round_trip.js` saw
 * @param about {url: that was called, origin: of this page, user: who is logged in here}
 * @returns {{state: "ok" | "warning" | "problem", title: string, facts: string[], advice: string[]}}
 */
export function diagnose(seen, about) {
	if (seen.kind === "timeout") return timeout(seen);
	if (seen.kind === "network") return no_answer(about);
	if (!is_rpc(seen.json)) return not_ours(seen, about);
	if (seen.json.error) return refused_by_the_door(seen, about);
	return answered(seen, about);
}

function problem(title, advice, facts = []) {
	return { state: "problem", title, facts: facts.filter(Boolean), advice };
}

function is_rpc(json) {
	return Boolean(
		json && typeof json === "object" && json.jsonrpc === "2.0" && (json.result || json.error)
	);
}

function timeout(seen) {
	return problem(__("No answer within {0} seconds.", [Math.round(seen.ms / 1000)]), [
		__("The site may be busy or being restarted: try again in a minute."),
		__(
			"If it stays so, an administrator looks at the web server and the workers of the site."
		),
	]);
}

function no_answer({ url, origin }) {
	if (origin.startsWith("https:") && url.startsWith("http:")) {
		return problem(__("The browser does not call an http address from an https page."), [
			__(
				"Clients are not concerned, but the address should be https: ask an administrator."
			),
		]);
	}
	if (!url.startsWith(`${origin}/`)) {
		return problem(__("The browser got no answer that it may read."), [
			__(
				"The address differs from the one of this page, {0}. A browser may then read the answer only if {0} is one of the Allowed Origins in MCP Gateway Settings.",
				[origin]
			),
			__("Other clients don't need that: try the curl command in a terminal instead."),
			__(
				"If that gets no answer either, nobody serves the site at this address: an administrator sets host_name in the site's config."
			),
		]);
	}
	return problem(__("No answer: the connection failed."), [
		__("Is this computer online, and the site running? Reload this page to see."),
		__(
			"A proxy, a firewall or a browser extension may hold back this address, or lead it to a login page elsewhere: try the curl command in a terminal."
		),
	]);
}

/** Somebody between the browser and the app has answered, or another program. */
function not_ours(seen, { url }) {
	const facts = [__("HTTP status {0}.", [seen.status]), seen.html ? "" : seen.text];
	if (seen.redirected) {
		return problem(
			__("The address leads on to another one."),
			[
				__(
					"Clients lose the key on the way. Use the address that it leads to, or have an administrator set host_name: {0}",
					[seen.url]
				),
			],
			facts
		);
	}
	if (seen.status === 404) {
		return problem(
			__("There is no MCP endpoint at this address."),
			[
				__(
					"A proxy may not pass on {0}, or another site answers there, where the app is not installed.",
					[new URL(url).pathname]
				),
				__(
					"An administrator passes the path to Frappe in the proxy, and looks at: bench --site SITE list-apps"
				),
			],
			facts
		);
	}
	if (seen.status === 401 || seen.status === 403) {
		return problem(
			__("Something before the site asks for a login of its own."),
			[
				__(
					"A proxy, a VPN portal or a firewall refuses the call before it reaches the site. An administrator lets {0} pass there.",
					[new URL(url).pathname]
				),
			],
			facts
		);
	}
	if (seen.status === 413 || seen.status === 429) {
		return problem(
			__("A proxy before the site refused the call."),
			[__("Too many or too large calls for its limits: ask an administrator.")],
			facts
		);
	}
	if (seen.status >= 500) {
		return problem(
			__("The site does not answer right now."),
			[
				__(
					"It may be in maintenance, or its workers are down. Try again in a minute, then ask an administrator."
				),
			],
			facts
		);
	}
	if (seen.html) {
		return problem(
			__("A web page came back instead of an answer."),
			[
				__(
					"Usually it is the login page of a proxy or a portal before the site. An administrator lets {0} pass there without it.",
					[new URL(url).pathname]
				),
			],
			facts
		);
	}
	return problem(
		__("Something that is no MCP server answered."),
		[__("Is the address right? Another program may be served there.")],
		facts
	);
}

/** The endpoint itself has answered, with an error of the protocol. */
function refused_by_the_door(seen, { origin }) {
	const said = text_of(seen.json.error.message);
	const facts = [said, text_of(seen.json.error.data?.hint)];
	if (seen.status === 401) {
		if (/Authentication is required/.test(said)) {
			return problem(
				__("The key did not arrive."),
				[
					__(
						"A proxy before the site takes the Authorization header away. An administrator lets it pass."
					),
				],
				facts
			);
		}
		return problem(
			__("The site does not accept these credentials."),
			[
				__(
					"The secret may be mistyped, or was replaced: rotating a key ends the old secret at once."
				),
				__("The key may be one of another site, or its user is disabled."),
				__("A token of an application may have expired or been disconnected."),
			],
			facts
		);
	}
	if (seen.status === 403) {
		return problem(
			__("The site refuses calls from this page's origin, {0}.", [origin]),
			[
				__(
					"The proxy does not pass on the Host header as the browser sent it: an administrator corrects that."
				),
				__(
					"If this page is meant to be on another address than the endpoint, an administrator adds {0} to the Allowed Origins in MCP Gateway Settings.",
					[origin]
				),
			],
			facts
		);
	}
	if (seen.status === 503) {
		return problem(
			__("The site can't answer anybody right now."),
			[__("Its database is away. Try again in a minute, then ask an administrator.")],
			facts
		);
	}
	if (seen.status === 405) {
		return problem(
			__("The call arrived as another one than was sent."),
			[
				__(
					"A proxy turns POST into GET, as by a redirect from http to https. Use the address that it leads to."
				),
			],
			facts
		);
	}
	return problem(
		__("The endpoint did not understand the call."),
		[
			__(
				"A proxy may take headers away (Mcp-Method, Mcp-Name, MCP-Protocol-Version), or the app is an old version: ask an administrator."
			),
		],
		facts
	);
}

/** The tool has answered. */
function answered(seen, { user }) {
	const content = seen.json.result.structuredContent || {};
	const facts = [];
	if (content.user) facts.push(__("Connected as {0}.", [text_of(content.user)]));
	facts.push(__("Answered in {0} ms.", [seen.ms]));
	if (seen.json.result.isError || content.status === "no_access") {
		const why = text_of(content.problem || content.message);
		const advice = [text_of(content.hint)].filter(Boolean);
		return problem(__("Connected, but nothing is open: {0}", [why]), advice, facts);
	}
	if (content.status !== "ok") {
		return problem(
			__("Connected, but to another MCP server than this one."),
			[__("Is the address right? Another program may be served there.")],
			facts
		);
	}
	facts.push(
		__("Profile {0}, DocTypes: {1}.", [text_of(content.profile), text_of(content.doctypes)])
	);
	if (content.user !== user) {
		return {
			state: "warning",
			title: __("It works, but with the key of another user: {0}.", [text_of(content.user)]),
			facts,
			advice: [__("A client with this key works as that user.")],
		};
	}
	if (seen.redirected) {
		return {
			state: "warning",
			title: __("It works, but by way of another address."),
			facts,
			advice: [
				__("Not every client goes along. Use the one that it leads to: {0}", [seen.url]),
			],
		};
	}
	if (seen.ms > SLOW) {
		return {
			state: "warning",
			title: __("It works, but slowly."),
			facts,
			advice: [__("Try again: the first call after a restart takes longer.")],
		};
	}
	return { state: "ok", title: __("It works."), facts, advice: [] };
}

function text_of(value) {
	return value === undefined || value === null ? "" : String(value).slice(0, 300);
}
