"""What becomes wider when a profile is saved: tables, and the promise never to be silent, over random pairs."""

import copy
import datetime
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from erpnext_mcp.masks import FULL, HASH, LAST_FOUR
from erpnext_mcp.policy import row_filter, widening
from erpnext_mcp.policy.conditions import violations
from erpnext_mcp.policy.field_rules import MetaDocType, MetaField, UserLevels, resolve
from erpnext_mcp.policy.operations import CREATE, OPERATIONS, READING, SUBMITTABLE_ONLY
from erpnext_mcp.policy.printing import shows_everything
from erpnext_mcp.policy.profile import (
	AFTER,
	ALL_FIELDS,
	ALLOWED,
	BEFORE,
	LIMITS,
	MASKED,
	ONLY_ALLOWED,
	READ_ONLY,
	RESTRICTED,
	Condition,
	DocTypeRule,
	FieldRule,
	Profile,
	binds,
)
from erpnext_mcp.policy.validation.facts import DocTypeFacts, at, paths

NOW = datetime.datetime(2026, 6, 1, 12)
YESTERDAY, TOMORROW = NOW - datetime.timedelta(days=1), NOW + datetime.timedelta(days=1)
NEXT_WEEK = NOW + datetime.timedelta(days=7)


def field(fieldname: str, fieldtype: str = "Data", level: int = 0, *, read_only=False) -> MetaField:
	table = fieldtype == "Table"
	return MetaField(
		fieldname,
		"",
		fieldtype,
		"Line" if table else "",
		level,
		False,
		read_only,
		True,
		"",
		False,
		is_table=table,
	)


LINE = MetaDocType("Line", (field("item"), field("cost", "Currency", 1)))
ORDER = DocTypeFacts(
	MetaDocType(
		"Order",
		(
			field("customer"),
			field("status"),
			field("total", "Currency", read_only=True),
			field("margin", "Currency", 1),
			field("lines", "Table"),
		),
	),
	{"lines": LINE},
	is_submittable=True,
)
PARTY = DocTypeFacts(MetaDocType("Party", (field("title"), field("tax_id"))))
GUARDED = DocTypeFacts(MetaDocType("Guarded", (field("label"),)), closed_by_passwords="it holds passwords")
FACTS = {"Order": ORDER, "Party": PARTY, "Guarded": GUARDED}
AROUND = widening.Around(FACTS.get, NOW, {"reads_per_minute": 100, "writes_per_hour": 0}, 100)

READS = frozenset({"select", "read"})
OPEN = DocTypeRule("Order", frozenset({"read", "create", "update"}))
BASE = Profile("P", users=frozenset({"ann"}), rules={"Order": OPEN})


def told(old: Profile | None, new: Profile) -> list[str]:
	return [str(w.message) for w in widening.widening(old, new, AROUND)]


def with_rule(**values: Any) -> Profile:
	return replace(BASE, rules={"Order": replace(OPEN, **values)})


def fields(*rules: tuple[str, ...]) -> tuple[FieldRule, ...]:
	found = []
	for path, rule, *style in rules:
		table, _, fieldname = path.rpartition(".")
		found.append(FieldRule(fieldname, rule, table, *style))
	return tuple(found)


def filters(*terms: Any) -> str:
	return json.dumps(terms)


OPEN_ORDERS = Condition("update", "status", "in", ["Open", "Draft"])


