"""The pure scripts of the Connect page, run by Node: what a pasted key means, and what a failed test of the connection."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import erpnext_mcp

SCRIPTS = Path(erpnext_mcp.__file__).parent / "public" / "js" / "connect"
URL, ORIGIN, USER = "https://erp.example.com/mcp", "https://erp.example.com", "ann@example.com"

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed")

RUN = """
globalThis.__ = (text, values = []) => text.replace(/\\{(\\d+)\\}/g, (_, i) => values[i]);
const [, script, name, calls] = process.argv;
const module = await import("data:text/javascript;base64," + script);
console.log(JSON.stringify(JSON.parse(calls).map((args) => module[name](...args))));
"""


def run(script: str, function: str, *calls: list[Any]) -> list[Any]:
	"""What a function of a script gives for each list of arguments."""
	import base64

	source = base64.b64encode((SCRIPTS / script).read_bytes()).decode()
	command = ["node", "--input-type=module", "-e", RUN, source, function, json.dumps(calls)]
	result = subprocess.run(command, capture_output=True, text=True, timeout=60)
	assert result.returncode == 0, result.stderr
	return json.loads(result.stdout)


@pytest.mark.parametrize(
	("pasted", "key", "meant"),
	[
		("token k1:s1", "", "token k1:s1"),
		("Token   k1:s1", "k2", "Token k1:s1"),
		("Authorization: token k1:s1", "", "token k1:s1"),
		("  k1:s1\n", "", "token k1:s1"),
		("Bearer abc", "k1", "Bearer abc"),
		("s1", "k1", "token k1:s1"),
		("s1", "", ""),
		("", "k1", ""),
		("k1:", "k1", ""),
		(":s1", "k1", ""),
		("a:b:c", "k1", ""),
		("two words", "k1", ""),
		("token k1:s1\r\nX-Evil: 1", "k1", ""),
		("schlüssel", "k1", ""),
	],
)
def test_what_is_pasted(pasted, key, meant):
	assert run("credentials.js", "authorization_of", [pasted, key]) == [meant]


def test_a_secret_is_filled_in_only_where_no_language_would_read_it():
	text = 'curl -H "Authorization: token k:YOUR_API_SECRET"'
	filled, odd, none = run(
		"credentials.js", "filled", [text, "0123abc"], [text, '"; rm -rf /'], [text, None]
	)
	assert filled == text.replace("YOUR_API_SECRET", "0123abc")
	assert odd == none == text


def diagnosed(seen: dict[str, Any], **about: str) -> tuple[str, str]:
	about = {"url": URL, "origin": ORIGIN, "user": USER, **about}
	(found,) = run("diagnosis.js", "diagnose", [{"ms": 40, **seen}, about])
	assert found["title"] and set(found) == {"state", "title", "facts", "advice"}
	if found["state"] == "problem":
		assert found["advice"], f"says what to do: {found['title']}"
	return found["state"], " ".join([found["title"], *found["facts"], *found["advice"]])


def answer(status: int = 200, json: Any = None, **more: Any) -> dict[str, Any]:
	more = {"html": json is None, "text": "<html>", "redirected": False, "url": URL, **more}
	return {"kind": "answer", "status": status, "json": json, **more}


def rpc_error(message: str) -> dict[str, Any]:
	return {"jsonrpc": "2.0", "id": None, "error": {"code": -32001, "message": message}}


def tool(**content: Any) -> dict[str, Any]:
	is_error = "code" in content
	return {"jsonrpc": "2.0", "id": 1, "result": {"structuredContent": content, "isError": is_error}}


OK = tool(status="ok", user=USER, profile="Sales", doctypes=3)


def test_it_works():
	state, said = diagnosed(answer(json=OK))
	assert state == "ok" and "Profile Sales, DocTypes: 3." in said and USER in said


@pytest.mark.parametrize(
	("seen", "about", "words"),
	[
		({"kind": "timeout", "ms": 20_000}, {}, "No answer within 20 seconds"),
		({"kind": "network"}, {}, "the connection failed"),
		({"kind": "network"}, {"origin": "https://desk.example.com"}, "Allowed Origins"),
		({"kind": "network"}, {"url": "http://erp.example.com/mcp"}, "http address from an https page"),
		(answer(404), {}, "no MCP endpoint at this address"),
		(answer(404, {"exc_type": "DoesNotExistError"}), {}, "app is not installed"),
		(answer(200), {}, "login page of a proxy"),
		(
			answer(200, redirected=True, url="https://sso.example.com/login"),
			{},
			"https://sso.example.com/login",
		),
		(answer(403), {}, "login of its own"),
		(answer(401), {}, "login of its own"),
		(answer(429), {}, "refused the call"),
		(answer(502), {}, "does not answer right now"),
		(answer(503), {}, "maintenance"),
		(answer(200, {"hello": "world"}), {}, "no MCP server"),
		(answer(401, rpc_error("The credentials are not valid")), {}, "rotating a key"),
		(answer(401, rpc_error("Authentication is required: an API key")), {}, "Authorization header away"),
		(answer(403, rpc_error("This Origin is not allowed")), {}, "Host header"),
		(answer(405, rpc_error("Only POST is served here")), {}, "POST into GET"),
		(answer(503, rpc_error("The database can't be reached.")), {}, "database"),
		(answer(400, rpc_error("Mcp-Method header is missing")), {}, "Mcp-Method"),
		(answer(json=tool(status="no_access", user=USER, problem="P.", hint="H.")), {}, "P."),
		(
			answer(json=tool(code="unavailable", message="MCP access is switched off.", hint="Ask.")),
			{},
			"switched off",
		),
		(answer(json=tool(something="else")), {}, "another MCP server"),
	],
	ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_failure_is_explained(seen, about, words):
	state, said = diagnosed(seen, **about)
	assert state == "problem" and words in said, said


def test_the_key_of_another_user_and_a_slow_answer_are_pointed_out():
	state, said = diagnosed(answer(json=OK), user="bob@example.com")
	assert state == "warning" and "another user" in said
	state, said = diagnosed({**answer(json=OK), "ms": 5000})
	assert state == "warning" and "slowly" in said
	state, said = diagnosed(answer(json=OK, redirected=True, url="https://other.example.com/mcp"))
	assert state == "warning" and "https://other.example.com/mcp" in said


@pytest.mark.parametrize("json", [None, 1, [], {"jsonrpc": "2.0"}, {"jsonrpc": "2.0", "result": 5}])
def test_odd_answers_raise_nothing(json):
	assert diagnosed(answer(200, json))[0] == "problem"
