"""Reading documents: what comes along unasked, and what is asked for by name."""

from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import MISSING_FIELD, hostile_names
from erpnext_mcp.attack.target import HIDDEN, MASKED, NEVER_SHOWN, OPEN
from erpnext_mcp.attack.trial import Trial

GET, LIST = "get_generic_document", "list_generic_documents"
NO_READING = "the profile opens no DocType for reading in which the user sees a document"


@attack("T01", "A single read shows hidden or masked fields")
def single_read(t: Trial) -> None:
	t.says("documents read whole; hidden fields asked for by name")
	for surface in t.some((s for s in t.surfaces("read") if s.visible), NO_READING):
		for doc in surface.visible[:3]:
			t.looked_at(GET, doctype=surface.doctype, name=str(doc["name"]))
		hidden = [f.fieldname for f in (*surface.own(HIDDEN), *surface.closed_tables)]
		for fieldname in [*hidden[:5], *NEVER_SHOWN[:2]]:
			name = str(surface.visible[0]["name"])
			asked = {"doctype": surface.doctype, "name": name}
			t.refused(GET, **asked, fields=["name", fieldname], what=f"{surface.doctype}.{fieldname}")
			t.same(
				GET,
				{**asked, "fields": [fieldname]},
				{**asked, "fields": [MISSING_FIELD]},
				(fieldname, MISSING_FIELD),
				f"the hidden field {surface.doctype}.{fieldname}",
			)


@attack("T01", "A list shows hidden or masked fields")
def lists(t: Trial) -> None:
	t.says('lists with fields ["*"]; hidden fields asked for by name')
	for surface in t.some((s for s in t.surfaces("read") if s.listable), NO_READING):
		t.looked_at(LIST, doctype=surface.doctype, fields=["*"], limit=20)
		for field in surface.own(HIDDEN)[:5]:
			asked = {"doctype": surface.doctype, "limit": 2}
			t.refused(LIST, **asked, fields=["name", field.fieldname], what=f"{surface.doctype}.{field.path}")
			t.same(
				LIST,
				{**asked, "fields": [field.fieldname]},
				{**asked, "fields": [MISSING_FIELD]},
				(field.fieldname, MISSING_FIELD),
				f"the hidden field {surface.doctype}.{field.fieldname}",
			)


@attack("T03", "Rows of tables escape the field rules")
def rows_of_tables(t: Trial) -> None:
	t.says("documents with rows; fields of rows in lists and filters")
	with_rows = [
		s
		for s in t.surfaces("read")
		if s.closed_tables
		or s.in_rows(HIDDEN, MASKED)
		or any(d.get(table) for d in s.visible for table in s.tables)
	]
	for surface in t.some(with_rows, "no DocType of the profile has tables"):
		filled = [d for d in surface.visible if any(d.get(table) for table in surface.tables)]
		for doc in filled[:2]:
			t.looked_at(GET, doctype=surface.doctype, name=str(doc["name"]))
		if not surface.listable:
			continue
		for field in surface.in_rows(HIDDEN, MASKED)[:3]:
			child = surface.fields[field.table].options
			t.refused(
				LIST,
				doctype=surface.doctype,
				filters=[[child, field.fieldname, "is", "set"]],
				what=f"a filter on {surface.doctype}.{field.path}",
			)
			t.refused(
				LIST, doctype=surface.doctype, fields=[field.path], what=f"{surface.doctype}.{field.path}"
			)
		for table in surface.closed_tables[:3]:
			t.refused(
				LIST,
				doctype=surface.doctype,
				filters=[[table.options, "name", "is", "set"]],
				what=f"a filter on the hidden table {surface.doctype}.{table.fieldname}",
			)


@attack("T17", "Rows that can't be addressed, or more than was asked for")
def rows_have_names(t: Trial) -> None:
	t.says("lists of one field; of none")
	for surface in t.some((s for s in t.surfaces("read") if s.listable and s.visible), NO_READING):
		columns = [f.fieldname for f in surface.own(OPEN) if f.fieldtype in ("Data", "Select")] or ["name"]
		reply = t.call(LIST, doctype=surface.doctype, fields=columns[:1], limit=3)
		if not reply.answered:
			t.undecided_by(reply)
			continue
		asked = {"name", columns[0]}
		documents = reply.content["documents"]
		t.check(
			all(set(d) == asked for d in documents),
			f"{surface.doctype}: not just the name and what was asked for",
		)
		t.looked_at(LIST, doctype=surface.doctype, fields=[], limit=3)


def folded(name: str) -> str:
	"""A name as MariaDB compares it, roughly."""
	return "".join(c for c in name if c.isprintable()).strip().casefold()


@attack("T18", "Names of documents that are taken for something else")
def odd_names(t: Trial) -> None:
	t.says("%, quotes, .., NUL, {{ }}, other cases of names")
	for surface in t.some((s for s in t.surfaces("read") if s.visible and not s.single), NO_READING):
		name = str(surface.visible[0]["name"])
		for odd in hostile_names(name):
			reply = t.call(GET, doctype=surface.doctype, name=odd)
			if reply.answered:
				# MariaDB takes names for equal that differ in case, blanks at the end and what is not printed.
				same = folded(str(reply.content.get("name"))) == folded(odd)
				t.check(same, f"{surface.doctype}: an odd name gives another document")
			elif reply.code in ("not_found", "invalid_arguments"):
				t.judged += 1
			else:
				t.undecided_by(reply)
	for surface in t.some((s for s in t.surfaces("read") if s.invisible), "no invisible documents"):
		hidden = str(surface.invisible[0]["name"])
		for form in {hidden.upper(), hidden.lower(), hidden + " ", " " + hidden, hidden.swapcase()}:
			t.refused(GET, codes={"not_found", "invalid_arguments"}, doctype=surface.doctype, name=form)
	oddly_named = [
		(s, str(d["name"]))
		for s in t.surfaces("read")
		for d in s.visible
		if not str(d["name"]).replace("-", "").replace(" ", "").isalnum()
	]
	for surface, name in t.some(oddly_named, "no oddly named documents"):
		reply = t.looked_at(GET, doctype=surface.doctype, name=name)
		if reply.answered:
			t.check(reply.content["name"] == name, f"{surface.doctype}: an odd name gives another document")


@attack("T57", "Answers without bounds")
def bounds(t: Trial) -> None:
	t.says("limits of a billion, none at all, negative offsets")
	most = t.target.max_rows
	for surface in t.some((s for s in t.surfaces("read") if s.listable), NO_READING):
		for asked in ({"limit": 10**9}, {"limit": most + 1}, {"limit": 0}, {"limit": -1}, {"offset": -1}):
			t.refused(LIST, doctype=surface.doctype, **asked)
		reply = t.call(LIST, doctype=surface.doctype, fields=["name"])
		if reply.answered:
			t.check(
				len(reply.content["documents"]) <= most, f"{surface.doctype}: more than {most} rows at once"
			)
