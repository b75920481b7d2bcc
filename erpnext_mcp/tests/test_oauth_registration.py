"""OAuth for clients as they are: discovery, registration, the whole flow with the official client (DESIGN §9, T44)."""

import asyncio
import json
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import frappe
import pytest

from erpnext_mcp import compat
from erpnext_mcp.api.oauth import metadata
from erpnext_mcp.api.oauth.client_metadata import InvalidMetadata, client_metadata, redirect_problem
from erpnext_mcp.tests import oauth
from erpnext_mcp.tests.endpoint import Endpoint

SETTINGS = ("MCP Gateway Settings", "MCP Gateway Settings")
REGISTER = "/api/method/frappe.integrations.oauth2.register_client"
CALLBACK = "http://127.0.0.1:43123/callback"


@pytest.fixture
def anonymous(server, site, admin) -> Endpoint:
	return Endpoint(server.base_url, host=site.name if site.kind == "bench" else "")


@pytest.fixture
def registered(changed, world) -> Iterator[None]:
	"""Registration is on; what registers is gone afterwards."""
	from erpnext_mcp.limits import limiter
	from erpnext_mcp.policy import store

	limiter.forget("erpnext_mcp:registrations:127.0.0.1")
	with changed(*SETTINGS, oauth_registration=1, oauth_clients_allowed="Listed and Registered"):
		yield
	frappe.db.rollback()
	oauth.destroy()
	frappe.db.delete("MCP Client", {"app_name": ("like", f"{oauth.PREFIX}%")})
	store.changed()
	frappe.db.commit()


def register(endpoint: Endpoint, **asked) -> SimpleNamespace:
	asked = {"client_name": f"{oauth.PREFIX} R", "redirect_uris": [CALLBACK], **asked}
	answer = endpoint.send("POST", REGISTER, json.dumps(asked))
	return SimpleNamespace(status=answer.status, headers=answer.headers, **{"body": answer.json()})


@pytest.mark.parametrize(
	"uri",
	[
		"https://claude.ai/api/mcp/auth_callback",
		"http://localhost:8976/callback",
		"http://127.0.0.1/callback",
		"http://[::1]:99/",
		"cursor://anysphere.cursor-mcp/oauth/callback",
		"vscode://ms-vscode/x?y=1",
		"com.example.app:/oauth",
	],
)
def test_redirect_uris_of_clients_in_the_field(uri):
	assert redirect_problem(uri) is None


@pytest.mark.parametrize(
	"uri",
	[
		"",
		None,
		7,
		"/callback",
		"callback",
		"http://example.com/callback",
		"http://localhost.example.com/",
		"http://127.0.0.1@evil.example/",
		"https://user:secret@example.com/",
		"https:///x",
		"https://a.example/#x",
		"https://a.example/ https://b.example/",
		"https://a.example/\nhttps://b.example/",
		"https://a.example\\@b.example/",
		"https://exämple.com/",
		"https://a.example:99999999/",
		"javascript:alert(1)",
		"JavaScript:alert(1)",
		"data:text/html,x",
		"file:///etc/passwd",
		"x" * 501,
	],
)
def test_redirect_uris_that_nobody_needs(uri):
	assert redirect_problem(uri)


@pytest.mark.parametrize(
	("asked", "code"),
	[
		([], "invalid_client_metadata"),
		({}, "invalid_redirect_uri"),
		({"redirect_uris": []}, "invalid_redirect_uri"),
		({"redirect_uris": [CALLBACK] * 11}, "invalid_redirect_uri"),
		({"redirect_uris": [CALLBACK], "grant_types": ["client_credentials"]}, "invalid_client_metadata"),
		({"redirect_uris": [CALLBACK], "response_types": ["token"]}, "invalid_client_metadata"),
		({"redirect_uris": [CALLBACK], "grant_types": "authorization_code"}, "invalid_client_metadata"),
		(
			{"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"},
			"invalid_client_metadata",
		),
	],
)
def test_what_can_not_be_registered(asked, code):
	with pytest.raises(InvalidMetadata) as refused:
		client_metadata(asked)
	assert refused.value.code == code


