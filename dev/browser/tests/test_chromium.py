"""Without a browser the tests fail, and say in one line what to do."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from dev import debian
from dev.browser import chromium


def start() -> None:
	with chromium.running():
		pass


def test_a_missing_package_is_said_to_those_who_are_not_root(monkeypatch):
	monkeypatch.setattr(debian, "which", lambda program: None)
	monkeypatch.setattr(os, "geteuid", lambda: 1000)
	with pytest.raises(chromium.BrowserProblem) as problem:
		start()
	assert str(problem.value) == (
		"the browser lane needs the package chromium: install it, or run as root"
		" (or set BROWSER=off to go without the browser tests)"
	)


def test_what_does_not_start_is_said(monkeypatch, tmp_path):
	broken = tmp_path / "chromium"
	broken.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
	broken.chmod(0o755)
	monkeypatch.setattr(debian, "which", lambda program: str(broken))
	# In a thread of its own: in this one, that of other tests may be running.
	with (
		ThreadPoolExecutor(1) as pool,
		pytest.raises(chromium.BrowserProblem, match=r"^Chromium doesn't start: [^\n]+$"),
	):
		pool.submit(start).result()
