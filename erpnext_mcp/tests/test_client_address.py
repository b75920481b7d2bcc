"""T46: a client can't choose the address that networks, and the audit, go by."""

import pytest

from erpnext_mcp.mcp_server.address import client_address

CLIENT = "203.0.113.9"
SPOOFED = "10.0.0.1"
CDN = ("198.51.100.0/24",)


@pytest.mark.parametrize(
	("peer", "forwarded_for", "proxies", "address"),
	[
		# Nobody in front of the workers: whatever the header says, it is the peer.
		(CLIENT, "", (), CLIENT),
		(CLIENT, SPOOFED, (), CLIENT),
		(CLIENT, f"{SPOOFED}, 127.0.0.1", (), CLIENT),
		("2001:db8::7", SPOOFED, (), "2001:db8::7"),
		# bench's nginx replaces the header, on the same machine, by a socket, or in a container.
		("127.0.0.1", CLIENT, (), CLIENT),
		("::1", CLIENT, (), CLIENT),
		("", CLIENT, (), CLIENT),
		("172.18.0.4", CLIENT, (), CLIENT),
		("127.0.0.1", "2001:db8::7", (), "2001:db8::7"),
		# A proxy that appends: what the client sent stands before what the proxy saw.
		("127.0.0.1", f"{SPOOFED}, {CLIENT}", (), CLIENT),
		("127.0.0.1", f"127.0.0.1, {CLIENT}", (), CLIENT),
		("172.18.0.4", f"{SPOOFED},{SPOOFED},{CLIENT}", (), CLIENT),
		("127.0.0.1", f"{SPOOFED}, 192.168.7.7", (), "192.168.7.7"),
		# A chain on the same machine.
		("127.0.0.1", f"{CLIENT}, 127.0.0.1", (), CLIENT),
		# A CDN counts only when the site's config names it.
		("127.0.0.1", f"{SPOOFED}, {CLIENT}, 198.51.100.4", (), "198.51.100.4"),
		("127.0.0.1", f"{SPOOFED}, {CLIENT}, 198.51.100.4", CDN, CLIENT),
		("198.51.100.4", f"{SPOOFED}, {CLIENT}", CDN, CLIENT),
		# Ports, blanks, no address at all.
		("127.0.0.1:4711", f"{CLIENT}:4711", (), CLIENT),
		("127.0.0.1", "[2001:db8::7]:4711", (), "2001:db8::7"),
		("127.0.0.1", " , ", (), "127.0.0.1"),
		("127.0.0.1", f"{CLIENT}, unknown", (), "unknown"),
		("", "", (), ""),
		("127.0.0.1", "", (), "127.0.0.1"),
	],
)
def test_t46_whose_word_counts(peer, forwarded_for, proxies, address):
	assert client_address(peer, forwarded_for, proxies) == address
