"""Filters, orders, columns and functions on what is hidden: each would read its value bit by bit."""

from typing import Any

from erpnext_mcp.attack import shapes
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import MISSING_FIELD
from erpnext_mcp.attack.target import HIDDEN, MASKED, NEVER_SHOWN, NUMBERS, OPEN, Surface, TruthField
from erpnext_mcp.attack.trial import Trial

LIST, COUNT = "list_generic_documents", "count_generic_documents"
AGGREGATE = "aggregate_generic_documents"
NONE_CLOSED = "the profile hides and masks no field of a DocType that can be listed"
NO_LIST = "the profile opens no DocType that can be listed"


def value_of(surface: Surface, field: TruthField) -> Any:
	"""A value that some visible document really has: a filter by it would find that one."""
	found = next((d.get(field.fieldname) for d in surface.visible if d.get(field.fieldname)), None)
	return found if isinstance(found, int | float) else str(found)[:100] if found else "a"


def closed_or_else_open(t: Trial) -> list[tuple[Surface, TruthField]]:
	"""The fields that are hidden or masked; where there is none, an open one of each DocType: what is no field, nobody may pass on."""
	closed = t.closed_fields(HIDDEN, MASKED)
	return closed or [(s, f) for s in t.surfaces("read") if s.listable for f in s.own(OPEN)[:1]]


@attack("T04", "A filter on a hidden or masked field")
def filters(t: Trial) -> None:
	t.says("11 shapes of filters, in lists and counts")
	for surface, field in t.some(t.closed_fields(HIDDEN, MASKED), NONE_CLOSED):
		value = value_of(surface, field)
		for shape, given in shapes.filter_shapes(surface.doctype, field.fieldname, value):
			what = f"a filter on {surface.doctype}.{field.fieldname} ({shape})"
			t.refused(LIST, doctype=surface.doctype, filters=given, what=what)
		for shape, given in list(shapes.filter_shapes(surface.doctype, field.fieldname, value))[::4]:
			what = f"a filter on {surface.doctype}.{field.fieldname} ({shape})"
			t.refused(COUNT, doctype=surface.doctype, filters=given, what=what)
			t.refused(LIST, doctype=surface.doctype, or_filters=given, what=f"or_{what}")
			t.refused(
				AGGREGATE,
				doctype=surface.doctype,
				aggregates=[{"function": "count"}],
				filters=given,
				what=what,
			)
		if field.state == HIDDEN:
			asked = {"doctype": surface.doctype}
			t.same(
				LIST,
				{**asked, "filters": {field.fieldname: value}},
				{**asked, "filters": {MISSING_FIELD: value}},
				(field.fieldname, MISSING_FIELD),
				f"the hidden field {surface.doctype}.{field.fieldname}",
			)
	for surface in t.some((s for s in t.surfaces("read") if s.listable), NO_LIST):
		for column in NEVER_SHOWN[:4]:
			t.refused(
				LIST,
				doctype=surface.doctype,
				filters={column: ["is", "set"]},
				what=f"a filter on {surface.doctype}.{column}",
			)


@attack("T05", "An order or a group by a hidden or masked field")
def orders(t: Trial) -> None:
	t.says("order_by and group_by, plain, qualified and in expressions")
	for surface, field in t.some(t.closed_fields(HIDDEN, MASKED), NONE_CLOSED):
		for order in shapes.order_shapes(surface.doctype, field.fieldname):
			t.refused(
				LIST,
				doctype=surface.doctype,
				order_by=order,
				limit=2,
				what=f"an order by {surface.doctype}.{field.fieldname}",
			)
		t.refused(
			AGGREGATE,
			doctype=surface.doctype,
			aggregates=[{"function": "count"}],
			group_by=[field.fieldname],
			what=f"groups of {surface.doctype}.{field.fieldname}",
		)
		t.refused(
			AGGREGATE,
			doctype=surface.doctype,
			aggregates=[{"function": "count"}],
			order_by=f"{field.fieldname} desc",
			what=f"aggregates ordered by {surface.doctype}.{field.fieldname}",
		)


