"""Helpers for the engine's own tests."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


@pytest.fixture
def db(site) -> Any:
	"""The site's database, left as it was found unless the test commits."""
	import frappe

	frappe.set_user("Administrator")
	frappe.db.rollback()
	yield frappe.db
	frappe.db.rollback()


@pytest.fixture
def sqlite(db) -> Any:
	if db.db_type != "sqlite":
		pytest.skip("about SQLite")
	return db


@pytest.fixture
def in_thread(site) -> Callable[..., Any]:
	"""in_thread(function, *args): the result of a call in a thread of its own, connected to the site."""
	return lambda function, *args: in_threads(site.name, function, [args])[0]


def in_threads(site: str, function: Callable, arguments: list[tuple]) -> list[Any]:
	"""The results of parallel calls, each in a thread of its own that is connected to the site."""

	def call(args: tuple) -> Any:
		import frappe

		frappe.init(site, force=True)
		frappe.connect()
		try:
			return function(*args)
		finally:
			frappe.destroy()

	with ThreadPoolExecutor(len(arguments)) as pool:
		return list(pool.map(call, arguments))


def api_key(user: str = "Administrator") -> dict[str, str]:
	"""The headers of a request by `user`."""
	import frappe

	doc = frappe.get_doc("User", user)
	if not doc.api_key:
		doc.update(
			{"api_key": frappe.generate_hash(length=15), "api_secret": frappe.generate_hash(length=15)}
		)
		doc.save()
		frappe.db.commit()
	return {"Authorization": f"token {doc.api_key}:{doc.get_password('api_secret')}"}
