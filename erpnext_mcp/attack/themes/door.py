"""The door: requests that try to be somebody, somewhere or something else."""

import json
import secrets
from collections.abc import Iterator

from erpnext_mcp.api import guard
from erpnext_mcp.api import mcp as door
from erpnext_mcp.attack import site
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.http import STRANGER, Answered, Send, request, sender, within
from erpnext_mcp.attack.scan import INNER
from erpnext_mcp.attack.trial import Trial
from erpnext_mcp.mcp_server import caller, wsgi

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
BODY = json.dumps(PING).encode()
ELSEWHERE = (
	"/api/resource/{doctype}",
	"/api/resource/User",
	"/api/method/frappe.client.get_list?doctype={doctype}",
	"/api/method/frappe.desk.reportview.get",
	"/api/v2/document/{doctype}",
	"/api/v2/mcp",
	"/?cmd=frappe.client.get_list",
	"/api/method/erpnext_mcp.api.mcp.handle/",
	"/mcp/",
	"//mcp",
	"/MCP",
	"/private/files/x.pdf",
	"/files/x.png",
	"/app",
	"/desk",
	"/backups/x.sql.gz",
	"/api/method/frappe.integrations.oauth2.get_token?cmd=frappe.client.get_list",
)
ORIGINS = (
	"https://evil.example",
	"null",
	"http://",
	"file://",
	"https://evil.example:443",
	"http://127.0.0.1.evil.example",
)


def lets_pass(t: Trial, answered: Answered, statuses: set[int], what: str) -> None:
	"""Judges what must have been stopped with one of these statuses."""
	t.calls += 1
	if answered.status in statuses:
		t.check(not INNER.search(answered.text), f"{what}: the answer shows the inside of the server")
	elif answered.status >= 500:
		t.broke(f"{what}: status {answered.status}")
	else:
		t.broke(f"{what} is let pass ({answered.status})")


@attack("T40", "The user's key used elsewhere on the site")
def elsewhere(t: Trial) -> None:
	t.says(
		f"{len(ELSEWHERE)} paths of Frappe with the user's key (without its secret, past Frappe's own check of it)"
	)
	profile = t.run.truth.doc
	if not t.target.restricted or profile.clients:
		t.skip(
			"the profile does not restrict the user's key to MCP: it works elsewhere, with Frappe's permissions alone"
		)
		return
	key = site.api_key(t.target.user) or "x"
	doctype = next(iter(t.target.surfaces), "User")
	for path in ELSEWHERE:
		for method in ("GET", "POST"):
			made = request(path.format(doctype=doctype), method, {"Authorization": f"token {key}:x"}, BODY)
			answered = within(t.run.attacker, made, t.target.user, guard.check)
			lets_pass(t, answered, {401, 403}, f"{method} {path}")


@attack("T45", "A browser's session, a foreign page, another name of the site")
def browsers(t: Trial) -> None:
	t.says("a cookie session at /mcp; foreign Origins; a Host that points here (DNS rebinding)")
	made = request(body=BODY)
	lets_pass(t, within(t.run.attacker, made, t.target.user, door.route), {401}, "a cookie session at /mcp")
	made = request(headers={"Authorization": "token x:y"}, body=BODY)
	lets_pass(
		t, within(t.run.attacker, made, t.target.user, door.route), {401}, "a cookie session beside a key"
	)
	listed = (site.setting("allowed_origins") or "").split()
	for origin in ORIGINS:
		if origin in listed:
			t.skip(f"the settings allow {origin}")
			continue
		made = request(headers={"Authorization": "token x:y", "Origin": origin}, body=BODY)
		lets_pass(t, within(t.run.attacker, made, "Guest", door.route), {403}, f"a page of {origin}")
	made = request(
		headers={"Authorization": "token x:y", "Origin": "http://evil.example"},
		body=BODY,
		host="evil.example",
	)
	lets_pass(
		t,
		within(t.run.attacker, made, "Guest", door.route),
		{403},
		"a page whose name was made to point here",
	)


@attack("T73", "cmd at the endpoint's own path")
def cmd(t: Trial) -> None:
	t.says("cmd in the query; a body without credentials; other methods")
	for path in ("/mcp?cmd=frappe.client.get_list", "/mcp?cmd=", "/mcp?readonly=1&cmd=login"):
		made = request(path, headers={"Authorization": "token x:y"}, body=BODY)
		lets_pass(t, within(t.run.attacker, made, "Guest", door.route), {400}, f"POST {path}")
	for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD"):
		made = request("/mcp", method, {"Authorization": "token x:y"})
		lets_pass(t, within(t.run.attacker, made, "Guest", door.route), {405}, f"{method} /mcp")


