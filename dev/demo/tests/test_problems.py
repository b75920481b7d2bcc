import errno
import socket
import sqlite3

import pytest

from dev.demo import port
from dev.demo.problem import NO_SPACE, Problem, said_in_one_line


@pytest.mark.parametrize(
	("error", "line"),
	[
		(Problem("Say this."), "Say this."),
		(OSError(errno.ENOSPC, "No space left on device"), NO_SPACE),
		(sqlite3.OperationalError("database or disk is full"), NO_SPACE),
		(
			OSError(errno.EROFS, "Read-only file system", "/x"),
			"Can't write: [Errno 30] Read-only file system: '/x'",
		),
		(ValueError("a fault of ours"), None),
	],
)
def test_one_line_for_what_is_nobodys_fault(error, line):
	assert said_in_one_line(error) == line


def test_a_busy_port_says_what_to_do():
	with socket.create_server(("127.0.0.1", 0)) as taken:
		number = taken.getsockname()[1]
		with pytest.raises(
			Problem, match=rf"^Port {number} is in use\. .*MCP_DEMO_PORT={number + 1} make demo$"
		):
			port.check(number)


def test_a_free_port_is_left_free():
	with socket.create_server(("127.0.0.1", 0)) as taken:
		number = taken.getsockname()[1]
	port.check(number)
	port.check(number)
