"""The judges see wrong answers, and take every right one."""

from typing import Any

import pytest

from dev.torture import judge, shapes
from dev.torture.answers import CUT, Answer, Fate, read
from dev.torture.timeline import Timeline
from dev.torture.views import EVERYTHING, GROUPS, REGIONS, View

ANN = frozenset({1, 2})
NORTH = GROUPS["rows"]["North"]
HIDDEN = GROUPS["field"]["hidden"]
DISABLED = GROUPS["profile"]["disabled"]
NAME = shapes.account_name("North", 0)


def account(
	name: str = NAME, counter: int = 5, extra: bool = True, rows: bool = True, **values: Any
) -> dict[str, Any]:
	found = {
		"name": name,
		"region": shapes.region_of(name),
		"balance": 7,
		"left_part": 30,
		"right_part": 970,
		"counter": counter,
		**({"extra": f"{shapes.EXTRA} of {name}"} if extra else {}),
		**({"parts": [{"share": 10, "stamp": counter} for _ in range(shapes.PARTS)]} if rows else {}),
	}
	return {**found, **values}


def ok(content: dict[str, Any], raw: str | None = None) -> Answer:
	return Answer(Fate.OK, content=content, raw=str(content) if raw is None else raw)


def refused(code: str) -> Answer:
	return Answer(Fate.REFUSED, code)


def wrong(found: judge.Judge, answer: Answer, *views: View) -> str:
	return judge.verdict(found, views or (EVERYTHING,), answer, ANN)


def of_account(floor: int = 0) -> judge.Judge:
	return judge.account(NAME, floor)


def test_one_account():
	assert not wrong(of_account(5), ok({"document": account()}))
	assert not wrong(of_account(), ok({"document": account(extra=False)}), HIDDEN)
	assert not wrong(of_account(), refused("not_found"), GROUPS["rows"]["South"])
	assert not wrong(of_account(), refused("not_permitted"), DISABLED)


@pytest.mark.parametrize(
	("answer", "view"),
	[
		(ok({"document": account(left_part=31)}), EVERYTHING),
		(ok({"document": account(counter=4)}), EVERYTHING),
		(ok({"document": account(parts=[])}), EVERYTHING),
		(ok({"document": account("North-01")}), EVERYTHING),
		(ok({"document": account(extra=False)}), EVERYTHING),
		(ok({}), EVERYTHING),
		(ok({"document": account()}), HIDDEN),
		(ok({"document": account()}), GROUPS["rows"]["South"]),
		(ok({"document": account()}), DISABLED),
		(ok({"document": account(concealed=f"{shapes.CONCEALED} of it")}), EVERYTHING),
		(refused("not_found"), EVERYTHING),
		(refused("not_found"), DISABLED),
		(refused("internal"), EVERYTHING),
	],
)
def test_a_wrong_account(answer, view):
	assert wrong(of_account(5), answer, view)


def test_either_side_of_a_change_while_it_is_made_and_only_the_new_one_after_it():
	timeline = Timeline("shown")
	timeline.begin("hidden", 10)
	timeline.acknowledged(12)
	views = GROUPS["field"]
	with_extra, without = ok({"document": account()}), ok({"document": account(extra=False)})
	for sent, received, right, not_right in (
		(1, 9, [with_extra], [without]),
		(9, 11, [with_extra, without], []),
		(11, 20, [with_extra, without], []),
		(13, 14, [without], [with_extra]),
	):
		possible = [views[value] for value in timeline.possible(sent, received)]
		assert not any(wrong(of_account(), answer, *possible) for answer in right)
		assert all(wrong(of_account(), answer, *possible) for answer in not_right)


def test_a_change_that_is_not_acknowledged_leaves_both():
	timeline = Timeline("a")
	timeline.begin("b", 1)
	assert timeline.possible(100, 101) == ["a", "b"] and timeline.value == "b"
	timeline.acknowledged(200)
	timeline.begin("a", 300)
	assert timeline.possible(250, 260) == ["b"] and timeline.possible(400, 500) == ["b", "a"]


def listed(regions: tuple[str, ...] = REGIONS, **values: Any) -> dict[str, Any]:
	names = shapes.account_names(regions)
	return {
		"documents": [account(n, extra=False, rows=False) for n in names],
		"has_more": False,
		**values,
	}


