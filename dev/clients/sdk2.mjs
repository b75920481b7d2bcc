// npm's @modelcontextprotocol/client (2.x, which asks for the newest era first): the same as sdk1.mjs.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { report } from "./report.mjs";

await report(async ({ url, headers, fetch }) => {
	const client = new Client({ name: "sdk2", version: "1" }, { versionNegotiation: { mode: "auto" } });
	const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers }, fetch });
	await client.connect(transport);
	return { client, protocol: transport.protocolVersion ?? client.getNegotiatedProtocolVersion() };
});
