"""Demo Exchange Rate: a virtual DocType, served from a constant."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import compare

from demo_erp.controllers.currency import IN_EURO, get_exchange_rate

DATE = "2026-01-01"
STAMP = f"{DATE} 09:00:00.000000"


def _records() -> list[frappe._dict]:
	return [
		frappe._dict(
			doctype="Demo Exchange Rate",
			name=f"{source}-{target}",
			from_currency=source,
			to_currency=target,
			exchange_rate=get_exchange_rate(source, target),
			date=DATE,
			owner="Administrator",
			modified_by="Administrator",
			creation=STAMP,
			modified=STAMP,
			docstatus=0,
			idx=0,
		)
		for source in sorted(IN_EURO)
		for target in sorted(IN_EURO)
		if source != target
	]


def _matching(filters: list | dict | None) -> list[frappe._dict]:
	"""Filters as dict or as lists of 2 to 4 elements, as get_list passes them on."""
	conditions = []
	for item in filters.items() if isinstance(filters, dict) else filters or []:
		field, *rest = item[1:] if len(item) == 4 else item
		rest = rest[0] if len(rest) == 1 and isinstance(rest[0], list | tuple) else rest
		operator, value = rest if len(rest) == 2 else ("=", rest[0])
		conditions.append((field, operator, value))
	return [
		row
		for row in _records()
		if all(compare(row.get(field), operator, value) for field, operator, value in conditions)
	]


class DemoExchangeRate(Document):
	def load_from_db(self) -> None:
		record = next((row for row in _records() if row.name == self.name), None)
		if not record:
			frappe.throw(_("{0} {1} not found").format(self.doctype, self.name), frappe.DoesNotExistError)
		super(Document, self).__init__(record)

	@staticmethod
	def get_list(
		filters: list | dict | None = None,
		start: int | str = 0,
		page_length: int | str = 20,
		limit_start: int | str | None = None,
		limit_page_length: int | str | None = None,
		**kwargs,
	) -> list[frappe._dict]:
		first = int(limit_start or start or 0)
		count = int(limit_page_length or page_length or 0)
		rows = _matching(filters)
		return rows[first : first + count] if count else rows[first:]

	@staticmethod
	def get_count(filters: list | dict | None = None, **kwargs) -> int:
		return len(_matching(filters))

	@staticmethod
	def get_stats(**kwargs) -> dict:
		return {}

	def db_insert(self, *args, **kwargs) -> None:
		frappe.throw(_("Exchange rates of the demo are fixed."))

	def db_update(self, *args, **kwargs) -> None:
		frappe.throw(_("Exchange rates of the demo are fixed."))

	def delete(self, *args, **kwargs) -> None:
		frappe.throw(_("Exchange rates of the demo are fixed."))
