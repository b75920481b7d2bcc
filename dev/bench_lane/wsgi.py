"""Frappe's own application for the site under test, whatever host the request names (for gunicorn; cwd is `sites/`)."""

import os

import frappe.app

frappe.app._site = os.environ["BENCH_LANE_SITE"]
application = frappe.app.application