@attack("T46", "A client that chooses its own address")
def addresses(t: Trial) -> None:
	t.says("X-Forwarded-For, Forwarded and X-Real-IP from an address that is no proxy")
	for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP"):
		for spoofed in ("127.0.0.1", "10.0.0.1, 127.0.0.1"):
			made = request(headers={name: spoofed, "Authorization": "token x:y"}, body=BODY)

			def step() -> None:
				found = caller.from_request(caller.HTTP).ip_address
				t.check(found == STRANGER, f"{name} makes the address one of the client's choice")

			t.calls += 1
			within(t.run.attacker, made, t.target.user, step)


def bodies() -> Iterator[tuple[str, bytes, str]]:
	"""(what it is, body, content type) of what is no request. Were one taken for one, it would be a ping."""
	of = "application/json"
	yield "a batch", b"[" + BODY + b"]", of
	yield "an empty batch", b"[]", of
	yield "nothing", b"", of
	yield "no JSON", b"{", of
	yield "a text", b'"ping"', of
	yield "NaN", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":NaN}}', of
	yield "a number that is too large", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":1e999}}', of
	yield "a key twice", b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}', of
	yield "half a character", b'{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}', of
	yield "no UTF-8", b'{"jsonrpc":"2.0","id":"\xff","method":"ping"}', of
	yield (
		"too deep",
		b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":' + b"[" * 500 + b"]" * 500 + b"}}",
		of,
	)
	yield (
		"too large",
		b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"' + b"a" * 4_300_000 + b'"}}',
		of,
	)
	yield "an id that is true", b'{"jsonrpc":"2.0","id":true,"method":"ping"}', of
	yield "an id that is an object", b'{"jsonrpc":"2.0","id":{},"method":"ping"}', of
	yield "a long id", b'{"jsonrpc":"2.0","id":"' + b"a" * 10_000 + b'","method":"ping"}', of
	yield "params as an array", b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', of
	yield "another JSON-RPC", b'{"jsonrpc":"1.0","id":1,"method":"ping"}', of
	yield "a form", b"jsonrpc=2.0&id=1&method=ping", "application/x-www-form-urlencoded"
	yield "a text type", BODY, "text/plain"
	yield "no type", BODY, ""


@attack("T50", "Bodies that are no request")
def malformed(t: Trial) -> None:
	t.says("batches, NaN, keys twice, half characters, depth 500, 4 MB, wrong types")
	for what, body, kind in bodies():
		made = request(headers={"Content-Type": kind}, body=body)
		answered = within(t.run.attacker, made, t.target.user, lambda made=made: wsgi.respond(made))
		lets_pass(t, answered, {400, 406, 413, 415}, f"a body that is {what}")


@attack("T44", "Credentials that are nobody's, over HTTP")
def credentials(t: Trial) -> None:
	where = "the server at --url" if t.run.url else "the site's WSGI application in this process"
	t.says(f"no key, made-up keys and tokens, keys of other DocTypes, to {where}")
	try:
		send = sender(t.run.url)
		send("POST", "/mcp", {}, BODY)
	except Exception as e:
		t.skip(f"{where} can't be reached: {type(e).__name__}")
		return
	_credentials(t, send)


def _credentials(t: Trial, send: Send) -> None:
	made_up = secrets.token_hex(8)
	given: tuple[tuple[str, dict[str, str]], ...] = (
		("no key", {}),
		("a made-up key", {"Authorization": f"token {made_up}:{made_up}"}),
		("a made-up key as Basic", {"Authorization": "Basic eDp5"}),
		("what is not base64", {"Authorization": "Basic ***"}),
		("a made-up token", {"Authorization": f"Bearer {made_up}"}),
		("an empty token", {"Authorization": "Bearer "}),
		("a made-up cookie", {"Cookie": f"sid={made_up}; user_id=Administrator"}),
		("a key of another DocType", {"Authorization": "token x:y", "Frappe-Authorization-Source": "Role"}),
	)
	for what, headers in given:
		lets_pass(t, send("POST", "/mcp", headers, BODY), {401}, f"{what} at /mcp")
	key = site.api_key(t.target.user)
	if key:
		# Whoever guesses must not learn which half was right. Leaves an entry of the audit, as for anybody.
		known = send("POST", "/mcp", {"Authorization": f"token {key}:{made_up}"}, BODY)
		other = send("POST", "/mcp", {"Authorization": f"token {made_up}:{made_up}"}, BODY)
		lets_pass(t, known, {401}, "the user's key with a wrong secret")
		t.check(
			(known.status, known.text) == (other.status, other.text),
			"a key that exists can be told from one that does not",
		)
	origin = {"Origin": "https://evil.example", "Authorization": f"token {made_up}:{made_up}"}
	lets_pass(t, send("POST", "/mcp", origin, BODY), {403}, "a foreign page over HTTP")
	lets_pass(t, send("POST", "/mcp?cmd=frappe.client.get_list", {}, BODY), {400}, "cmd over HTTP")