def test_t56_the_name_of_a_client_is_text_on_frappes_consent_page():
	name = "<img src=x onerror=alert(1)>{{ frappe.db }}\u202eevil" + "x" * 500
	kept = client_metadata({"client_name": name, "redirect_uris": [CALLBACK]}).name
	assert len(kept) <= 100 and not set("<>{}\"'`&\u202e") & set(kept)
	assert client_metadata({"redirect_uris": [CALLBACK]}).name == "MCP client"


def test_registration_is_off_by_default(anonymous, changed):
	with changed(*SETTINGS, oauth_registration=0):
		before = frappe.db.count("MCP Client")
		answer = anonymous.send(
			"POST", REGISTER, json.dumps({"redirect_uris": [CALLBACK], "client_name": "x"})
		)
		assert answer.status == (400 if compat.SERVES_OAUTH_METADATA else 404), "v16's own refuses http"
		frappe.db.rollback()
		assert frappe.db.count("MCP Client") == before


def test_a_client_registers_itself(anonymous, registered):
	uris = [
		CALLBACK,
		"cursor://anysphere.cursor-mcp/oauth/callback",
		"https://claude.ai/api/mcp/auth_callback",
	]
	answer = register(anonymous, redirect_uris=uris, token_endpoint_auth_method="none")
	assert answer.status == 201, answer.body
	assert answer.headers["cache-control"] == "no-store"
	assert answer.body["redirect_uris"] == uris and "client_secret" not in answer.body
	frappe.db.rollback()
	client = frappe.get_doc("OAuth Client", answer.body["client_id"])
	assert client.redirect_uris.split() == uris and not client.skip_authorization
	known = frappe.get_doc("MCP Client", {"oauth_client": client.name})
	assert known.registered and not known.first_used and known.app_name == client.app_name


@pytest.mark.parametrize("body", ["", "x", "[]", "{}", '{"redirect_uris":["javascript:alert(1)"]}'])
def test_t50_what_is_no_registration(anonymous, registered, body):
	answer = anonymous.send("POST", REGISTER, body)
	assert answer.status in (400, 417, 500)
	assert b"Traceback" not in answer.body or not body.startswith("{")
	if body.startswith("{"):
		assert answer.status == 400 and answer.json()["error"] == "invalid_redirect_uri"


def test_registrations_are_limited_by_address(anonymous, registered):
	from erpnext_mcp.api.oauth.registration import MOST_PER_HOUR

	statuses = [register(anonymous, redirect_uris=[]).status for _ in range(MOST_PER_HOUR)]
	assert set(statuses) == {400}
	spoofed = anonymous.send("POST", REGISTER, "{}", {"X-Forwarded-For": "203.0.113.9, 127.0.0.1"})
	assert register(anonymous).status == 429 or spoofed.status == 429


def test_registered_clients_are_let_in_only_where_the_settings_say_so(anonymous, registered, changed, world):
	client = register(anonymous).body["client_id"]
	token = oauth.bearer(world.READER, client)

	def code() -> str | None:
		answer = Endpoint(anonymous.base_url, token, anonymous.host).rpc(
			"tools/call", {"name": "list_doctypes"}
		)
		return answer.json()["result"]["structuredContent"].get("code")

	assert code() is None
	with changed(*SETTINGS, oauth_clients_allowed="Listed"):
		assert code() == "not_permitted"
	with changed(*SETTINGS, oauth_clients_allowed="Listed", oauth_clients=[{"client": client}]):
		assert code() is None


def test_the_metadata_says_where_to_log_in(anonymous, registered):
	challenge = anonymous.rpc("ping").headers["www-authenticate"]
	assert 'resource_metadata="' in challenge
	url = challenge.split('resource_metadata="')[1].split('"')[0]
	resource = anonymous.send("GET", urlsplit(url).path)
	assert resource.status == 200 and resource.json()["authorization_servers"]
	server = anonymous.send("GET", "/.well-known/oauth-authorization-server").json()
	assert server["code_challenge_methods_supported"] == ["S256"]
	assert urlsplit(server["registration_endpoint"]).path == REGISTER
	for method in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
		assert server[method].startswith(server["issuer"])


@pytest.mark.parametrize("registration", [0, 1])
def test_our_own_documents(admin, changed, registration):
	"""What v15 serves; pure but for the setting."""
	base = "https://erp.example"
	with changed(*SETTINGS, oauth_registration=registration):
		document = metadata.document_at("/.well-known/oauth-authorization-server/mcp", base)
		assert ("registration_endpoint" in document) == bool(registration)
		assert document["issuer"] == base
	resource = metadata.document_at("/.well-known/oauth-protected-resource/mcp", base)
	assert resource["resource"] == base + "/mcp" and resource["authorization_servers"] == [base]
	for path in (
		"/.well-known/oauth-protected-resource/app",
		"/.well-known/oauth",
		"/.well-known/security.txt",
	):
		assert metadata.document_at(path, base) is None