@pytest.mark.parametrize(
	("old", "new", "words"),
	[
		(replace(BASE, enabled=False), BASE, "is enabled"),
		(BASE, replace(BASE, users=frozenset({"ann", "bob"})), "User bob is named"),
		(replace(BASE, roles=frozenset({"Sales"})), BASE, "No role is needed"),
		(replace(BASE, clients=frozenset({"c1"})), BASE, "No OAuth client is needed"),
		(BASE, replace(BASE, clients=frozenset({"c1"})), "OAuth client c1 is named"),
		(replace(BASE, users=frozenset()), BASE, "User ann is named"),
		(
			replace(BASE, users=frozenset(), roles=frozenset({"Sales"})),
			replace(BASE, roles=frozenset({"Sales"})),
			"goes before more profiles",
		),
		(BASE, replace(BASE, priority=3), "raised from 0 to 3"),
		(replace(BASE, networks=("192.0.2.0/24",)), BASE, "from every network"),
		(
			replace(BASE, networks=("192.0.2.0/24",)),
			replace(BASE, networks=("192.0.0.0/16",)),
			"used from 192.0.0.0/16",
		),
		(replace(BASE, valid_upto=TOMORROW), replace(BASE, valid_upto=NEXT_WEEK), "valid up to 2026-06-08"),
		(replace(BASE, valid_upto=YESTERDAY), BASE, "without end"),
		(replace(BASE, valid_from=NEXT_WEEK), replace(BASE, valid_from=TOMORROW), "valid from 2026-06-02"),
		(replace(BASE, valid_from=NEXT_WEEK), BASE, "valid from now"),
		(replace(BASE, read_only=True), BASE, "no longer read-only"),
		(
			replace(BASE, read_only=True),
			replace(BASE, read_only=True, write_until=TOMORROW),
			"written until 2026-06-02",
		),
		(replace(BASE, restrict_to_mcp=True), BASE, "Restrict to MCP is taken off"),
		(
			replace(BASE, restrict_to_mcp=True, users=frozenset({"ann", "bob"})),
			replace(BASE, restrict_to_mcp=True),
			"bob is no longer restricted",
		),
		(replace(BASE, limits={"rows_per_hour": 5}), BASE, "Rows per hour: no limit, and was 5"),
		(BASE, replace(BASE, limits={"reads_per_minute": 200}), "Reads per minute: 200, and was 100"),
		(BASE, replace(BASE, limits={"reads_per_minute": 0}), "Reads per minute: no limit, and was 100"),
		(
			BASE,
			replace(BASE, rules={**BASE.rules, "Party": DocTypeRule("Party", READS)}),
			"Party is opened: select, read, all fields and all documents",
		),
		(BASE, with_rule(operations=OPEN.operations | {"submit"}), "Order: submit is allowed"),
		(
			with_rule(field_rules=fields(("customer", RESTRICTED))),
			BASE,
			"become readable: customer",
		),
		(
			with_rule(field_mode=ONLY_ALLOWED, field_rules=fields(("customer", ALLOWED))),
			BASE,
			"fields that are added to the DocType later",
		),
		(with_rule(field_rules=fields(("status", READ_ONLY))), BASE, "can be written: status"),
		(
			with_rule(field_rules=fields(("customer", MASKED, HASH))),
			BASE,
			"no longer masked, and can be filtered and sorted by: customer",
		),
		(
			with_rule(field_rules=fields(("customer", MASKED, FULL))),
			with_rule(field_rules=fields(("customer", MASKED, LAST_FOUR))),
			"masks of these fields may show more: customer",
		),
		(
			with_rule(field_rules=fields(("customer", MASKED, HASH))),
			with_rule(field_rules=fields(("customer", MASKED, LAST_FOUR))),
			"masks of these fields may show more",
		),
		(with_rule(field_rules=fields(("lines.item", RESTRICTED))), BASE, "readable: lines.item"),
		(with_rule(field_rules=fields(("lines", RESTRICTED))), BASE, "readable: lines."),
		(with_rule(row_filter=filters(["status", "=", "Open"])), BASE, "row filter is removed"),
		(
			with_rule(row_filter=filters(["status", "=", "Open"])),
			with_rule(row_filter=filters(["status", "!=", "Open"])),
			"row filter is another one",
		),
		(with_rule(max_rows=20), with_rule(max_rows=50), "at most 50 rows at once, and were 20"),
		(with_rule(max_rows=20), BASE, "at most 100 rows"),
		(with_rule(conditions=(OPEN_ORDERS,)), BASE, "the condition on status for update"),
		(
			with_rule(conditions=(OPEN_ORDERS,)),
			with_rule(conditions=(replace(OPEN_ORDERS, value=["Open", "Closed"]),)),
			"the condition on status for update",
		),
		(
			with_rule(
				operations=OPEN.operations | {"amend"}, conditions=(Condition(CREATE, "status", "=", "Open"),)
			),
			with_rule(operations=frozenset({"amend"})),
			"the condition on status for create",
		),
		(replace(BASE, ask=frozenset({"delete"})), BASE, "no longer asked before: delete"),
		(with_rule(ask=frozenset({"submit", "bulk"})), with_rule(), "no longer asked before: submit, bulk"),
		(BASE, with_rule(own_tools=True), "tools of its own"),
		(BASE, with_rule(cache_documents=True), "kept for a time"),
		(BASE, with_rule(acknowledge_hidden_name=True), "names and titles"),
		(BASE, with_rule(acknowledge_hidden_required=True), "without required fields"),
		(
			replace(BASE, rules={"Guarded": DocTypeRule("Guarded", READS)}),
			replace(BASE, rules={"Guarded": DocTypeRule("Guarded", READS, acknowledge_password_fields=True)}),
			"Guarded holds passwords",
		),
		(
			with_rule(operations=READS | {"print"}, print_formats=("A",)),
			with_rule(operations=READS | {"print"}, print_formats=("A", "B")),
			"more print formats",
		),
		(
			with_rule(operations=READS | {"print"}, print_formats=("A",)),
			with_rule(operations=READS | {"print"}, print_formats=("A",), acknowledge_print=True),
			"more print formats",
		),
		(BASE, replace(BASE, reports={"Sales": False}), "Report Sales is opened"),
		(
			replace(BASE, reports={"Sales": False}),
			replace(BASE, reports={"Sales": True}),
			"don't cover its output",
		),
		(
			replace(
				BASE,
				rules={
					**BASE.rules,
					"Party": DocTypeRule("Party", READS, row_filter=filters(["title", "=", "A"])),
				},
			),
			BASE,
			"Party is closed, but",
		),
	],
)
def test_what_becomes_wider_is_told(old, new, words):
	assert any(words in message for message in told(old, new)), told(old, new)


