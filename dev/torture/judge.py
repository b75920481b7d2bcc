"""Whether an answer is one that may be given. Pure: each function makes a judge of one question.

A judge says what is wrong with an answer, as seen with one view; an answer is right if it is so with one of the views that may have
been in force (`verdict`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dev.torture import shapes
from dev.torture.answers import CLIENT, LOCKS, Answer, Fate
from dev.torture.views import View

Judge = Callable[[View, Answer], str]
"""An empty text: nothing is wrong."""


def verdict(judge: Judge, views: Iterable[View], answer: Answer, clients: frozenset[int]) -> str:
	"""What is wrong with an answer.

	:param clients: those of the caller's user
	"""
	if answer.code == "internal":
		return f"an error that nobody foresaw: {answer.content}"
	found = ""
	for view in views:
		found = shapes.leaks(answer.raw, clients, view.extra)
		if not found and not answer.is_outage and answer.cause not in (LOCKS, CLIENT):
			found = judge(view, answer)
		if not found:
			return ""
	return found


def reading(fits: Callable[[View, dict[str, Any]], str], refused: Callable[[View], frozenset[str]]) -> Judge:
	"""Of a question that is answered or refused.

	:param fits: what is wrong with the content
	:param refused: the codes by which it is refused; none: it is answered
	"""

	def judge(view: View, answer: Answer) -> str:
		codes = view.denied or refused(view)
		if codes:
			return "" if answer.code in codes else f"{answer.code or 'an answer'} instead of {sorted(codes)}"
		if answer.fate is not Fate.OK:
			return f"refused: {answer.code} {answer.content.get('message', '')}"
		try:
			return fits(view, answer.content)
		except (KeyError, TypeError) as e:
			return f"something is missing in it: {e!r}"

	return judge


def _never(view: View) -> frozenset[str]:
	return frozenset()


def account(name: str, floor: int) -> Judge:
	"""Of reading one account.

	:param floor: the counter that its last acknowledged change, or an earlier answer, has told
	"""

	def fits(view: View, content: dict[str, Any]) -> str:
		found = content["document"]
		if found["name"] != name:
			return f"{found['name']} instead of {name}"
		if ("extra" in found) != view.extra:
			return f"extra {'is not' if view.extra else 'is'} there"
		return shapes.wrong_account(found) or _older(found, floor)

	return reading(
		fits,
		lambda view: frozenset() if shapes.region_of(name) in view.regions else frozenset({"not_found"}),
	)


def accounts(floors: Mapping[str, int], extra: bool) -> Judge:
	"""Of listing all accounts, by name.

	:param extra: the field was asked for
	"""

	def fits(view: View, content: dict[str, Any]) -> str:
		found = content["documents"]
		if [a["name"] for a in found] != shapes.account_names(view.regions) or content["has_more"]:
			return f"the accounts {[a['name'] for a in found]}"
		if any(("extra" in a) != extra for a in found):
			return "extra is there, or not, other than asked for"
		return next(
			filter(None, (shapes.wrong_account(a) or _older(a, floors[a["name"]]) for a in found)), ""
		)

	return reading(fits, _field_is_hidden if extra else _never)


def count_of_accounts(by_extra: bool) -> Judge:
	"""Of counting the accounts.

	:param by_extra: with a filter on that field that all of them meet
	"""

	def fits(view: View, content: dict[str, Any]) -> str:
		expected = len(view.regions) * shapes.PER_REGION
		return "" if content["count"] == expected else f"{content['count']} instead of {expected} accounts"

	return reading(fits, _field_is_hidden if by_extra else _never)


def _field_is_hidden(view: View) -> frozenset[str]:
	return frozenset() if view.extra else frozenset({"field_not_permitted"})


def sums() -> Judge:
	"""Of adding the accounts up by region: money is moved within a region, none is made."""

	def fits(view: View, content: dict[str, Any]) -> str:
		expected = {
			region: (shapes.PER_REGION * shapes.BALANCE, shapes.PER_REGION * shapes.WHOLE)
			for region in view.regions
		}
		found = {r["region"]: (r["balance"], r["left"] + r["right"]) for r in content["rows"]}
		return "" if found == expected else f"the sums {found}"

	return reading(fits, _never)


def found_accounts() -> Judge:
	"""Of searching for what all names of accounts have in common."""

	def fits(view: View, content: dict[str, Any]) -> str:
		names = sorted(d["name"] for d in content["documents"])
		return "" if names == shapes.account_names(view.regions) else f"the accounts {names}"

	return reading(fits, _never)


def own_orders(client: int, limit: int, acknowledged: Iterable[int], possible: frozenset[int]) -> Judge:
	"""Of listing the client's own orders, the newest first.

	:param acknowledged: the sequence numbers of those that it was told of
	:param possible: of those that it does not know of
	"""
	known = frozenset(acknowledged)

	def fits(view: View, content: dict[str, Any]) -> str:
		orders = content["documents"]
		numbers = [o["sequence"] for o in orders]
		if any(o["client"] != client for o in orders):
			return "orders of another client"
		if len(set(numbers)) != len(numbers):
			return f"an order twice: {numbers}"
		if strangers := set(numbers) - known - possible:
			return f"orders that were refused: {sorted(strangers)}"
		since = min(numbers) if len(numbers) == limit else 0
		if missing := {n for n in known if n >= since} - set(numbers):
			return f"acknowledged orders are missing: {sorted(missing)}"
		return next(filter(None, map(shapes.wrong_order, orders)), "")

	return reading(fits, _never)


def order(sequence: int) -> Judge:
	"""Of reading an acknowledged order."""

	def fits(view: View, content: dict[str, Any]) -> str:
		found = content["document"]
		return shapes.wrong_order(found) or ("" if found["sequence"] == sequence else "another order")

	return reading(fits, _never)


def invoice(name: str, docstatus: int) -> Judge:
	"""Of reading an invoice whose step was acknowledged."""

	def fits(view: View, content: dict[str, Any]) -> str:
		found = content["document"]
		if (found["name"], found["docstatus"]) != (name, docstatus):
			return f"{found['name']} has docstatus {found['docstatus']} instead of {docstatus}"
		return "" if len(found["items"]) == shapes.LINES else f"{name} has {len(found['items'])} rows"

	return reading(fits, _never)


def nothing_there() -> Judge:
	"""Of a question about a DocType that is closed to everybody."""
	return reading(lambda view, content: "an answer", lambda view: view.closed)


def written(more: frozenset[str] = frozenset(), region: str = "") -> Judge:
	"""Of a write.

	:param more: codes that it may be refused by, because of others
	:param region: of the accounts that it is about
	"""

	def judge(view: View, answer: Answer) -> str:
		codes = view.denied or view.unwritable
		if not codes and region and region not in view.regions:
			codes = frozenset({"not_found"})
		if codes:
			return "" if answer.code in codes else f"{answer.code or 'an answer'} instead of {sorted(codes)}"
		if answer.fate is Fate.OK or answer.code in more:
			return ""
		return f"refused: {answer.code} {answer.content.get('message', '')}"

	return judge


def _older(account: Mapping[str, Any], floor: int) -> str:
	if account["counter"] < floor:
		return f"{account['name']} is of an older state: {account['counter']}, {floor} was told before"
	return ""
