"""Every test starts as Administrator on the seeded site and leaves nothing behind."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import frappe
import pytest


@pytest.fixture(autouse=True)
def unchanged_site(site) -> Iterator[None]:
	"""Roll back what the test wrote."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	yield
	frappe.set_user("Administrator")
	wrote = frappe.db.transaction_writes
	frappe.db.rollback()
	if wrote:
		frappe.clear_cache()
	frappe.local.message_log = []


@pytest.fixture
def as_user() -> Callable[[str], AbstractContextManager[None]]:
	"""`with as_user("clerk@demo.example"):` runs the block as that user."""

	@contextmanager
	def switched(user: str) -> Iterator[None]:
		frappe.set_user(user)
		try:
			yield
		finally:
			frappe.set_user("Administrator")

	return switched
