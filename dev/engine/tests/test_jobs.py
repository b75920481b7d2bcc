"""Background jobs: in a worker thread, on the site they were queued for."""

import time
from concurrent.futures import ThreadPoolExecutor

import frappe

from dev.engine import jobs
from dev.engine.mends import sites


def where() -> tuple[str, str, bool]:
	return frappe.local.site, frappe.session.user, bool(frappe.flags.in_test)


def fail() -> None:
	frappe.db.set_default("engine_job_failed", "1")
	raise ValueError("a job that fails")


def test_a_job_runs_on_its_own_site_and_never_in_test_mode(site, db, monkeypatch):
	from frappe.utils.background_jobs import execute_job

	monkeypatch.setenv("CI", "true")
	seen = []

	def work() -> None:
		sites.use("another.localhost")  # the worker's last job was for another site
		execute_job(site.name, lambda: seen.append(where()), None, "where", {}, user="Guest")

	with ThreadPoolExecutor(1) as pool:
		pool.submit(work).result()
	assert seen == [(site.name, "Guest", False)]


def test_the_worker_thread_outlives_a_job_that_fails(site, db):
	worker = jobs.ThreadWorker(site.name)
	try:
		failing = frappe.enqueue(fail)
		following = frappe.enqueue(where)
		deadline = time.monotonic() + 20
		while not following.get_status(refresh=True) == "finished" and time.monotonic() < deadline:
			time.sleep(0.05)
		assert (failing.get_status(), following.get_status()) == ("failed", "finished")
		assert tuple(following.return_value()) == (site.name, "Administrator", False)
	finally:
		worker.stop()
	frappe.db.rollback()
	frappe.clear_cache()
	assert frappe.db.get_default("engine_job_failed") is None