@pytest.mark.parametrize(
	("old", "new"),
	[
		(BASE, replace(BASE, enabled=False)),
		(replace(BASE, users=frozenset({"ann", "bob"})), BASE),
		(replace(BASE, priority=3), BASE),
		(BASE, replace(BASE, networks=("192.0.2.0/24",))),
		(
			replace(BASE, networks=("192.0.2.0/25", "192.0.2.128/25")),
			replace(BASE, networks=("192.0.2.0/24",)),
		),
		(BASE, replace(BASE, valid_upto=TOMORROW)),
		(replace(BASE, valid_from=YESTERDAY), BASE),
		(BASE, replace(BASE, read_only=True, write_until=TOMORROW)),
		(replace(BASE, read_only=True), replace(BASE, read_only=True, write_until=YESTERDAY)),
		(BASE, replace(BASE, restrict_to_mcp=True)),
		(BASE, replace(BASE, limits={"reads_per_minute": 50})),
		(BASE, replace(BASE, rules={})),
		(BASE, with_rule(operations=READS & OPEN.operations)),
		(BASE, with_rule(field_rules=fields(("customer", RESTRICTED)))),
		(
			with_rule(field_rules=fields(("customer", MASKED, HASH))),
			with_rule(field_rules=fields(("customer", MASKED, FULL))),
		),
		(
			with_rule(row_filter=filters(["status", "in", ["Open", "Draft"]])),
			with_rule(row_filter=filters(["status", "=", "Open"], ["customer", "=", "A"])),
		),
		(
			with_rule(conditions=(OPEN_ORDERS,)),
			with_rule(
				conditions=(replace(OPEN_ORDERS, value=["Draft"]), Condition("update", "customer", "set"))
			),
		),
		(with_rule(max_rows=500), BASE),
		(with_rule(own_tools=True), BASE),
		(BASE, replace(BASE, ask=frozenset({"delete"}))),
		(with_rule(ask=frozenset({"submit"})), replace(BASE, ask=frozenset({"submit"}))),
	],
)
def test_what_becomes_narrower_or_stays_is_not(old, new):
	assert told(old, new) == []


def test_a_new_profile_tells_all_that_it_opens():
	new = replace(
		with_rule(row_filter=filters(["status", "=", "Open"]), own_tools=True),
		reports={"Sales": False},
		limits={"reads_per_minute": 0},
	)
	assert told(None, new) == [
		"User ann is named.",
		"Reads per minute: no limit, and was 100.",
		"Order is opened: read, create, update (only some documents).",
		"Order: it gets tools of its own, which tell its fields in the tool list.",
		"Report Sales is opened.",
	]


def test_many_names_are_counted():
	wide = MetaDocType("Order", tuple(field(f"f{n}") for n in range(40)))
	around = replace(AROUND, facts_of=lambda _doctype: DocTypeFacts(wide))
	(found,) = widening.widening(
		with_rule(field_mode=ONLY_ALLOWED),
		with_rule(field_mode=ONLY_ALLOWED, field_rules=fields(*((f"f{n}", READ_ONLY) for n in range(40)))),
		around,
	)
	assert str(found.message).endswith("f11 and 28 more.")
	assert (found.table, found.about) == ("doctype_rules", "Order")


