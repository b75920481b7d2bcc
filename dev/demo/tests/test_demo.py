"""The demo itself, as a person starts it, on a bench of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dev.demo import port as ports
from dev.engine.paths import ROOT

pytestmark = pytest.mark.skipif(
	os.environ.get("ENGINE_DB") == "mariadb", reason="the demo's site is on SQLite"
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Path:
	return tmp_path_factory.mktemp("demo") / "bench"


@pytest.fixture
def port() -> int:
	with socket.create_server((ports.HOST, 0)) as free:
		return free.getsockname()[1]


@pytest.fixture(scope="module")
def first(bench) -> str:
	"""What the first start says."""
	return finished(start(bench, 0, "--once"))


def start(bench: Path, port: int, *arguments: str) -> subprocess.Popen:
	command = [sys.executable, "-m", "dev.demo", "--bench", str(bench), "--port", str(port), *arguments]
	return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finished(process: subprocess.Popen, status: int = 0) -> str:
	output = process.communicate(timeout=240)[0]
	assert process.returncode == status, output
	assert "Traceback" not in output
	return output


def keys(output: str) -> list[str]:
	return re.findall(r"(\S+@demo\.example) +Authorization: (token \w+:\w+)", output)


def test_the_session_is_shown(first):
	assert "protocol 2026-07-28" in first
	assert "list_generic_documents" in first
	assert re.search(r"item_code +item_name", first)
	assert "not_found:" in first
	assert re.search(r"GL Entry +Refused +not_found", first)


def test_three_people_with_keys(first):
	assert [email for email, _ in keys(first)] == [
		"analyst@demo.example",
		"sales.north@demo.example",
		"clerk@demo.example",
	]


def test_it_fits_on_a_screen_or_two(first):
	# On a terminal these are written over each other.
	notes = re.findall(r"(?m)^ {6}(?! ).*$", first.rpartition(" Session ")[0])
	assert notes
	assert len(first.splitlines()) - len(notes) <= 92


def test_secrets_are_for_the_owner_only(first, bench):
	assert (bench / "credentials.json").stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_the_keys_and_ctrl_c_leaves_nothing(first, bench, port):
	process = start(bench, port)
	output = "".join(until(process, "Ctrl-C stops it"))
	assert keys(output) == keys(first)
	assert httpx.get(f"http://{ports.HOST}:{port}/api/method/ping").json() == {"message": "pong"}
	process.send_signal(signal.SIGINT)
	assert finished(process).endswith("Stopped.\n")
	ports.check(port)


def test_ctrl_c_while_it_sets_up(tmp_path, port):
	process = start(tmp_path / "bench", port)
	next(until(process, "erpnext_mcp demo"))
	process.send_signal(signal.SIGINT)
	assert "The next `make demo` goes on from here." in finished(process, status=130)
	assert not (tmp_path / "bench").exists()


def test_only_one_at_a_time(first, bench, port):
	process = start(bench, port)
	try:
		list(until(process, "Ctrl-C stops it"))
		assert "Another demo is running" in finished(start(bench, 0), status=1)
		assert f"Port {port} is in use." in finished(start(bench, port), status=1)
	finally:
		process.send_signal(signal.SIGINT)
		finished(process)


def until(process: subprocess.Popen, words: str) -> Iterator[str]:
	"""The lines up to the one that holds the words."""
	assert process.stdout
	for line in process.stdout:
		yield line
		if words in line:
			return
	raise AssertionError(f"{words!r} was never said")
