"""MariaDB and Redis of the MariaDB lane: they end with what they were started for, whatever happens to it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from dev import debian
from dev.engine import paths, services
from dev.engine.pytest_plugin import DB

needs_programs = pytest.mark.skipif(DB != "mariadb", reason="MariaDB is for its own lane")


@pytest.fixture
def alone(monkeypatch):
	"""As if no services ran around this process."""
	monkeypatch.delenv(services.ENVIRONMENT, raising=False)


def _answers(command: list[str]) -> bool:
	return subprocess.run(command, capture_output=True).returncode == 0


@needs_programs
def test_they_stop_when_the_context_ends_even_by_an_error(alone):
	with pytest.raises(ZeroDivisionError), services.running() as running:
		query = running.mariadb("--execute=select 1")
		assert _answers(query)
		with services.running() as same:
			assert same == running == services.current()
		raise ZeroDivisionError
	assert not _answers(query)
	assert services.ENVIRONMENT not in os.environ


@needs_programs
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_they_end_with_the_command(alone, number):
	show = f"import os, time; print(os.environ['{services.ENVIRONMENT}'], flush=True); time.sleep(600)"
	process = subprocess.Popen(
		[sys.executable, "-m", "dev.engine.services", sys.executable, "-c", show],
		cwd=paths.ROOT,
		stdout=subprocess.PIPE,
		text=True,
		start_new_session=True,
	)
	running = services.Services(**json.loads(process.stdout.readline()))
	query = running.mariadb("--execute=select 1")
	assert _answers(query)
	if number == signal.SIGINT:
		os.killpg(process.pid, number)  # as the terminal does
	else:
		process.send_signal(number)
	assert process.wait(30) == {signal.SIGINT: 130, signal.SIGTERM: 143}.get(number, -number)
	deadline = time.monotonic() + 20
	while _answers(query) and time.monotonic() < deadline:
		time.sleep(0.2)
	assert not _answers(query)
	if number == signal.SIGKILL:
		subprocess.run(
			["pkill", "-s", str(process.pid)], check=False
		)  # the command itself, which nobody could end


def test_what_is_missing_is_said_to_those_who_are_not_root(monkeypatch):
	monkeypatch.setattr(debian, "which", lambda program: None)
	monkeypatch.setattr(os, "geteuid", lambda: 1000)
	with pytest.raises(services.ServiceProblem, match="mariadb-client and mariadb-server and redis-server"):
		services.install()


def test_root_gets_it_installed_without_any_service_started(monkeypatch, tmp_path):
	calls = []

	def run(command, **kwargs):
		calls.append(([*command], policy.read_text() if policy.exists() else None))
		return subprocess.CompletedProcess(command, 0, "", "")

	policy = tmp_path / "policy-rc.d"
	monkeypatch.setattr(debian, "_POLICY", policy)
	monkeypatch.setattr(debian, "which", lambda program: None)
	monkeypatch.setattr(os, "geteuid", lambda: 0)
	monkeypatch.setattr(subprocess, "run", run)
	services.install()
	assert [command[2] for command, _ in calls] == ["update", "install"]
	assert all("exit 101" in text for _, text in calls)
	assert not policy.exists()


def test_outside_of_the_lane_it_is_said(alone):
	with pytest.raises(services.ServiceProblem, match=r"dev\.engine\.services"):
		services.current()