def test_users_who_move_from_one_profile_to_another():
	kinds = {"sales": ["eve", "ann"], "stock": ["bob"], "none": ["joe"]}
	found = widening.moved(
		"P",
		{"sales": None, "stock": "P", "none": "P"},
		{"sales": "P", "stock": "Wide", "none": None},
		kinds,
	)
	assert [str(w.message) for w in found] == [
		"It will newly apply to ann, eve.",
		"It will no longer apply to bob: profile Wide will, which may open more.",
	]


# The promise, over random pairs

USERS = {"ann": {"Sales"}, "bob": {"Stock"}, "eve": {"Sales", "Stock"}}
ADDRESSES = ("192.0.2.1", "192.0.2.200", "203.0.113.7", "2001:db8::1", "::ffff:192.0.2.1")
TIMES = (NOW, NOW + datetime.timedelta(hours=1), TOMORROW, NEXT_WEEK, NEXT_WEEK + datetime.timedelta(days=1))
LEVELS = (UserLevels(frozenset({0, 1}), frozenset({0, 1})), UserLevels(frozenset({0}), frozenset({0})))
DOCUMENTS = tuple(
	{"customer": customer, "status": status, "lines": [{"item": status}]}
	for customer in ("A", "")
	for status in ("Open", "Closed", None)
)

PATHS = ("owner", "customer", "status", "total", "margin", "lines", "lines.item", "lines.cost")
TEXTS = ("A", "Open", "Closed", "")
PAIRS = 6000
"""Each has one change, some two: of many, one would nearly always be told, and the others go unseen."""


