"""The ledger entries that a document has just made, for a dry run to show before they are undone."""

from collections.abc import Callable
from typing import Any

from erpnext_mcp import compat
from erpnext_mcp.access import Access, Filter, Query
from erpnext_mcp.documents.lists import list_documents
from erpnext_mcp.documents.query import get_list

SHOWN = {
	"GL Entry": (
		"posting_date",
		"account",
		"party_type",
		"party",
		"debit",
		"credit",
		"cost_center",
		"against",
		"against_voucher_type",
		"against_voucher",
	),
	"Stock Ledger Entry": (
		"posting_date",
		"item_code",
		"warehouse",
		"actual_qty",
		"stock_uom",
		"qty_after_transaction",
		"valuation_rate",
		"stock_value_difference",
	),
}
"""The ledgers, and what of their entries tells most: amounts are in the company's currency."""

MOST = 100
"""Entries shown of one ledger."""
MOST_KNOWN = 5_000

AccessFor = Callable[[str], Access | None]


def known_entries(doctype: str, name: str, access_for: AccessFor) -> frozenset[str]:
	"""The names of the entries that a document has already: for `ledger_entries` to leave out.

	:param access_for: the caller's access to read a ledger's DocType, or None
	"""
	names: set[str] = set()
	for ledger in SHOWN:
		if access := _usable(ledger, access_for):
			rows = get_list(
				access, _of(doctype, name), (), fields=["name"], order_by=None, **compat.page(MOST_KNOWN)
			)
			names.update(row["name"] for row in rows)
	return frozenset(names)


def ledger_entries(
	doctype: str, name: str, access_for: AccessFor, known: frozenset[str] = frozenset()
) -> dict[str, Any]:
	"""The entries that a document has made since `known` was read, as far as the caller may read them.

	Only within the transaction that they were made in.

	:param access_for: the caller's access to read a ledger's DocType, or None
	:returns: `{ledger: [{field: value}], has_more?}`, the first of each ledger; empty when there are none to be seen
	"""
	found: dict[str, Any] = {}
	for ledger, fieldnames in SHOWN.items():
		access = _usable(ledger, access_for)
		if access is None:
			continue
		columns = set(access.fields.columns)
		fields = tuple(f for f in fieldnames if f in columns)
		filters = _of(doctype, name)
		if known:
			filters = (*filters, Filter("name", "not in", sorted(known)))
		order_by = (("creation", "asc"),) if "creation" in access.fields.filterable else ()
		page = list_documents(access, Query(fields or ("name",), filters, order_by=order_by, limit=MOST))
		if entries := page["documents"]:
			found[ledger] = [{f: v for f, v in entry.items() if v not in (None, "")} for entry in entries]
			if page["has_more"]:
				found["has_more"] = True
	return found


def _of(doctype: str, name: str) -> tuple[Filter, ...]:
	return (Filter("voucher_type", "=", doctype), Filter("voucher_no", "=", name))


def _usable(ledger: str, access_for: AccessFor) -> Access | None:
	"""The access to a ledger, if the caller may know which document an entry is of."""
	access = access_for(ledger)
	if access is None or not {"voucher_type", "voucher_no"} <= set(access.fields.filterable):
		return None
	return access
