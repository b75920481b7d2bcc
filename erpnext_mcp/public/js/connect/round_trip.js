// A real call of test_connection from this browser, as a client makes it: without cookies, by the 2026-07-28 protocol.

const NAME = "Connect page";
const VERSION = "1";
/** What the audit calls this client. */
export const TEST_CLIENT = `${NAME}/${VERSION}`;

const PROTOCOL = "2026-07-28";
const META = "io.modelcontextprotocol/";
const PATIENCE = 20_000; // milliseconds

/**
 * Never throws. What was seen, for `diagnosis.js`: {kind: "answer", status, json, text, html, redirected, url, ms},
 * {kind: "timeout" | "network", ms}
 */
export async function test_connection(url, authorization) {
	const started = performance.now();
	const stop = new AbortController();
	const timer = setTimeout(() => stop.abort(), PATIENCE);
	try {
		const response = await fetch(url, { ...request(authorization), signal: stop.signal });
		const text = await response.text();
		return {
			kind: "answer",
			status: response.status,
			html: (response.headers.get("Content-Type") || "").includes("html"),
			json: parsed(text),
			text: text.slice(0, 300),
			redirected: response.redirected,
			url: response.url,
			ms: Math.round(performance.now() - started),
		};
	} catch {
		const kind = stop.signal.aborted ? "timeout" : "network";
		return { kind, ms: Math.round(performance.now() - started) };
	} finally {
		clearTimeout(timer);
	}
}

function request(authorization) {
	const name = "test_connection";
	return {
		method: "POST",
		mode: "cors",
		credentials: "omit",
		cache: "no-store",
		referrerPolicy: "no-referrer",
		headers: {
			Authorization: authorization,
			"Content-Type": "application/json",
			Accept: "application/json, text/event-stream",
			"MCP-Protocol-Version": PROTOCOL,
			"Mcp-Method": "tools/call",
			"Mcp-Name": name,
		},
		body: JSON.stringify({
			jsonrpc: "2.0",
			id: 1,
			method: "tools/call",
			params: {
				name,
				arguments: {},
				_meta: {
					[`${META}protocolVersion`]: PROTOCOL,
					[`${META}clientCapabilities`]: {},
					[`${META}clientInfo`]: { name: NAME, version: VERSION },
				},
			},
		}),
	};
}

function parsed(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
