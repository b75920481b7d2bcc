// npm's @modelcontextprotocol/sdk (1.x, the handshake era): connect, list the tools, call one, print one JSON line.
//
//     node sdk1.mjs URL AUTHORIZATION TOOL ARGUMENTS_AS_JSON

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { report } from "./report.mjs";

await report(async ({ url, headers, fetch, start }) => {
	const client = new Client({ name: "sdk1", version: "1" });
	const transport = start
		? new StdioClientTransport(start)
		: new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch });
	await client.connect(transport);
	return { client, protocol: transport.protocolVersion };
});
