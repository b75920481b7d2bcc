"""Whether the port is free, found out before anything is done."""

import errno
import socket

from dev.demo.problem import Problem

HOST = "127.0.0.1"


def check(port: int) -> None:
	with socket.socket() as probe:
		probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			probe.bind((HOST, port))
		except OSError as error:
			if error.errno == errno.EADDRINUSE:
				raise Problem(busy(port))
			raise Problem(f"Can't listen on {HOST}:{port}: {error.strerror}")


def busy(port: int) -> str:
	return f"Port {port} is in use. Stop what listens there, or take another one: MCP_DEMO_PORT={port + 1} make demo"
