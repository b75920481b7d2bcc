"""The checker sees what is wrong: a run in which everything is right, and then one thing at a time that is not."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from dev.torture import shapes
from dev.torture.answers import Fate
from dev.torture.calls import BULK_UPDATE, CANCEL, CREATE, GET, SUBMIT, UPDATE, Call
from dev.torture.checker import CHAIN, DOUBLE, HALF_DONE, LOST, UNKEPT, Entry, Observed, check

A, B = shapes.account_name("North", 0), shapes.account_name("North", 1)


def call(number: int, tool: str, fate: Fate = Fate.OK, **values: Any) -> Call:
	return Call(
		f"torture-1-{number}", "ann", tool, values.pop("doctype", shapes.ORDER), 0.0, 1.0, fate, **values
	)


def entry(number: int, tool: str, name: str = "", outcome: str = "Allowed", **values: Any) -> Entry:
	return Entry(f"torture-1-{number}", tool, outcome, values.pop("doctype", shapes.ORDER), name, **values)


def account(region: str, number: int, counter: int = 0) -> dict[str, Any]:
	rows = [{"share": 1, "stamp": counter} for _ in range(shapes.PARTS)]
	return {
		"name": shapes.account_name(region, number),
		"region": region,
		"balance": shapes.BALANCE,
		"left_part": shapes.PARTS,
		"right_part": shapes.WHOLE - shapes.PARTS,
		"counter": counter,
		"parts": rows,
	}


def order(name: str, token: str) -> dict[str, Any]:
	lines = [{"share": 2, "token": token} for _ in range(shapes.LINES)]
	total = 2 * shapes.LINES
	return {
		"name": name,
		"token": token,
		"client": 1,
		"title": shapes.title(1, token),
		"total": total,
		"lines": lines,
	}


def invoice(name: str, token: str, docstatus: int) -> dict[str, Any]:
	cancelled = int(docstatus == 2)
	posted = [
		{"debit": 60, "credit": 0, "is_cancelled": cancelled},
		{"debit": 0, "credit": 60, "is_cancelled": cancelled},
	]
	items = [{"amount": 20}] * shapes.LINES
	ledger = posted * docstatus
	return {
		"name": name,
		"token": token,
		"docstatus": docstatus,
		"total": 60,
		"items": items,
		"ledger": ledger,
	}


def the_calls() -> list[Call]:
	of_account, of_invoice = {"doctype": shapes.ACCOUNT}, {"doctype": shapes.INVOICE}
	return [
		call(1, CREATE, token="t1", name="O1"),
		call(2, CREATE, Fate.CUT, token="t2"),
		call(3, CREATE, token="t2", name="O2", repeated=True),
		call(4, CREATE, Fate.REFUSED, code="not_permitted", token="t4"),
		call(5, CREATE, Fate.CUT, token="t5"),
		call(6, CREATE, token="t6", dry_run=True),
		call(7, UPDATE, name=A, **of_account),
		call(8, BULK_UPDATE, documents=2, **of_account),
		call(9, BULK_UPDATE, Fate.REFUSED, code="conflict", documents=2, **of_account),
		call(10, BULK_UPDATE, Fate.CUT, documents=2, **of_account),
		call(11, CREATE, token="t11", name="I1", **of_invoice),
		call(12, SUBMIT, name="I1", **of_invoice),
		call(13, CANCEL, Fate.UNDECIDED, code="unavailable", **of_invoice),
		call(14, GET, Fate.UNRECORDED, code="unavailable"),
		call(15, GET),
	]


def the_database() -> Observed:
	"""Call 10 was done and its answer lost; so was call 13."""
	of_account, of_invoice = {"doctype": shapes.ACCOUNT}, {"doctype": shapes.INVOICE}
	accounts = [account(region, n) for region in ("North", "South") for n in range(shapes.PER_REGION)]
	accounts[0], accounts[1] = account("North", 0, 3), account("North", 1, 2)
	return Observed(
		entries=[
			entry(1, CREATE, "O1"),
			entry(2, CREATE, "O2"),
			entry(3, CREATE, "O2", repeated=True),
			entry(4, CREATE, outcome="Refused", reason_code="not_permitted"),
			entry(6, CREATE, "new", dry_run=True),
			entry(7, UPDATE, A, **of_account),
			entry(8, BULK_UPDATE, A, **of_account),
			entry(8, BULK_UPDATE, B, **of_account),
			entry(9, BULK_UPDATE, A, outcome="Refused", reason_code="conflict", **of_account),
			entry(10, BULK_UPDATE, A, **of_account),
			entry(10, BULK_UPDATE, B, **of_account),
			entry(11, CREATE, "I1", **of_invoice),
			entry(12, SUBMIT, "I1", **of_invoice),
			entry(13, CANCEL, "I1", **of_invoice),
			entry(15, GET, "O1"),
		],
		accounts=accounts,
		orders=[order("O1", "t1"), order("O2", "t2")],
		invoices=[invoice("I1", "t11", 2)],
	)


def promises(calls: list[Call], observed: Observed) -> set[str]:
	return {promise for promise, _ in check(calls, observed)}


def test_nothing_is_wrong():
	assert check(the_calls(), the_database()) == []


def without(observed: Observed, request: int, name: str = "") -> None:
	observed.entries[:] = [
		e for e in observed.entries if e.request_id != f"torture-1-{request}" or (name and e.name != name)
	]


@pytest.mark.parametrize("request_number", [1, 3, 4, 6, 7, 9, 11, 12, 15])
def test_a_lost_entry(request_number):
	observed = the_database()
	without(observed, request_number)
	assert LOST in promises(the_calls(), observed)


@pytest.mark.parametrize("request_number", [8, 10])
def test_half_the_entries_of_a_bulk_call(request_number):
	observed = the_database()
	without(observed, request_number, B)
	assert LOST in promises(the_calls(), observed)


def test_a_change_without_an_entry_whose_answer_was_cut():
	observed = the_database()
	without(observed, 10)
	assert promises(the_calls(), observed) == {LOST}


@pytest.mark.parametrize("number", range(15))
def test_a_double_entry(number):
	observed = the_database()
	observed.entries.append(observed.entries[number])
	assert DOUBLE in promises(the_calls(), observed)


def test_an_entry_of_a_call_that_nobody_made():
	observed = the_database()
	observed.entries.append(entry(99, GET, "O1"))
	assert promises(the_calls(), observed) == {DOUBLE}


def test_a_refusal_that_is_recorded_as_done():
	observed = the_database()
	observed.entries[3] = entry(4, CREATE, "O4")
	observed.orders.append(order("O4", "t4"))
	assert promises(the_calls(), observed) == {UNKEPT}


def test_another_code_than_was_told():
	observed = the_database()
	observed.entries[3] = replace(observed.entries[3], reason_code="not_found")
	assert promises(the_calls(), observed) == {UNKEPT}


def test_a_write_that_was_told_to_be_impossible_and_is_recorded():
	calls, observed = the_calls(), the_database()
	calls[6] = replace(calls[6], fate=Fate.UNRECORDED, code="unavailable")
	assert promises(calls, observed) == {UNKEPT}


def test_an_acknowledged_document_is_missing():
	observed = the_database()
	del observed.orders[0]
	assert promises(the_calls(), observed) == {UNKEPT}


def test_an_acknowledged_change_is_missing():
	observed = the_database()
	observed.accounts[0] = account("North", 0, 2)
	assert promises(the_calls(), observed) == {UNKEPT}


def test_a_document_twice():
	observed = the_database()
	observed.orders.append(order("O3", "t2"))
	observed.entries.append(entry(2, CREATE, "O3"))
	assert UNKEPT in promises(the_calls(), observed)


def test_a_dry_run_that_stayed():
	observed = the_database()
	observed.orders.append(order("O6", "t6"))
	assert UNKEPT in promises(the_calls(), observed)


def test_a_document_that_nobody_wanted():
	observed = the_database()
	observed.orders.append(order("O7", "t7"))
	assert UNKEPT in promises(the_calls(), observed)


def test_an_unacknowledged_document_is_no_fault():
	observed = the_database()
	observed.orders.append(order("O5", "t5"))
	observed.entries.append(entry(5, CREATE, "O5"))
	assert check(the_calls(), observed) == []


def spoil(path: str):
	"""spoil("orders.0.lines.0.share"): makes another number of it."""

	def apply(observed: Observed) -> None:
		place: Any = observed
		*way, last = path.split(".")
		for step in way:
			place = (
				getattr(place, step)
				if isinstance(place, Observed)
				else place[int(step) if step.isdigit() else step]
			)
		if last.isdigit():
			del place[int(last)]
		else:
			place[last] += 1

	return apply


@pytest.mark.parametrize(
	"path",
	[
		"accounts.3.left_part",
		"accounts.3.balance",
		"accounts.3.parts.1.share",
		"accounts.3.parts.1.stamp",
		"accounts.3.parts.1",
		"orders.0.lines.2.share",
		"orders.0.lines.2",
		"orders.0.total",
		"invoices.0.items.0",
		"invoices.0.total",
		"invoices.0.ledger.0",
		"invoices.0.ledger.1.credit",
	],
)
def test_a_half_done_document(path):
	observed = the_database()
	observed = Observed(**{k: copy.deepcopy(v) for k, v in vars(observed).items()})
	spoil(path)(observed)
	assert HALF_DONE in promises(the_calls(), observed)


def test_an_invoice_whose_ledger_is_missing():
	observed = the_database()
	observed.invoices[0]["ledger"] = []
	assert promises(the_calls(), observed) == {HALF_DONE}


def test_a_cancelled_invoice_whose_ledger_stands():
	observed = the_database()
	for posted in observed.invoices[0]["ledger"]:
		posted["is_cancelled"] = 0
	assert promises(the_calls(), observed) == {HALF_DONE}


def test_rows_without_their_document_and_a_broken_chain():
	observed = the_database()
	observed.orphans, observed.chain_problem = 1, "Seal 3 was removed"
	assert promises(the_calls(), observed) == {HALF_DONE, CHAIN}