@attack("T06", "A shape of filters that is not recognised, and passed on")
def odd_shapes(t: Trial) -> None:
	t.says("15 shapes that are none, on hidden fields or else on open ones")
	for surface, field in t.some(closed_or_else_open(t), NO_LIST):
		for shape, given in shapes.odd_filters(surface.doctype, field.fieldname, value_of(surface, field)):
			what = f"filters that are none ({shape}) on {surface.doctype}.{field.fieldname}"
			t.refused(LIST, doctype=surface.doctype, filters=given, what=what)


@attack("T07", "A column under another name or within an expression")
def columns(t: Trial) -> None:
	t.says("aliases, back-quotes, functions, subqueries in fields")
	for surface, field in t.some(closed_or_else_open(t), NO_LIST):
		for column in shapes.column_shapes(surface.doctype, field.fieldname):
			t.refused(
				LIST,
				doctype=surface.doctype,
				fields=["name", column[:140]],
				limit=2,
				what=f"an expression of {surface.doctype}.{field.fieldname}",
			)


@attack("T08", "A function of several columns, of which only the first is checked")
def functions(t: Trial) -> None:
	t.says("replace(name, name, hidden), least, concat, ...")
	for surface, field in t.some(closed_or_else_open(t), NO_LIST):
		for column in shapes.function_shapes(field.fieldname):
			t.refused(
				LIST,
				doctype=surface.doctype,
				fields=[column[:140]],
				limit=2,
				what="a function of two columns",
			)
			t.refused(LIST, doctype=surface.doctype, order_by=column.partition(" as ")[0], limit=2)


@attack("T09", "Sums, extremes and counts of a hidden or masked field")
def aggregates(t: Trial) -> None:
	t.says("min, max, sum, avg, count, count_distinct; aliases that are expressions")
	for surface, field in t.some(t.closed_fields(HIDDEN, MASKED), NONE_CLOSED):
		names = ["min", "max", "count", "count_distinct"]
		names += ["sum", "avg"] if field.fieldtype in NUMBERS else []
		for function in names:
			t.refused(
				AGGREGATE,
				doctype=surface.doctype,
				aggregates=[{"function": function, "field": field.fieldname, "as": "found"}],
				what=f"{function} of {surface.doctype}.{field.fieldname}",
			)
		for alias in (f"x, max({field.fieldname})", f"`{field.fieldname}`", field.fieldname + " "):
			t.refused(
				AGGREGATE,
				doctype=surface.doctype,
				aggregates=[{"function": "count", "field": "name", "as": alias[:60]}],
				what="an alias that is an expression",
			)


@attack("T10", "A filter or a column of a linked DocType")
def links(t: Trial) -> None:
	t.says("link.field in fields, filters and order_by; filters on other DocTypes")
	with_links = [
		(s, f)
		for s in t.surfaces("read")
		if s.listable
		for f in s.own(OPEN)
		if f.fieldtype == "Link" and f.options
	]
	for surface, field in t.some(with_links, "no DocType that can be listed has an open link"):
		asked = {"doctype": surface.doctype, "limit": 2}
		same = field.options == surface.doctype
		for fieldname in ("name", "owner", "disabled"):
			dotted = f"{field.fieldname}.{fieldname}"
			t.refused(LIST, **asked, fields=[dotted], what=f"the column {dotted}")
			t.refused(LIST, **asked, filters={dotted: ["is", "set"]}, what=f"a filter on {dotted}")
			t.refused(LIST, **asked, order_by=dotted, what=f"an order by {dotted}")
			if not same:
				t.refused(
					LIST,
					**asked,
					filters=[[field.options, fieldname, "is", "set"]],
					what=f"a filter on {field.options}",
				)
			t.refused(
				LIST,
				**asked,
				fields=[f"`tab{field.options}`.{fieldname}"],
				what=f"a column of {field.options}",
			)
	for surface in t.some((s for s in t.surfaces("read") if s.listable), NO_LIST):
		for other in ("User", "DocType", "Singles", "Has Role"):
			t.refused(
				LIST,
				doctype=surface.doctype,
				filters=[[other, "name", "is", "set"]],
				what=f"a filter on {other}",
			)