class Storage:
	"""The official client's `TokenStorage`."""

	def __init__(self) -> None:
		self.tokens = self.client = None

	async def get_tokens(self):
		return self.tokens

	async def set_tokens(self, tokens) -> None:
		self.tokens = tokens

	async def get_client_info(self):
		return self.client

	async def set_client_info(self, client) -> None:
		self.client = client


@pytest.fixture(params=["frappe", "ours"])
def discovery(request, monkeypatch, site) -> str:
	"""v16's own metadata, and ours for v15."""
	if request.param == "frappe" and not compat.SERVES_OAUTH_METADATA:
		pytest.skip("Frappe v15 has none")
	if request.param == "ours" and compat.SERVES_OAUTH_METADATA:
		import os

		if site.kind == "bench" or os.environ.get("ENGINE_DB") == "mariadb":
			pytest.skip("the server is another process")
		monkeypatch.setattr(compat, "SERVES_OAUTH_METADATA", False)
	return request.param


def test_the_whole_flow_with_the_official_client(discovery, server, registered, world):
	"""401 → metadata → registration → PKCE → token → call → refresh → revoke."""
	import httpx2
	from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
	from mcp.client.client import Client
	from mcp.client.streamable_http import streamable_http_client
	from mcp.shared.auth import OAuthClientMetadata

	storage, seen = Storage(), SimpleNamespace(location="")
	url = server.base_url + "/mcp"

	async def consent(authorization_url: str) -> None:
		"""What a person does in a browser: logs in, agrees."""
		async with httpx2.AsyncClient() as browser:
			login = {"usr": world.READER, "pwd": world.PASSWORD}
			assert (await browser.post(server.base_url + "/api/method/login", data=login)).status_code == 200
			page = await browser.get(authorization_url)
			assert page.status_code == 200 and f"{oauth.PREFIX} R" in page.text, page.text[:500]
			query = urlsplit(authorization_url).query
			approve = f"{server.base_url}/api/method/frappe.integrations.oauth2.approve?{query}"
			seen.location = (await browser.get(approve)).headers["location"]

	async def callback() -> AuthorizationCodeResult:
		assert seen.location.startswith(CALLBACK)
		answer = parse_qs(urlsplit(seen.location).query)
		return AuthorizationCodeResult(code=answer["code"][0], state=answer["state"][0])

	login_of = OAuthClientProvider(
		url,
		OAuthClientMetadata(
			client_name=f"{oauth.PREFIX} R",
			redirect_uris=[CALLBACK],
			token_endpoint_auth_method="none",
			grant_types=["authorization_code", "refresh_token"],
		),
		storage,
		consent,
		callback,
	)

	async def who() -> str:
		async with httpx2.AsyncClient(auth=login_of) as http:
			async with Client(streamable_http_client(url, http_client=http)) as client:
				return (await client.call_tool("test_connection", {})).structured_content["user"]

	assert asyncio.run(who()) == world.READER
	first = storage.tokens.access_token
	assert storage.tokens.refresh_token and seen.location

	# A token that has run out: the client gets another one by itself, and asks nobody.
	frappe.db.rollback()
	frappe.db.set_value("OAuth Bearer Token", first, "expiration_time", "2020-01-01 00:00:00")
	frappe.db.commit()
	seen.location = ""
	login_of.context.token_expiry_time = 1
	assert asyncio.run(who()) == world.READER
	assert storage.tokens.access_token != first and not seen.location

	revoked = Endpoint(server.base_url).send(
		"POST",
		"/api/method/frappe.integrations.oauth2.revoke_token",
		f"token={storage.tokens.access_token}&client_id={storage.client.client_id}",
		{"Content-Type": "application/x-www-form-urlencoded"},
	)
	assert revoked.status == 200
	last = Endpoint(server.base_url, f"Bearer {storage.tokens.access_token}").rpc("ping")
	assert last.status == 401 and "resource_metadata=" in last.headers["www-authenticate"]
