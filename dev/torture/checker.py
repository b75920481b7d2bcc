"""Holds what is in the database at the end against what the clients were told. Pure.

Promises, by name: no `lost` audit entry, none `double`, no document `half-done`, nothing `unkept` (acknowledged and not there, refused
and there, or there twice), the `chain` of seals intact.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dev.torture import shapes
from dev.torture.answers import UNKNOWN, Fate
from dev.torture.calls import BULK_UPDATE, CANCEL, CREATE, SUBMIT, UPDATE, Call

LOST, DOUBLE, HALF_DONE, UNKEPT, CHAIN = "lost", "double", "half-done", "unkept", "chain"

WRITES = frozenset({CREATE, UPDATE, BULK_UPDATE, SUBMIT, CANCEL})

Found = tuple[str, str]
"""A promise that was broken, and how."""


@dataclass(frozen=True)
class Entry:
	"""Of an audit entry, what is compared."""

	request_id: str
	tool: str
	outcome: str
	doctype: str = ""
	name: str = ""
	dry_run: bool = False
	repeated: bool = False
	reason_code: str = ""


@dataclass
class Observed:
	"""The database when everything has come to rest. Documents as dictionaries, rows in them; invoices with `ledger`."""

	entries: list[Entry] = field(default_factory=list)
	accounts: list[dict[str, Any]] = field(default_factory=list)
	orders: list[dict[str, Any]] = field(default_factory=list)
	invoices: list[dict[str, Any]] = field(default_factory=list)
	orphans: int = 0
	"""Rows whose document is not there."""
	chain_problem: str | None = None


def check(calls: Sequence[Call], observed: Observed) -> list[Found]:
	"""Everything that is wrong."""
	return [
		*_entries_of_calls(calls, observed.entries),
		*_entries_of_documents(observed),
		*_creations(calls, observed),
		*_wholeness(observed),
		*([(CHAIN, observed.chain_problem)] if observed.chain_problem else []),
	]


def _entries_of_calls(calls: Sequence[Call], entries: Sequence[Entry]) -> Iterator[Found]:
	"""Each call that was answered has its entries, and each entry is of a call."""
	by_call: dict[str, list[Entry]] = {}
	for entry in entries:
		by_call.setdefault(entry.request_id, []).append(entry)
	for call in calls:
		found = by_call.pop(call.request_id, [])
		yield from _entries_of(call, found)
	for request_id, found in by_call.items():
		yield DOUBLE, f"{len(found)} entries of {request_id}, which nobody has sent"


def _entries_of(call: Call, entries: Sequence[Entry]) -> Iterator[Found]:
	allowed = [e for e in entries if e.outcome == "Allowed"]
	what = f"{call.request_id} ({call.tool}, {call.fate} {call.code})"
	most = call.documents if allowed else 1
	if len(entries) > most:
		yield DOUBLE, f"{what} has {len(entries)} entries"
	elif call.fate is Fate.OK:
		if len(allowed) != call.documents:
			yield LOST, f"{what} has {len(allowed)} of {call.documents} entries"
	elif call.fate is Fate.REFUSED:
		if not entries:
			yield LOST, f"{what} has no entry"
		elif entries[0].reason_code != call.code:
			yield UNKEPT, f"{what} is recorded as {entries[0].outcome} {entries[0].reason_code}"
	elif call.fate is Fate.UNRECORDED:
		# What only reads may be recorded as answered: it is the recording that the server did not learn the end of.
		if allowed and call.tool in WRITES and not call.dry_run:
			yield UNKEPT, f"{what} is recorded as done"
	elif allowed and len(allowed) != call.documents:
		yield LOST, f"{what} has {len(allowed)} of {call.documents} entries"


def _entries_of_documents(observed: Observed) -> Iterator[Found]:
	"""Every change that is in the database has its entry, and every entry of a change is in the database."""
	recorded = Counter(
		(_kind(entry.tool), entry.doctype, entry.name)
		for entry in observed.entries
		if entry.outcome == "Allowed" and not entry.dry_run and not entry.repeated and entry.tool in WRITES
	)
	made: Counter[tuple[str, str, str]] = Counter()
	for account in observed.accounts:
		made[UPDATE, shapes.ACCOUNT, account["name"]] += account["counter"]
	for order in observed.orders:
		made[CREATE, shapes.ORDER, order["name"]] += 1
	for invoice in observed.invoices:
		made[CREATE, shapes.INVOICE, invoice["name"]] += 1
		made[SUBMIT, shapes.INVOICE, invoice["name"]] += invoice["docstatus"] >= 1
		made[CANCEL, shapes.INVOICE, invoice["name"]] += invoice["docstatus"] == 2
	for change in made.keys() | recorded.keys():
		if made[change] > recorded[change]:
			yield LOST, f"{change}: {made[change]} in the database, {recorded[change]} entries"
		elif made[change] < recorded[change]:
			yield UNKEPT, f"{change}: {made[change]} in the database, {recorded[change]} entries"


def _kind(tool: str) -> str:
	return UPDATE if tool == BULK_UPDATE else tool


def _creations(calls: Sequence[Call], observed: Observed) -> Iterator[Found]:
	"""What was acknowledged is there once, what was refused is not, what nobody knows of is there once at most."""
	there: dict[tuple[str, str], list[dict[str, Any]]] = {}
	for doctype, documents in ((shapes.ORDER, observed.orders), (shapes.INVOICE, observed.invoices)):
		for document in documents:
			there.setdefault((doctype, document["token"]), []).append(document)
	wanted: dict[tuple[str, str], list[Call]] = {}
	for call in calls:
		if call.tool == CREATE:
			wanted.setdefault((call.doctype, call.token), []).append(call)
	for key, tries in wanted.items():
		found = there.pop(key, [])
		real = [call for call in tries if not call.dry_run]
		told = {call.name for call in real if call.fate is Fate.OK}
		if len(found) > 1:
			yield UNKEPT, f"{key} is there {len(found)} times"
		elif told and told != {d["name"] for d in found}:
			yield UNKEPT, f"{key} was acknowledged as {sorted(told)}, there is {[d['name'] for d in found]}"
		elif found and not told and not any(call.fate in UNKNOWN for call in real):
			yield UNKEPT, f"{key} was refused and is there"
	for key in there:
		yield UNKEPT, f"{key} is there, and nobody has wanted it"


def _wholeness(observed: Observed) -> Iterator[Found]:
	"""No document without its rows, no row without its document, ledgers in balance."""
	for account in observed.accounts:
		if problem := shapes.wrong_account(account):
			yield HALF_DONE, problem
	for region in {a["region"] for a in observed.accounts}:
		total = sum(a["balance"] for a in observed.accounts if a["region"] == region)
		if total != shapes.PER_REGION * shapes.BALANCE:
			yield HALF_DONE, f"the balances of {region} add up to {total}"
	for order in observed.orders:
		if problem := shapes.wrong_order(order):
			yield HALF_DONE, problem
	if observed.orphans:
		yield HALF_DONE, f"{observed.orphans} rows without their document"
	for invoice in observed.invoices:
		if problem := _wrong_invoice(invoice):
			yield HALF_DONE, problem


def _wrong_invoice(invoice: dict[str, Any]) -> str:
	name, ledger, docstatus = invoice["name"], invoice["ledger"], invoice["docstatus"]
	if len(invoice["items"]) != shapes.LINES:
		return f"{name} has {len(invoice['items'])} rows"
	if round(sum(i["amount"] for i in invoice["items"]) - invoice["total"], 2):
		return f"{name}: its rows don't add up"
	if bool(ledger) != bool(docstatus):
		return f"{name}: docstatus {docstatus}, {len(ledger)} ledger entries"
	if round(sum(e["debit"] - e["credit"] for e in ledger), 2):
		return f"{name}: its ledger is not in balance"
	live = [e for e in ledger if not e["is_cancelled"]]
	if bool(live) != (docstatus == 1):
		return f"{name}: docstatus {docstatus}, {len(live)} live ledger entries"
	if live and round(sum(e["debit"] for e in live) - invoice["total"], 2):
		return f"{name}: another sum is posted"
	return ""
