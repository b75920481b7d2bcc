"""A client of the torture: what it asks, in what order, and what it remembers of the answers."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dev.torture import calls as tools
from dev.torture import judge, shapes
from dev.torture.answers import UNKNOWN, Answer, Fate
from dev.torture.calls import Call
from dev.torture.observe import PREFIX
from dev.torture.timeline import Timeline
from dev.torture.views import EVERYTHING, GROUPS, REGIONS, View
from dev.torture.wire import Wire
from dev.torture.world import User

CONTENDED = frozenset({"conflict"})
"""What a change may be refused by where others change the same document."""
HANGS_UP = 0.03
"""Of the creates, the part whose client goes away before the answer."""
REPEATS = 30.0
"""Seconds for which a client repeats a create that it has no answer to."""
LISTED = 20
HOT = 3
"""Accounts of a region that most changes are made to."""


class Shared:
	"""What all clients know together. Every method can be called by any thread."""

	def __init__(self, timelines: Mapping[str, Timeline]):
		self.calls: list[Call] = []
		self.wrong: list[tuple[str, str]] = []
		"""Request ids of wrong answers, and what is wrong."""
		self._timelines = timelines
		self._floors = dict.fromkeys(shapes.account_names(REGIONS), 0)
		self._lock = threading.Lock()

	def views(self, group: str, sent: float, received: float) -> list[View]:
		"""Those that may have been in force for a call."""
		if group not in self._timelines:
			return [EVERYTHING]
		return [GROUPS[group][value] for value in self._timelines[group].possible(sent, received)]

	def floors(self) -> dict[str, int]:
		"""By account, the counter that it has at least, as somebody was told."""
		with self._lock:
			return dict(self._floors)

	def told(self, accounts: Sequence[Mapping[str, Any]]) -> None:
		"""Somebody has seen these states."""
		with self._lock:
			for account in accounts:
				self._floors[account["name"]] = max(self._floors[account["name"]], account["counter"])

	def add(self, call: Call, problem: str) -> None:
		with self._lock:
			self.calls.append(call)
			if problem:
				self.wrong.append((call.request_id, problem))


class Client:
	"""One client.

	:param number: its own; of the same user are `siblings`, itself among them
	:param urls: of the servers; each call goes to one of them by chance
	"""

	def __init__(
		self,
		number: int,
		user: User,
		siblings: frozenset[int],
		urls: Sequence[str],
		host: str,
		shared: Shared,
		invoice: Mapping[str, Any],
	):
		self.number, self.user, self._siblings, self._urls, self._shared = (
			number,
			user,
			siblings,
			urls,
			shared,
		)
		self._invoice = invoice
		self._wire = Wire(user.key, host)
		self._chance = random.Random(number)
		self._sent = self._sequence = 0
		self._orders: dict[int, str] = {}
		"""Acknowledged ones: names by sequence number."""
		self._possible: set[int] = set()
		"""Those that nobody knows of."""

	def close(self) -> None:
		self._wire.close()

	def step(self) -> None:
		"""Does one thing, of one call or a few."""
		if self.user.group == "ledger":
			return self.invoice()
		(work,) = self._chance.choices(
			[
				self.read_account,
				self.list_accounts,
				self.list_extra,
				self.count,
				self.add_up,
				self.search,
				self.list_orders,
				self.read_order,
				self.closed,
				self.create_order,
				self.try_order,
				self.change_account,
				self.move,
			],
			[16, 10, 4, 4, 8, 3, 8, 5, 3, 12, 3, 12, 12],
		)
		work()

	# reading

	def read_account(self) -> None:
		name = self._any_account()
		floor = self._shared.floors()[name]
		self._see(
			self._ask(tools.GET, {"doctype": shapes.ACCOUNT, "name": name}, judge.account(name, floor)),
			"document",
		)

	def list_accounts(self, *more: str) -> None:
		fields = ["region", "balance", "left_part", "right_part", "counter", *more]
		arguments = {"doctype": shapes.ACCOUNT, "fields": fields, "order_by": "name asc", "limit": 100}
		answer = self._ask(tools.LIST, arguments, judge.accounts(self._shared.floors(), bool(more)))
		self._see(answer, "documents")

	def list_extra(self) -> None:
		self.list_accounts("extra")

	def count(self) -> None:
		by_extra = self._chance.random() < 0.5
		filters = {"extra": ["like", f"{shapes.EXTRA}%"]} if by_extra else {}
		self._ask(
			tools.COUNT, {"doctype": shapes.ACCOUNT, "filters": filters}, judge.count_of_accounts(by_extra)
		)

	def add_up(self) -> None:
		sums = {"balance": "balance", "left": "left_part", "right": "right_part"}
		aggregates = [{"function": "sum", "field": field, "as": name} for name, field in sums.items()]
		arguments = {"doctype": shapes.ACCOUNT, "aggregates": aggregates, "group_by": ["region"]}
		self._ask(tools.AGGREGATE, arguments, judge.sums())

	def search(self) -> None:
		arguments = {"doctype": shapes.ACCOUNT, "search_term": "th-", "limit": 100}
		self._ask(tools.SEARCH, arguments, judge.found_accounts())

	def list_orders(self) -> None:
		arguments = {
			"doctype": shapes.ORDER,
			"fields": ["token", "title", "client", "sequence", "total"],
			"filters": {"client": self.number},
			"order_by": "sequence desc",
			"limit": LISTED,
		}
		self._ask(
			tools.LIST,
			arguments,
			judge.own_orders(self.number, LISTED, self._orders, frozenset(self._possible)),
		)

	def read_order(self) -> None:
		if self._orders:
			sequence = self._chance.choice(list(self._orders)[-50:])
			arguments = {"doctype": shapes.ORDER, "name": self._orders[sequence]}
			self._ask(tools.GET, arguments, judge.order(sequence))

	def closed(self) -> None:
		self._ask(tools.LIST, {"doctype": "User"}, judge.nothing_there())

	# writing

	def create_order(self) -> None:
		self._sequence += 1
		sequence, token = self._sequence, f"{PREFIX}{self.number}-order-{self._sequence}"
		answer = self.create(shapes.ORDER, self._order(sequence, token), token)
		if answer.fate is Fate.OK:
			self._orders[sequence] = answer.content["name"]
		elif answer.fate in UNKNOWN:
			self._possible.add(sequence)

	def try_order(self) -> None:
		"""A dry run: nothing of it may stay."""
		self._sequence += 1
		token = f"{PREFIX}{self.number}-try-{self._sequence}"
		arguments = {"doctype": shapes.ORDER, "data": self._order(self._sequence, token), "dry_run": True}
		self._ask(tools.CREATE, arguments, judge.written(), token=token)

	def change_account(self) -> None:
		region = self._any_region()
		account = self.account(self._any_account(region))
		if account:
			name = account["document"]["name"]
			arguments = {
				"doctype": shapes.ACCOUNT,
				"name": name,
				"data": self._changed(account["document"], 0),
				"expected_version": account["version"],
			}
			answer = self._ask(tools.UPDATE, arguments, judge.written(CONTENDED, region))
			self._see(answer, "document")

	def move(self) -> None:
		"""From one account to another, in either order: two that do it the other way round wait for each other."""
		region = self._any_region()
		first = self.account(self._any_account(region))
		second = self.account(self._any_account(region))
		if not first or not second or first["name"] == second["name"]:
			return
		self.move_between(region, first, second)

	def move_between(self, region: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
		amount = self._chance.randint(1, 9)
		documents = [
			{
				"name": account["name"],
				"data": self._changed(account["document"], by),
				"expected_version": account["version"],
			}
			for account, by in ((first, amount), (second, -amount))
		]
		arguments = {"doctype": shapes.ACCOUNT, "documents": documents}
		answer = self._ask(tools.BULK_UPDATE, arguments, judge.written(CONTENDED, region), documents=2)
		if answer.fate is Fate.OK:
			self._shared.told([{"name": d["name"], "counter": d["data"]["counter"]} for d in documents])

	def invoice(self) -> None:
		"""Created, submitted, and sometimes cancelled."""
		self._sequence += 1
		token = f"{PREFIX}{self.number}-invoice-{self._sequence}"
		answer = self.create(shapes.INVOICE, {**self._invoice, "po_no": token}, token)
		if answer.fate is not Fate.OK:
			return
		one = {"doctype": shapes.INVOICE, "name": answer.content["name"]}
		for tool, state in ((tools.SUBMIT, 1), (tools.CANCEL, 2)):
			if self._ask(tool, one, judge.written()).fate is not Fate.OK:
				return
			self._ask(tools.GET, one, judge.invoice(one["name"], state))
			if self._chance.random() < 0.6:
				return

	def create(self, doctype: str, data: dict[str, Any], token: str) -> Answer:
		"""A create that is repeated, with the same key, until there is an answer to it."""
		arguments = {"doctype": doctype, "data": data, "idempotency_key": token}
		until = time.monotonic() + REPEATS
		# Another try of ours may be on its way.
		expected, unknown = frozenset[str](), False
		hangs_up = self._chance.random() < HANGS_UP
		while True:
			send = self._wire.hang_up if hangs_up else self._wire.call
			answer = self._ask(tools.CREATE, arguments, judge.written(expected), send, token=token)
			unknown |= answer.fate in UNKNOWN
			if answer.fate not in UNKNOWN and answer.code != "conflict":
				# The try before may have been done, or may still be.
				return answer if answer.fate is Fate.OK or not unknown else Answer(Fate.CUT)
			if time.monotonic() > until:
				return Answer(Fate.CUT)
			expected, hangs_up = CONTENDED, False
			time.sleep(0.3)

	# for who looks whether a server answers

	def write_once(self) -> bool:
		self._sequence += 1
		token = f"{PREFIX}{self.number}-probe-{self._sequence}"
		arguments = {"doctype": shapes.ORDER, "data": self._order(self._sequence, token)}
		return self._ask(tools.CREATE, arguments, judge.written(), token=token).fate is Fate.OK

	def read_once(self) -> bool:
		return self.account(self._any_account()) is not None

	# how

	def _ask(
		self,
		tool: str,
		arguments: dict[str, Any],
		judge_of_it: judge.Judge,
		send: Callable[..., Answer] | None = None,
		token: str = "",
		documents: int = 1,
	) -> Answer:
		self._sent += 1
		request_id = f"{PREFIX}{self.number}-{self._sent}"
		url = self._chance.choice(self._urls)
		sent = time.monotonic()
		answer = (send or self._wire.call)(url, request_id, tool, arguments)
		received = time.monotonic()
		views = self._shared.views(self.user.group, sent, received)
		problem = judge.verdict(judge_of_it, views, answer, self._siblings)
		call = Call(
			request_id,
			self.user.name,
			tool,
			arguments["doctype"],
			sent,
			received,
			answer.fate,
			answer.code,
			answer.cause,
			token,
			answer.content.get("name") or "",
			documents,
			bool(arguments.get("dry_run")),
			bool(answer.content.get("repeated")),
			url,
		)
		self._shared.add(call, problem and f"{tool} {arguments.get('name', '')} at {url}: {problem}")
		return answer

	def account(self, name: str) -> dict[str, Any] | None:
		"""The answer about an account, as something to change it by; None where there was none."""
		floor = self._shared.floors()[name]
		answer = self._ask(tools.GET, {"doctype": shapes.ACCOUNT, "name": name}, judge.account(name, floor))
		self._see(answer, "document")
		return answer.content if answer.fate is Fate.OK else None

	def _see(self, answer: Answer, member: str) -> None:
		if answer.fate is Fate.OK and member in answer.content:
			found = answer.content[member]
			self._shared.told(found if isinstance(found, list) else [found])

	def _any_region(self) -> str:
		return self._chance.choice(REGIONS)

	def _any_account(self, region: str = "") -> str:
		number = self._chance.randrange(HOT if self._chance.random() < 0.5 else shapes.PER_REGION)
		return shapes.account_name(region or self._any_region(), number)

	def _changed(self, account: Mapping[str, Any], by: int) -> dict[str, Any]:
		counter = account["counter"] + 1
		left = self._chance.randint(shapes.PARTS, shapes.WHOLE)
		shares = [1] * (shapes.PARTS - 1) + [left - shapes.PARTS + 1]
		return {
			"token": f"{self.number}",
			"balance": account["balance"] + by,
			"left_part": left,
			"right_part": shapes.WHOLE - left,
			"counter": counter,
			"parts": [
				{"name": row["name"], "share": share, "stamp": counter}
				for row, share in zip(account["parts"], shares, strict=True)
			],
		}

	def _order(self, sequence: int, token: str) -> dict[str, Any]:
		shares = [self._chance.randint(1, 100) for _ in range(shapes.LINES)]
		return {
			"token": token,
			"title": shapes.title(self.number, token),
			"client": self.number,
			"sequence": sequence,
			"total": sum(shares),
			"lines": [{"share": share, "token": token} for share in shares],
		}


class Running(threading.Thread):
	"""A client at work until a time of the monotonic clock.

	:param pause: mean seconds between two steps
	"""

	def __init__(self, client: Client, until: float, pause: float):
		super().__init__(name=f"client {client.number}", daemon=True)
		self.problem: BaseException | None = None
		self._client, self._until, self._pause = client, until, pause

	def run(self) -> None:
		try:
			while time.monotonic() < self._until:
				self._client.step()
				time.sleep(random.random() * 2 * self._pause)
		except BaseException as e:
			self.problem = e
			raise
		finally:
			self._client.close()
