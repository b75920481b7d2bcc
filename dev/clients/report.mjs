// What the client programs share: read the command line, drive the client, print one JSON line of what was seen.

/**
 * `connect` gets {url, headers, fetch}, or {start} with what a stdio transport is started with, and gives {client, protocol}.
 */
export async function report(connect) {
	const [url, authorization, tool, toolArguments = "{}"] = process.argv.slice(2);
	const http = [];
	const watched = async (input, init) => {
		const response = await fetch(input, init);
		http.push(`${init?.method ?? "GET"} ${response.status}`);
		return response;
	};
	const seen = { http };
	try {
		const headers = authorization && url !== "stdio" ? { Authorization: authorization } : {};
		const where =
			url === "stdio" ? { start: JSON.parse(authorization) } : { url: new URL(url), headers, fetch: watched };
		const { client, protocol } = await connect(where);
		seen.protocol = protocol;
		seen.server = client.getServerVersion();
		seen.tools = (await client.listTools()).tools.map((each) => each.name);
		if (tool) seen.result = await client.callTool({ name: tool, arguments: JSON.parse(toolArguments) });
		await client.close();
	} catch (error) {
		seen.error = { name: error.name, code: error.code, message: error.message };
	}
	console.log(JSON.stringify(seen));
}
