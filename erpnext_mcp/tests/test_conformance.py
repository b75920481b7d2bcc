"""MCP's official conformance suite against the site's own door: our transport and kernel, with a registry for tests.

The registry does not touch the site, so one database is enough; CONFORMANCE=on runs it on MariaDB, too.
"""

import os
import shutil
from collections.abc import Iterator
from functools import partial

import frappe
import pytest

REQUIRED = {"2025-11-25": (26, 30), "2026-07-28": (37, 37)}
"""How many scenarios pass of those that a revision requires."""


@pytest.fixture(scope="module")
def url(site, server, world, reader_key) -> Iterator[str]:
	"""The endpoint with the fixtures behind it, for callers without credentials of their own."""
	conformance = pytest.importorskip("dev.conformance")
	if shutil.which("npm") is None:
		pytest.skip("npm is missing")
	if site.kind == "bench":
		pytest.skip("the server's code is changed for it, in this process")
	if frappe.db.db_type != "sqlite" and os.environ.get("CONFORMANCE") != "on":
		pytest.skip("on SQLite is enough; CONFORMANCE=on runs it here as well")
	from dev.conformance import fixtures
	from dev.engine import serve
	from erpnext_mcp.mcp_server import server as protocol

	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(protocol, "get_server", fixtures.get_server)
		patch.setattr(protocol, "may_report", fixtures.may_report)
		running = serve.start_in_thread(
			site.name, around=partial(conformance.with_key, authorization=reader_key)
		)
		yield running.base_url + "/mcp"
		running.stop()


@pytest.mark.filterwarnings("ignore:The logging capability is deprecated")
@pytest.mark.parametrize("revision", REQUIRED)
def test_what_a_revision_requires(url, revision):
	from dev import conformance

	results = conformance.run(revision, url)
	assert not results.not_run, results.output
	expected = conformance.expected_failures(revision)
	unexpected = {name: said for name, said in results.failed.items() if name not in expected}
	assert not unexpected
	assert not expected.keys() - results.failed.keys(), "they pass: take them out of expected-failures.yml"
	assert (len(results.passed), len(results.required)) == REQUIRED[revision]


@pytest.mark.parametrize("revision", REQUIRED)
def test_what_is_expected_to_fail_has_a_reason(revision):
	conformance = pytest.importorskip("dev.conformance")
	assert all(conformance.expected_failures(revision).values())
