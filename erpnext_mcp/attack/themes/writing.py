"""Writes that carry more than they say. All of them are undone."""

from collections.abc import Iterator
from typing import Any

from erpnext_mcp.attack import shapes, site
from erpnext_mcp.attack.attacker import obstacle_to_dry_runs
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import FIELD_REFUSED, MISSING_FIELD
from erpnext_mcp.attack.target import HIDDEN, MASKED, OPEN, Surface, TruthField
from erpnext_mcp.attack.trial import Trial
from erpnext_mcp.mcp_server.context import Human

CREATE, UPDATE = "create_generic_document", "update_generic_document"
DELETE = "delete_generic_document"
NO_WRITING = "the profile opens no DocType for creating or updating"
NO_UPDATE = "the profile opens no DocType for updating in which the user sees a document"
KEPT = frozenset(
	{"Data", "Small Text", "Text", "Long Text", "Int", "Float", "Currency", "Check", "Select", "Date"}
)
MASK_TOKENS = ("********", "********4711", "masked:0123456789abcdef")


def writes(t: Trial, surface: Surface) -> Iterator[tuple[str, dict[str, Any]]]:
	"""The tools that take data for a DocType, with everything but the data."""
	if "create" in surface.operations and not surface.single:
		yield CREATE, {"doctype": surface.doctype}
	if "update" in surface.operations and surface.visible:
		yield UPDATE, {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}


def harmless(surface: Surface, doc: Any) -> dict[str, Any]:
	"""A field that may be written, with the value that it has."""
	for field in surface.own(OPEN):
		value = doc.get(field.fieldname)
		if field.writable and field.fieldtype in KEPT and value is not None:
			return {field.fieldname: value if isinstance(value, int | float | str) else str(value)}
	return {}


def updatable(t: Trial) -> list[Surface]:
	return [s for s in t.surfaces("update") if s.visible]


@attack("T02", "The answer of a write shows more than a read", writes=True)
def answers(t: Trial) -> None:
	t.says("updates with the values that are there, as dry runs")
	for surface in t.some(updatable(t), NO_UPDATE):
		obstacle = obstacle_to_dry_runs(t.run.attacker, surface.doctype)
		if obstacle:
			t.skip(f"{surface.doctype}: {obstacle}")
			continue
		for doc in surface.visible[:2]:
			data = harmless(surface, doc)
			if not data or doc.get("docstatus"):
				t.skip(f"{surface.doctype}: no draft with a field that may be written")
				continue
			t.looked_at(UPDATE, doctype=surface.doctype, name=str(doc["name"]), data=data)


@attack("T02", "The answer of a new document shows more than a read", writes=True)
def answers_of_new(t: Trial) -> None:
	t.says("copies of visible documents, as dry runs")
	creatable = [s for s in t.surfaces("create") if s.visible and not s.single]
	for surface in t.some(
		creatable, "the profile opens no DocType for creating in which the user sees a document"
	):
		if surface.numbered or obstacle_to_dry_runs(t.run.attacker, surface.doctype):
			t.skip(f"{surface.doctype}: a dry run would leave something behind")
			continue
		doc = surface.visible[0]
		data = {
			f.fieldname: v if isinstance(v, int | float | str) else str(v)
			for f in surface.own(OPEN)
			if f.writable and (v := doc.get(f.fieldname)) not in (None, "") and f.fieldname != "amended_from"
		}
		t.looked_at(CREATE, doctype=surface.doctype, data=data)


@attack("T20", "docstatus in the data submits or cancels", writes=True)
def docstatus(t: Trial) -> None:
	t.says("docstatus 1 and 2, as number and as text, in documents and rows")
	for surface in t.some((s for s in t.surfaces("create", "update") if any(writes(t, s))), NO_WRITING):
		for tool, given in writes(t, surface):
			for value in (0, 1, 2, "1", True):
				t.refused(tool, **given, data={"docstatus": value}, what=f"docstatus in a {surface.doctype}")
			for table in [n for n in surface.tables if surface.fields[n].writable][:1]:
				t.refused(
					tool,
					**given,
					data={table: [{"docstatus": 1}]},
					what=f"docstatus in a row of {surface.doctype}",
				)


