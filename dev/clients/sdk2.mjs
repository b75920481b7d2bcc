// npm's @modelcontextprotocol/client (2.x, which asks for the newest era first): the same as sdk1.mjs.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { report } from "./report.mjs";

await report(async ({ url, headers, fetch, start }) => {
	const client = new Client({ name: "sdk2", version: "1" }, { versionNegotiation: { mode: "auto" } });
	const transport = start
		? new StdioClientTransport(start)
		: new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch });
	await client.connect(transport);
	return { client, protocol: transport.protocolVersion ?? client.getNegotiatedProtocolVersion() };
});
