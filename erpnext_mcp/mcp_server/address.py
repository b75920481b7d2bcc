"""The address a request came from, as far as it can be known. Pure.

Frappe's own `request_ip` is the first entry of X-Forwarded-For whoever sent it: behind a proxy that appends to the
header, the client chooses it (T46). Profiles open themselves to networks, so here each hop counts only as far as the
one that reported it is trusted.
"""

from collections.abc import Iterable

from erpnext_mcp.policy.profile import in_networks

LOOPBACK = ("127.0.0.0/8", "::1/128")
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")
"""Where the web server in front of the workers may be, when it is not on the same machine: in containers."""


def client_address(peer: str, forwarded_for: str, proxies: Iterable[str] = ()) -> str:
	"""The nearest address that no proxy of ours vouches beyond.

	:param peer: who holds the other end of the connection; empty for a unix socket
	:param forwarded_for: the X-Forwarded-For header; each proxy has added, at its end, who it was called by
	:param proxies: networks of further proxies in front of the site, such as a CDN
	"""
	hops = [without_port(hop) for hop in forwarded_for.split(",") if hop.strip()]
	peer = without_port(peer)
	trusted = (*LOOPBACK, *proxies)
	if not hops or (peer and not in_networks(peer, (*trusted, *PRIVATE))):
		return peer
	while len(hops) > 1 and in_networks(hops[-1], trusted):
		hops.pop()
	return hops[-1]


def came_by_https(scheme: str, peer: str, forwarded_proto: str, proxies: Iterable[str] = ()) -> bool:
	"""Whether a request was made over HTTPS, as far as a proxy is to be believed.

	:param scheme: of the last hop
	:param forwarded_proto: the X-Forwarded-Proto header
	"""
	if scheme == "https":
		return True
	peer = without_port(peer)
	if peer and not in_networks(peer, (*LOOPBACK, *PRIVATE, *proxies)):
		return False
	return forwarded_proto.split(",")[-1].strip().lower() == "https"


def without_port(address: str) -> str:
	"""`203.0.113.7:4711` and `[2001:db8::1]:4711` without what some proxies put behind; anything else as it is."""
	address = address.strip()
	if address.startswith("["):
		return address[1:].split("]", 1)[0]
	if address.count(":") == 1:
		return address.split(":", 1)[0]
	return address
