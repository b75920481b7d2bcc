"""Documents that the user is not meant to see: by lists, counts, searches, names, links."""

from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.ground_truth import canary_text
from erpnext_mcp.attack.shapes import MISSING_NAME
from erpnext_mcp.attack.target import HIDDEN, MASKED, OPEN, Surface
from erpnext_mcp.attack.trial import Trial

LIST, COUNT, SEARCH = "list_generic_documents", "count_generic_documents", "search_generic_documents"
AGGREGATE = "aggregate_generic_documents"
MOST_NAMES = 200
NO_LIST = "the profile opens no DocType that can be listed"
ALL_VISIBLE = "the user is meant to see every document that was looked at"


def mixed(surface: Surface) -> list[str]:
	"""Names of documents that exist for the user and of some that don't."""
	hidden = [n for n in surface.sampled if n not in surface.visible_names]
	shown = [n for n in surface.sampled if n in surface.visible_names]
	half = MOST_NAMES // 2
	return [*hidden[:half], *shown[: MOST_NAMES - len(hidden[:half])]]


@attack("T11", "A list, a count or a group of more than the user may see")
def counts(t: Trial) -> None:
	t.says("lists, counts and aggregates of documents by name, visible and not")
	for surface in t.some((s for s in t.surfaces("read") if s.listable and s.sampled), NO_LIST):
		names = mixed(surface)
		shown = sum(1 for n in names if n in surface.visible_names)
		given = {"doctype": surface.doctype, "filters": [["name", "in", names]]}
		reply = t.call(COUNT, **given)
		if reply.answered:
			count = reply.content["count"]
			t.check(count <= shown, f"{surface.doctype}: counts {count} of {shown} that exist for the user")
		else:
			t.undecided_by(reply)
		reply = t.call(AGGREGATE, **given, aggregates=[{"function": "count", "as": "n"}])
		if reply.answered:
			count = sum(row["n"] for row in reply.content["rows"])
			t.check(count <= shown, f"{surface.doctype}: an aggregate of {count} of {shown}")
		else:
			t.undecided_by(reply)
		t.looked_at(LIST, **given, fields=["name"])
		t.looked_at(LIST, doctype=surface.doctype, fields=["name"], order_by="name desc")
		t.looked_at(
			LIST,
			doctype=surface.doctype,
			fields=["name"],
			or_filters=[["name", "in", names], ["name", "is", "set"]],
		)


@attack("T12", "A search that goes around the rows")
def search_rows(t: Trial) -> None:
	t.says("searches for names and titles of documents that don't exist for the user")
	hidden = [s for s in t.surfaces("read", "select") if s.listable and s.invisible]
	for surface in t.some(hidden, ALL_VISIBLE):
		for doc in surface.invisible[:3]:
			t.looked_at(SEARCH, doctype=surface.doctype, search_term=str(doc["name"])[:100])
		t.looked_at(SEARCH, doctype=surface.doctype, search_term="%")
		t.looked_at(SEARCH, doctype=surface.doctype, search_term="a")


@attack("T12", "A search that looks into hidden fields")
def search_fields(t: Trial) -> None:
	t.says("searches for values of hidden and masked fields")
	tried = []
	for surface, field in t.closed_fields(HIDDEN, MASKED):
		doc = next((d for d in surface.visible if canary_text(field, d.get(field.fieldname))), None)
		if doc is not None:
			tried.append((surface, field, doc))
	for surface, field, doc in t.some(
		tried, "no hidden or masked field has a value that could be searched for"
	):
		term = canary_text(field, doc[field.fieldname])[:100]
		reply = t.call(SEARCH, doctype=surface.doctype, search_term=term, limit=20)
		if not reply.answered:
			t.undecided_by(reply)
			continue
		for row in reply.content["documents"]:
			true = t.run.truth.document(surface.doctype, str(row["name"])) or {}
			elsewhere = any(
				term.casefold() in str(true.get(f.fieldname)).casefold() for f in surface.own(OPEN)
			)
			t.check(elsewhere, f"a search finds {surface.doctype} by its {field.state} {field.fieldname}")
		t.judged += 1


@attack("T15", "Links and matches that tell what exists")
def link_values(t: Trial) -> None:
	t.says("filters by links to invisible documents; get_linked_documents of them")
	hidden = [s for s in t.surfaces() if s.invisible]
	for surface in t.some(hidden, ALL_VISIBLE):
		name = str(surface.invisible[0]["name"])
		asked = {"doctype": surface.doctype}
		t.same(
			"get_linked_documents",
			{**asked, "name": name},
			{**asked, "name": MISSING_NAME},
			(name, MISSING_NAME),
			f"a {surface.doctype} that does not exist for the user",
		)
		if surface.listable and surface.reads:
			t.same(
				LIST,
				{**asked, "filters": {"name": name}},
				{**asked, "filters": {"name": MISSING_NAME}},
				(name, MISSING_NAME),
				f"a {surface.doctype} that does not exist for the user",
			)
			t.same(
				COUNT,
				{**asked, "filters": {"name": name}},
				{**asked, "filters": {"name": MISSING_NAME}},
				(name, MISSING_NAME),
				f"a {surface.doctype} that does not exist for the user",
			)


@attack("T69", "A hidden field that can be read in a copy elsewhere")
def copies(t: Trial) -> None:
	t.says("fields that fetch from a field which a rule hides (nothing is sent)")
	hidden = {(s.doctype, f.fieldname) for s in t.surfaces("read") for f in s.own(HIDDEN) if f.by_profile}
	for surface in t.surfaces("read"):
		links = {f.fieldname: f.options for f in surface.fields.values() if f.fieldtype == "Link"}
		for field in surface.own(OPEN):
			link, _dot, source = field.fetch_from.partition(".")
			if (links.get(link), source) in hidden:
				shown = any(d.get(field.fieldname) for d in surface.visible)
				t.check(
					not shown,
					f"{surface.doctype}.{field.fieldname} shows copies of the hidden {links[link]}.{source}: hide it, too",
				)
	if not hidden:
		t.skip("no rule of the profile hides a field")
	else:
		t.judged += 1
