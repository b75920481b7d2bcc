"""Which address a client is told to use, and what is said against it."""

import pytest

from erpnext_mcp.desk.connect.address import addresses, is_local, is_loopback, is_origin

PUBLIC = "https://erp.example.com"


def urls(configured: str, origin: str) -> list[str]:
	return [address.url for address in addresses(configured, origin, "/mcp")]


def warnings(base: str) -> str:
	(address,) = addresses(base, base, "/mcp")
	return " ".join(address.warnings)


@pytest.mark.parametrize(
	("configured", "origin"),
	[
		(PUBLIC, PUBLIC),
		(f"{PUBLIC}/", PUBLIC),
		(f"{PUBLIC}:443", PUBLIC),
		("https://ERP.example.com", PUBLIC),
		("http://erp.example.com:80", "http://erp.example.com"),
		(PUBLIC, ""),
		(PUBLIC, "null"),
		(PUBLIC, "file://"),
	],
)
def test_one_address_where_site_and_browser_agree(configured, origin):
	assert len(urls(configured, origin)) == 1


@pytest.mark.parametrize(
	("configured", "origin", "first"),
	[
		# v15 adds the bench's port where host_name is not set; the proxy serves without.
		(f"{PUBLIC}:8000", PUBLIC, PUBLIC),
		# A proxy that does not tell that it speaks https.
		("http://erp.example.com", PUBLIC, PUBLIC),
		("http://site1.local", PUBLIC, PUBLIC),
		# Through a tunnel, or from within: the public one is better.
		(PUBLIC, "http://127.0.0.1:8080", PUBLIC),
		(PUBLIC, "http://10.0.0.5:8000", PUBLIC),
		# As much against both: the browser has proven its own.
		("http://site1.local:8000", "http://erp.lan", "http://erp.lan"),
		("http://127.0.0.1:8000", "http://127.0.0.1:8601", "http://127.0.0.1:8601"),
	],
)
def test_two_where_they_differ_the_better_one_first(configured, origin, first):
	found = urls(configured, origin)
	assert len(found) == 2 and found[0] == f"{first}/mcp"


def test_nothing_against_a_public_address():
	assert warnings(PUBLIC) == ""


def test_http_is_warned_of_but_not_on_this_machine():
	assert "not encrypted" in warnings("http://erp.example.com")
	assert "not encrypted" in warnings("http://192.168.1.7:8000")
	assert "not encrypted" not in warnings("http://localhost:8000")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.9", "demo.localhost", "[::1]"])
def test_this_machine(host):
	assert "own machine" in warnings(f"http://{host}:8000")
	assert is_loopback(host.strip("[]"))


@pytest.mark.parametrize("host", ["10.1.2.3", "192.168.0.4", "erp", "erp.local", "site.lan", "100.64.0.1"])
def test_a_network_of_ones_own(host):
	assert "own network" in warnings(f"https://{host}")
	assert is_local(host)


@pytest.mark.parametrize("host", ["erp.example.com", "8.8.8.8", "local.example.com"])
def test_the_internet(host):
	assert not is_local(host) and not is_loopback(host)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"null",
		"javascript:alert(1)",
		"https://",
		"https://a b",
		"https://a/b",
		"https://a?b",
		"https://a#b",
		"https://user@a",
		'https://a"><script>',
		"https://a:99999",
		"https://a:x",
		"https://a\n",
		"ftp://a",
		"//a",
		"https://[::1",
	],
)
def test_what_is_no_origin(text):
	assert not is_origin(text)


@pytest.mark.parametrize(
	"text", ["https://a", "http://a:8000", "https://[::1]:8443", "https://xn--bcher-kva.example"]
)
def test_what_is_one(text):
	assert is_origin(text)
