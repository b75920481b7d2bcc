"""The mends made in the source text and of Python itself: what failed without them works."""

import compileall
import functools
import importlib
import threading

import frappe
import pytest

from dev.engine import paths


def test_python311_the_whole_copy_compiles():
	event = paths.ENGINE / "frappe" / "desk" / "doctype" / "event" / "event.py"
	assert compileall.compile_file(event, force=True, quiet=2)
	assert "type EventLikeDict" not in event.read_text()


@pytest.mark.parametrize(
	"module",
	[
		"frappe.app",
		"frappe.integrations.doctype.google_calendar.google_calendar",
		"frappe.integrations.doctype.google_contacts.google_contacts",
		"frappe.integrations.google_oauth",
		"frappe.website.doctype.website_settings.google_indexing",
	],
)
def test_missing_modules_are_not_needed(module):
	importlib.import_module(module)
	for name in ("MySQLdb", "googleapiclient", "sentry_sdk"):
		with pytest.raises(ImportError):
			importlib.import_module(name)


def test_missing_modules_an_error_is_logged(db):
	name = frappe.log_error("what failed", "how").name
	assert frappe.db.get_value("Error Log", name, "method") == "what failed"


def test_version_is_that_of_the_code():
	assert int(frappe.__version__.split(".")[0]) == 16


def test_the_desk_knows_every_app(db):
	from frappe.boot import get_bootinfo

	frappe.local.form_dict = frappe._dict()
	apps = {app["app_name"]: app["app_title"] for app in get_bootinfo().app_data}
	assert apps["erpnext_mcp"] == "ERPNext MCP"
	assert len(set(apps.values())) == len(apps) == len(frappe.get_installed_apps())


def test_python311_cached_properties_of_two_threads_do_not_wait_for_each_other():
	"""A and B each compute `outer` within `inner` or the other way round, at the same time."""
	barrier = threading.Barrier(2, timeout=10)

	class Document:
		@functools.cached_property
		def meta(self) -> str:
			return self.inside("meta")

		@functools.cached_property
		def tables(self) -> str:
			return self.inside("tables")

		def inside(self, name: str) -> str:
			if name == self.first:
				barrier.wait()
				return getattr(self, {"meta": "tables", "tables": "meta"}[name])
			return "value"

	found = []

	def compute(first: str) -> None:
		document = Document()
		document.first = first
		found.append(getattr(document, first))

	threads = [threading.Thread(target=compute, args=(name,), daemon=True) for name in ("meta", "tables")]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(10)
	assert found == ["value", "value"]


def test_health_report_does_not_measure_tables_on_sqlite(db):
	report = frappe.get_doc("System Health Report")
	assert report.database == frappe.db.db_type and report.database_version
	assert bool(report.get("top_db_tables")) == (frappe.db.db_type != "sqlite")