@attack("T21", "Keys that nobody may set, and fields that are hidden, masked or read-only", writes=True)
def mass_assignment(t: Trial) -> None:
	t.says("19 keys of Frappe's own; hidden, masked and read-only fields; the same in rows")
	for surface in t.some((s for s in t.surfaces("create", "update") if any(writes(t, s))), NO_WRITING):
		closed = [f for f in surface.fields.values() if not f.writable and f.fieldname != "name"]
		unwritable = [f for f in closed if f.state != OPEN][:6] + [f for f in closed if f.state == OPEN][:4]
		for tool, given in writes(t, surface):
			for key, value in shapes.unknown_keys():
				if (known := surface.fields.get(key)) is not None and known.writable:
					continue
				t.refused(tool, **given, data={key: value}, what=f"the key {key} in a {surface.doctype}")
			for field in unwritable:
				value: Any = [] if field.fieldname in surface.tables else 1
				t.refused(
					tool,
					**given,
					data={field.fieldname: value},
					what=f"the {field.state} field {surface.doctype}.{field.fieldname}, which can't be written",
				)
				if field.state == HIDDEN:
					t.same(
						tool,
						{**given, "data": {field.fieldname: value}},
						{**given, "data": {MISSING_FIELD: value}},
						(field.fieldname, MISSING_FIELD),
						f"the hidden field {surface.doctype}.{field.fieldname}",
					)
			_rows(t, surface, tool, given)


def _rows(t: Trial, surface: Surface, tool: str, given: dict[str, Any]) -> None:
	for table, fields in surface.tables.items():
		if not surface.fields[table].writable:
			continue
		closed: list[TruthField] = [f for f in fields.values() if f.state != OPEN][:3]
		for key in (
			"owner",
			"parent",
			"parenttype",
			"idx",
			"docstatus",
			"zz",
			*(f.fieldname for f in closed),
		):
			t.refused(
				tool, **given, data={table: [{key: "x"}]}, what=f"the key {key} in a row of {surface.doctype}"
			)


@attack("T25", "A deletion by force", writes=True)
def force(t: Trial) -> None:
	t.says("delete with force, ignore_permissions, delete_permanently")
	deletable = [s for s in t.surfaces("delete") if s.visible and not s.single]
	for surface in t.some(
		deletable, "the profile opens no DocType for deleting in which the user sees a document"
	):
		given = {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}
		for key in ("force", "ignore_permissions", "delete_permanently", "ignore_links"):
			t.refused(
				DELETE, codes={"invalid_arguments"}, **given, **{key: True}, what=f"a deletion with {key}"
			)


@attack("T26", "A rename or a merge passed off as an update", writes=True)
def rename(t: Trial) -> None:
	t.says("a new name in the data of an update")
	for surface in t.some(updatable(t), NO_UPDATE):
		given = {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}
		for data in ({"name": "x"}, {"__newname": "x"}, {"rename_to": "x"}, {"merge": True}):
			t.refused(UPDATE, **given, data=data, what=f"another name of a {surface.doctype}")
		t.refused(
			UPDATE,
			codes={"invalid_arguments"},
			**given,
			data={"name": "x"},
			new_name="x",
			what="the argument new_name",
		)


@attack("T27", "A mask written back as a value", writes=True)
def masks_back(t: Trial) -> None:
	t.says("the three forms of masks, in masked fields and in others")
	for surface in t.some(updatable(t), NO_UPDATE):
		given = {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}
		texts = [
			f.fieldname for f in surface.own(OPEN) if f.writable and f.fieldtype in ("Data", "Small Text")
		]
		for fieldname in [*(f.fieldname for f in surface.own(MASKED)[:3]), *texts[:2]]:
			for token in MASK_TOKENS:
				t.refused(
					UPDATE,
					**given,
					data={fieldname: token},
					what=f"a mask as the value of {surface.doctype}.{fieldname}",
				)