def test_lists_counts_sums_and_searches():
	floors = dict.fromkeys(shapes.account_names(REGIONS), 5)
	of_list = judge.accounts(floors, False)
	assert not wrong(of_list, ok(listed()))
	assert not wrong(of_list, ok(listed(("North",))), NORTH)
	assert wrong(of_list, ok(listed()), NORTH)
	assert wrong(of_list, ok(listed(("North",))))
	assert wrong(of_list, ok(listed(has_more=True)))
	assert wrong(judge.accounts({**floors, NAME: 6}, False), ok(listed())), "an older state"
	assert wrong(judge.accounts(floors, True), ok(listed()), HIDDEN)
	assert not wrong(judge.accounts(floors, True), refused("field_not_permitted"), HIDDEN)
	assert not wrong(judge.count_of_accounts(False), ok({"count": 24}))
	assert wrong(judge.count_of_accounts(False), ok({"count": 23}))
	assert wrong(judge.count_of_accounts(True), ok({"count": 24}), HIDDEN)
	of_region = {"region": "North", "balance": 12_000.0, "left": 5_000.0, "right": 7_000.0}
	assert not wrong(judge.sums(), ok({"rows": [of_region]}), NORTH)
	assert wrong(judge.sums(), ok({"rows": [{**of_region, "balance": 11_999.0}]}), NORTH)
	assert wrong(judge.sums(), ok({"rows": [of_region, {**of_region, "region": "South"}]}), NORTH)
	assert not wrong(judge.found_accounts(), ok(listed()))
	assert wrong(judge.found_accounts(), ok(listed(("South",))))


def order(sequence: int, client: int = 1) -> dict[str, Any]:
	token = f"t{sequence}"
	return {
		"name": f"O{sequence}",
		"token": token,
		"title": shapes.title(client, token),
		"client": client,
		"sequence": sequence,
	}


def orders(*numbers: int) -> Answer:
	return ok({"documents": [order(n) for n in numbers]})


def test_own_orders():
	found = judge.own_orders(1, 3, [1, 2, 4], frozenset({3}))
	assert not wrong(found, orders(4, 3, 2)) and not wrong(found, orders(4, 2, 1))
	assert wrong(found, orders(4, 2)), "an acknowledged one is missing"
	assert wrong(found, orders(3, 2, 1)), "the newest is missing"
	assert wrong(found, orders(5, 4, 2)), "one that was refused"
	assert wrong(found, orders(4, 4, 2)), "one twice"
	assert wrong(found, ok({"documents": [order(4, client=7), order(2), order(1)]})), "another client's"
	assert wrong(judge.nothing_there(), orders()) and not wrong(judge.nothing_there(), refused("not_found"))
	full = {**order(4), "total": 3, "lines": [{"share": 1, "token": "t4"}] * shapes.LINES}
	assert not wrong(judge.order(4), ok({"document": full}))
	assert wrong(judge.order(5), ok({"document": full}))
	assert wrong(judge.order(4), ok({"document": {**full, "lines": full["lines"][1:]}}))


def test_what_belongs_to_others_is_seen_wherever_it_is():
	title = shapes.title(3, "t")
	assert wrong(judge.sums(), ok({"rows": []}, raw=f"... {title} ..."), View(regions=()))
	assert not wrong(judge.sums(), ok({"rows": []}, raw=shapes.title(2, "t")), View(regions=()))


def test_writes():
	assert not wrong(judge.written(), ok({"name": "x"}))
	assert wrong(judge.written(), ok({"name": "x"}), GROUPS["writing"]["read only"])
	assert not wrong(judge.written(), refused("read_only"), GROUPS["writing"]["read only"])
	assert wrong(judge.written(), refused("read_only"))
	assert wrong(judge.written(), refused("conflict"))
	assert not wrong(judge.written(frozenset({"conflict"})), refused("conflict"))
	assert wrong(judge.written(region="South"), ok({}), NORTH)


def test_outages_are_no_wrong_answers_but_nothing_leaks_in_them():
	assert not wrong(of_account(), CUT)
	assert wrong(of_account(), Answer(Fate.BROKEN, "HTTP 500", raw=f"Traceback ... {shapes.CONCEALED}"))


def test_reading_answers():
	def tool(content: str, error: str = "false") -> bytes:
		return f'{{"result": {{"isError": {error}, "structuredContent": {content}}}}}'.encode()

	def unavailable(message: str) -> Answer:
		return read(200, tool(f'{{"code": "unavailable", "message": "{message}"}}', "true"))

	assert read(200, tool('{"count": 1}')).fate is Fate.OK
	assert read(200, tool('{"code": "not_found"}', "true")).fate is Fate.REFUSED
	assert read(500, b"<html>").fate is Fate.BROKEN
	assert read(500, b'{"error": {"code": -32603}}').fate is Fate.BROKEN
	from erpnext_mcp.documents.connection import DatabaseGone
	from erpnext_mcp.limits.limiter import RedisGone

	assert unavailable(DatabaseGone().message).fate is Fate.UNRECORDED
	assert unavailable(RedisGone().message).fate is Fate.REFUSED
	assert unavailable("The connection to the database broke while saving.").fate is Fate.UNDECIDED