class Draw:
	"""Random profiles, and random changes of them; the same for the same seed."""

	def __init__(self, seed: int):
		self.rng = random.Random(seed)
		self.of_profiles: dict[str, Callable[[], Any]] = {
			"enabled": self.flag,
			"read_only": self.flag,
			"priority": lambda: self.one(0, 1),
			"users": lambda: self.some("ann", "bob"),
			"roles": lambda: self.some("Sales", "Stock"),
			"clients": lambda: self.some("c1", "c2") if self.flag() else frozenset(),
			"networks": lambda: tuple(
				sorted(
					self.some(
						"192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "203.0.113.7", "2001:db8::/32"
					)
				)
				if self.flag()
				else ()
			),
			"valid_from": lambda: self.one(None, YESTERDAY, TOMORROW, NEXT_WEEK),
			"valid_upto": lambda: self.one(None, YESTERDAY, TOMORROW, NEXT_WEEK),
			"write_until": lambda: self.one(None, YESTERDAY, TOMORROW, NEXT_WEEK),
			"restrict_to_mcp": self.flag,
			"reports": lambda: {name: self.flag() for name in self.some("R1", "R2")},
			"limits": lambda: {name: self.one(0, 50, 500) for name in self.some(*LIMITS)},
		}
		self.of_rules: dict[str, Callable[[], Any]] = {
			"operations": lambda: self.some(*OPERATIONS) | self.one({"read", "update"}, frozenset()),
			"field_mode": lambda: self.one(ALL_FIELDS, ONLY_ALLOWED),
			"field_rules": lambda: tuple(
				r for path in sorted(self.some(*PATHS)) if self.flag() and (r := self.field_rule(path))
			),
			"conditions": lambda: tuple(self.condition() for _ in range(self.one(0, 1, 2))),
			"row_filter": lambda: (
				json.dumps([self.term() for _ in range(self.one(1, 2))]) if self.flag() else ""
			),
			"max_rows": lambda: self.one(0, 20, 500),
			"acknowledge_password_fields": self.flag,
			"print_formats": lambda: tuple(sorted(self.some("A", "B"))),
			"acknowledge_print": self.flag,
			"own_tools": self.flag,
		}

	def one(self, *values: Any) -> Any:
		return self.rng.choice(values)

	def flag(self) -> bool:
		return self.rng.random() < 0.5

	def some(self, *values: str) -> frozenset[str]:
		return frozenset(v for v in values if self.flag())

	def field_rule(self, path: str) -> FieldRule | None:
		rule = self.one(ALLOWED, RESTRICTED, READ_ONLY, MASKED)
		table, _dot, fieldname = path.rpartition(".")
		if rule == MASKED and fieldname == "lines":
			return None
		return FieldRule(fieldname, rule, table, self.one(FULL, LAST_FOUR, HASH) if rule == MASKED else "")

	def term(self) -> list[Any]:
		fieldname = self.one("customer", "status")
		if self.flag():
			return [fieldname, self.one("=", "!="), self.one("A", "Open", "Closed")]
		return [fieldname, self.one("in", "not in"), [self.one(*TEXTS) for _ in range(self.one(1, 2, 3))]]

	def condition(self) -> Condition:
		fieldname, operator, value = self.term()
		return Condition(
			self.one("create", "update", "submit"), fieldname, operator, value, self.one(AFTER, BEFORE)
		)

	def rule(self, doctype: str) -> DocTypeRule:
		values = {name: make() for name, make in self.of_rules.items()}
		if doctype != "Order":
			values |= {"field_rules": (), "conditions": (), "row_filter": ""}
		return DocTypeRule(doctype, **values)

	def profile(self) -> Profile:
		names = self.some(*FACTS) | self.one({"Order"}, {"Order"}, frozenset())
		values = {name: make() for name, make in self.of_profiles.items()}
		return Profile("P", rules={name: self.rule(name) for name in sorted(names)}, **values)

	def changed(self, profile: Profile) -> Profile:
		what = self.one("profile", "rule", "rule", "part", "part", "rules")
		order = profile.rules.get("Order")
		if what == "profile":
			member = self.one(*self.of_profiles)
			return replace(profile, **{member: self.of_profiles[member]()})
		if what == "rules" or order is None:
			doctype = self.one(*FACTS)
			left = {name: rule for name, rule in profile.rules.items() if name != doctype}
			return replace(profile, rules={**left, doctype: self.rule(doctype)} if self.flag() else left)
		if what == "rule":
			member = self.one(*self.of_rules)
			order = replace(order, **{member: self.of_rules[member]()})
		else:
			order = self.changed_part(order)
		return replace(profile, rules={**profile.rules, "Order": order})

	def changed_part(self, rule: DocTypeRule) -> DocTypeRule:
		"""One field rule, condition or term is gone, or another one."""
		member = self.one("field_rules", "conditions", "row_filter")
		parts = json.loads(rule.row_filter or "[]") if member == "row_filter" else list(getattr(rule, member))
		if not parts:
			return rule
		place = self.rng.randrange(len(parts))
		part = parts.pop(place)
		if self.flag():
			if member == "field_rules":
				path = f"{part.table_field}.{part.fieldname}" if part.table_field else part.fieldname
				parts += filter(None, [self.field_rule(path)])
			elif member == "conditions":
				name = self.one("operation", "value", "document_state")
				parts.append(replace(part, **{name: getattr(self.condition(), name)}))
			else:
				parts.append([part[0], *self.term()[1:]])
		if member == "row_filter":
			return replace(rule, row_filter=json.dumps(parts) if parts else "")
		return replace(rule, **{member: tuple(parts)})


def test_silence_means_that_nothing_is_wider():
	silent = 0
	for seed in range(PAIRS):
		draw = Draw(seed)
		old = draw.profile()
		new = draw.changed(old)
		if draw.rng.random() < 0.2:
			new = draw.changed(new)
		if new != old and not widening.widening(old, new, AROUND):
			silent += 1
			wider = effective(new) - effective(old)
			assert not wider, (seed, sorted(map(str, wider))[:5])
	assert silent > PAIRS / 10, "else it shows nothing"


def test_the_same_profile_is_not_wider():
	for seed in range(200):
		profile = Draw(seed).profile()
		assert (
			widening.widening(profile, replace(profile, rules=copy.deepcopy(dict(profile.rules))), AROUND)
			== []
		)


def test_a_new_profile_is_not_silent_where_it_opens_something():
	for seed in range(200):
		profile = Draw(seed).profile()
		nothing = effective(Profile("P", enabled=profile.enabled))
		opens = {what for what in effective(profile) - nothing if what[0] in ("matches", "can", "report")}
		assert not opens or widening.widening(None, profile, AROUND)