@attack("T30", "A change that somebody else has made is lost", writes=True)
def lost_update(t: Trial) -> None:
	t.says("updates and deletions for a version that is not the document's")
	for surface in t.some(updatable(t), NO_UPDATE):
		doc = surface.visible[0]
		data = harmless(surface, doc)
		if not data:
			t.skip("no field that may be written")
			continue
		t.refused(
			UPDATE,
			codes={"conflict", "not_permitted", *FIELD_REFUSED},
			doctype=surface.doctype,
			name=str(doc["name"]),
			data=data,
			expected_version="AAAA.BBBB",
			what=f"an update of another version of a {surface.doctype}",
		)


@attack("T22", "A dry run that leaves something behind", writes=True)
def dry_runs(t: Trial) -> None:
	t.says("updates as dry runs, and the documents before and after")
	for surface in t.some(updatable(t), NO_UPDATE):
		if obstacle_to_dry_runs(t.run.attacker, surface.doctype):
			t.skip(f"{surface.doctype}: what a save sets off could not be undone, so there are no dry runs")
			continue
		doc = next((d for d in surface.visible if not d.get("docstatus") and harmless(surface, d)), None)
		if doc is None:
			t.skip("no draft with a field that may be written")
			continue
		name = str(doc["name"])
		before, _by = site.values_of(surface.doctype, name)
		if not before:
			t.skip(f"{surface.doctype}: the document was deleted meanwhile")
			continue
		reply = t.call(UPDATE, doctype=surface.doctype, name=name, data=harmless(surface, doc))
		after, changed_by = site.values_of(surface.doctype, name)
		if reply.answered:
			# Others go on working meanwhile.
			t.check(
				bool(before == after or (after and changed_by != t.target.user)),
				f"a dry run has changed a {surface.doctype}",
			)
		else:
			t.undecided_by(reply)


def steps(t: Trial) -> Iterator[tuple[Surface, str, dict[str, Any]]]:
	"""(DocType, tool, arguments) of what the profile asks a person before, with a document that it could be done to."""
	for surface in t.surfaces():
		asked = surface.ask & {*surface.operations, "bulk"} if surface.visible and not surface.single else ()
		for step in sorted(asked):
			if step == "bulk":
				doc = next(
					(d for d in surface.visible if not d.get("docstatus") and harmless(surface, d)), None
				)
				if doc is not None and "update" in surface.operations:
					documents = [{"name": str(doc["name"]), "data": harmless(surface, doc)}]
					yield surface, "bulk_update_documents", {"documents": documents}
				continue
			states = {"submit": (0,), "cancel": (1,), "delete": (0, 2)}[step]
			doc = next((d for d in surface.visible if (d.get("docstatus") or 0) in states), None)
			if doc is not None:
				yield surface, f"{step}_generic_document", {"name": str(doc["name"])}


@attack("T42", "An approval that the caller gives himself", writes=True)
def approval(t: Trial) -> None:
	t.says("confirm: true among the arguments; an accepted question that nobody asked")
	nothing = "the profile asks nobody before anything that could be done to a document which the user sees"
	for surface, tool, arguments in t.some(steps(t), nothing):
		if obstacle_to_dry_runs(t.run.attacker, surface.doctype):
			t.skip(f"{surface.doctype}: what it sets off could not be undone")
			continue
		given = {"doctype": surface.doctype, **arguments}
		for key in ("confirm", "approved", "confirmed"):
			t.refused(tool, codes={"invalid_arguments"}, **given, **{key: True}, what=f"with {key}")
		agreed = {"can_be_asked": True, "action": "accept", "confirmed": True}
		for human in (Human(), Human(**agreed), Human(**agreed, state="forged")):
			reply = t.call(tool, human=human, for_real=True, **given)
			if reply.code == "not_permitted" and "request state" not in reply.reason:
				t.undecided_by(reply)  # of Frappe: it was not asked so far
			else:
				what = f"({surface.doctype}) though nobody has agreed"
				t.judge_refusal(reply, {"approval_required", "not_permitted"}, what)
