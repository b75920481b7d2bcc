"""What `make setup` says when something is missing: one line, no traceback, and nothing half-made that passes for done."""

import errno
import subprocess
import sys

import pytest

from dev import bootstrap
from dev.engine import paths, wheel


@pytest.fixture
def build(tmp_path, monkeypatch):
	"""An empty build folder, with the virtualenv of this run for pip."""
	monkeypatch.setattr(paths, "BUILD", tmp_path)
	monkeypatch.setattr(paths, "WHEELS", tmp_path / "wheels")
	monkeypatch.setattr(paths, "ENGINE", tmp_path / "engine")
	(tmp_path / "venv" / "bin").mkdir(parents=True)
	(tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
	monkeypatch.setattr(paths, "VENV", tmp_path / "venv")
	return tmp_path


def problem(function, *arguments) -> str:
	with pytest.raises(bootstrap.Problem) as raised:
		function(*arguments)
	assert "\n" not in str(raised.value)
	return str(raised.value)


def test_an_old_python(monkeypatch):
	monkeypatch.setattr(sys, "version_info", (3, 10, 13))
	assert "Python 3.11 or newer is needed" in problem(bootstrap.check_machine)


def test_no_disk(monkeypatch):
	monkeypatch.setattr(bootstrap, "NEEDED_MB", 10**9)
	monkeypatch.setattr(bootstrap, "ROOT", paths.DEV)  # where there is no build/venv
	assert "MB of disk are needed" in problem(bootstrap.check_machine)


def test_the_disk_fills_up_midway(monkeypatch, capsys, build):
	def full() -> None:
		raise OSError(errno.ENOSPC, "No space left on device")

	monkeypatch.setattr(bootstrap, "make_venv", lambda venv: None)
	monkeypatch.setattr(bootstrap, "make_engine", full)
	assert bootstrap.main() == 1
	assert capsys.readouterr().err.count("\n") == 1


def test_no_venv_module(monkeypatch, build):
	monkeypatch.setitem(sys.modules, "ensurepip", None)
	assert "apt-get install python3-venv" in problem(bootstrap.make_venv, build / "new")
	assert not (build / "new" / ".python").exists()


def test_no_network(monkeypatch, build):
	monkeypatch.setenv("PIP_NO_INDEX", "1")
	monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
	monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
	assert "no network?" in problem(bootstrap.make_engine)
	assert not (build / "engine").exists()


def test_another_wheel_is_removed_and_not_run(build):
	paths.WHEELS.mkdir()
	file = paths.WHEELS / wheel.FILENAME
	file.write_bytes(b"another")
	said = problem(bootstrap.make_engine)
	assert wheel.SHA256 in said and wheel.sha256.__name__ in said
	assert not file.exists() and not (build / "engine").exists()


def test_nothing_is_done_twice(capsys):
	if sys.prefix != str(paths.VENV):
		pytest.skip("for another Python everything would be made anew")
	assert bootstrap.main() == 0
	assert capsys.readouterr().err == ""


def test_it_needs_the_standard_library_only():
	code = f"import sys; sys.path.insert(0, {str(paths.ROOT)!r}); import dev.bootstrap, dev.engine.wheel; dev.engine.wheel.stamp()"
	subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_ctrl_c_is_one_line(monkeypatch, capsys):
	def stop() -> None:
		raise KeyboardInterrupt

	monkeypatch.setattr(bootstrap, "check_machine", stop)
	assert bootstrap.main() == 130
	assert capsys.readouterr().err == "setup: stopped\n"
