"""A plain HTTP client for the endpoint, so that tests can send what no SDK would."""

import http.client
import http.cookies
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MODERN = "2026-07-28"
META = "io.modelcontextprotocol/"


@dataclass(frozen=True)
class Response:
	status: int
	headers: dict[str, str]
	"""By lower-case name; of several with one name, the last."""
	cookies: dict[str, str]
	body: bytes

	def json(self) -> Any:
		return json.loads(self.body)


@dataclass(frozen=True)
class Endpoint:
	"""`base_url` of the served site, and the Authorization header of a user ("" for none)."""

	base_url: str
	authorization: str = ""
	host: str = ""

	def send(
		self,
		method: str = "POST",
		path: str = "/mcp",
		body: bytes | str = b"",
		headers: dict[str, str | None] | None = None,
	) -> Response:
		"""One request; a header set to None is left out."""
		parts = urlsplit(self.base_url)
		all_headers: dict[str, str | None] = {
			"Content-Type": "application/json",
			"Accept": "application/json, text/event-stream",
			"Authorization": self.authorization or None,
			"Host": self.host or None,
			**(headers or {}),
		}
		connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
		try:
			connection.request(
				method,
				path,
				body.encode() if isinstance(body, str) else body,
				{k: v for k, v in all_headers.items() if v is not None},
			)
			response = connection.getresponse()
			cookies: http.cookies.SimpleCookie = http.cookies.SimpleCookie()
			for cookie in response.headers.get_all("Set-Cookie", []):
				cookies.load(cookie)
			return Response(
				response.status,
				{k.lower(): v for k, v in response.getheaders()},
				{k: morsel.value for k, morsel in cookies.items()},
				response.read(),
			)
		finally:
			connection.close()

	def rpc(
		self, rpc_method: str, params: dict | None = None, *, path: str = "/mcp", **kwargs: Any
	) -> Response:
		"""A request of the handshake era."""
		message = {"jsonrpc": "2.0", "id": 1, "method": rpc_method, "params": params or {}}
		headers = {"MCP-Protocol-Version": "2025-11-25", **kwargs.pop("headers", {})}
		return self.send("POST", path, json.dumps(message), headers, **kwargs)

	def modern(
		self,
		rpc_method: str,
		params: dict | None = None,
		headers: dict | None = None,
		capabilities: dict | None = None,
	) -> Response:
		"""A request of 2026-07-28, with the envelope and the headers that revision demands."""
		params = {
			**(params or {}),
			"_meta": {
				META + "protocolVersion": MODERN,
				META + "clientCapabilities": capabilities or {},
				META + "clientInfo": {"name": "test", "version": "1"},
			},
		}
		message = {"jsonrpc": "2.0", "id": 1, "method": rpc_method, "params": params}
		routing: dict[str, Any] = {"MCP-Protocol-Version": MODERN, "Mcp-Method": rpc_method}
		if "name" in params or "uri" in params:
			routing["Mcp-Name"] = params.get("name") or params["uri"]
		return self.send("POST", "/mcp", json.dumps(message), {**routing, **(headers or {})})