def effective(profile: Profile) -> set[tuple]:
	"""All that a profile lets happen, one by one, by the functions that decide it in earnest."""
	found: set[tuple] = set()
	for user, roles in USERS.items():
		for client in (None, "c1", "c2"):
			if profile.matches(user, frozenset(roles), client):
				found.add(("matches", user, client))
				# It goes before all profiles that are weaker than it.
				for level in range(5):
					for priority in range(-1, 3):
						if (profile.level, -profile.priority) < (level, -priority):
							found.add(("goes before", user, client, level, priority))
			if not binds(profile, user, roles, client):
				found.add(("free", user, client))
	found |= {("client", c) for c in profile.clients}
	if profile.enabled:
		found.add(("enabled",))
	found |= {("from", address) for address in ADDRESSES if profile.lets_in(address)}
	found |= {("valid", moment) for moment in TIMES if not profile.out_of_date(moment)}
	found |= {("writes", moment) for moment in TIMES if not profile.is_read_only(moment)}
	for name in LIMITS:
		limit = profile.limits.get(name, AROUND.limits.get(name, 0)) or 10**9
		found |= {("limit", name, n) for n in (50, 100, 500, 10**9) if n <= limit}
	for report, acknowledged in profile.reports.items():
		found.add(("report", report))
		if acknowledged:
			found.add(("report past the rules", report))
	for doctype, rule in profile.rules.items():
		found |= {(*what[:1], doctype, *what[1:]) for what in of_rule(rule, FACTS[doctype])}
	found |= links(profile)
	return found


def of_rule(rule: DocTypeRule, facts: DocTypeFacts) -> set[tuple]:
	if facts.closed_by_passwords and not rule.acknowledge_password_fields:
		return set()
	operations = rule.operations if facts.is_submittable else rule.operations - SUBMITTABLE_ONLY
	if not operations:
		return set()
	found: set[tuple] = {("can", o) for o in operations}
	found |= {("rows", n) for n in (20, 100, 500) if n <= min(rule.max_rows or 100, 100)}
	for number, levels in enumerate(LEVELS):
		sets = resolve(facts.meta, facts.children, levels, rule)
		for path in paths(sets):
			df = at(sets, path)
			found.add(("sees", number, path))
			# What a mask shows: full nothing, the others each something else, no mask all.
			shows = {FULL: (), HASH: (HASH,), LAST_FOUR: (LAST_FOUR,)}.get(df.mask, (HASH, LAST_FOUR, "all"))
			found |= {("sees of", number, path, part) for part in shows}
			if df.filterable:
				found.add(("filters", number, path))
			if df.writable:
				found.add(("writes", number, path))
		everything = shows_everything(sets, facts.meta, facts.children)
		if "print" in operations and (everything or (rule.print_formats and rule.acknowledge_print)):
			found |= {("prints", number, f) for f in rule.print_formats or ("A", "B", "C")}
	for n, document in enumerate(DOCUMENTS if facts is ORDER else ()):
		if not shown(rule, document):
			continue
		found.add(("document", n))
		for operation in operations & {"create", "update", "submit", "amend"} - READING:
			asked = "create" if operation == "amend" else operation
			found |= {
				(operation, n, state)
				for state in (BEFORE, AFTER)
				if not violations(rule.conditions, asked, document, facts.types, state)
			}
	return found


def links(profile: Profile) -> set[tuple]:
	"""What links to a DocType may point to, and whether messages of the business about it pass (`Grant.hides`)."""
	found: set[tuple] = set()
	opens_something = any(of_rule(rule, FACTS[name]) for name, rule in profile.rules.items())
	for doctype in FACTS if opens_something else ():
		rule = profile.rules.get(doctype)
		if rule is None or not (rule.hides_or_masks or rule.row_filter):
			found.add(("messages", doctype))
		if doctype == "Order":
			found |= {
				("link", doctype, n)
				for n, document in enumerate(DOCUMENTS)
				if rule is None or shown(rule, document)
			}
	return found


def shown(rule: DocTypeRule, document: Mapping[str, Any]) -> bool:
	"""Whether a document matches the row filter, as Frappe's database would say it: unset is the empty text."""
	if not rule.row_filter:
		return True
	for term in row_filter.parse(rule.row_filter, ORDER.meta):
		value = document[term.fieldname] or ""
		wanted = term.value if isinstance(term.value, list) else [term.value]
		if (value in wanted) != (term.operator in ("=", "in")):
			return False
	return True
