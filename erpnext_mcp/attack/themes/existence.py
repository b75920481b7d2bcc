"""What is hidden must not be told from what there is not: same code, same words (T13)."""

from typing import Any

from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import MISSING_DOCTYPE, MISSING_FIELD, MISSING_NAME
from erpnext_mcp.attack.target import HIDDEN, MASKED, OPEN, Surface
from erpnext_mcp.attack.trial import Trial

ALL_VISIBLE = "the user is meant to see every document that was looked at"
READERS: tuple[tuple[str, dict[str, Any]], ...] = (
	("list_generic_documents", {}),
	("count_generic_documents", {}),
	("search_generic_documents", {"search_term": "a"}),
	("aggregate_generic_documents", {"aggregates": [{"function": "count"}]}),
	("get_generic_document", {"name": "x"}),
	("get_doctype_schema", {}),
	("get_doctype_permissions", {}),
	("explain_access", {"operation": "read"}),
	("get_linked_documents", {"name": "x"}),
	("print_document", {"name": "x"}),
	("list_attachments", {"name": "x"}),
	("read_attachment", {"name": "x", "file": "x"}),
)
"""Tools with a DocType, and what else they must have."""
NOBODY = "nobody.at.all@example.com"
WRITERS: tuple[tuple[str, dict[str, Any]], ...] = (
	("create_generic_document", {"data": {"name": "x"}}),
	("update_generic_document", {"name": "x", "data": {"name": "x"}}),
	("delete_generic_document", {"name": "x"}),
	("submit_generic_document", {"name": "x"}),
	("cancel_generic_document", {"name": "x"}),
	("amend_generic_document", {"name": "x"}),
	("apply_workflow_action", {"name": "x", "action": "Approve"}),
	("bulk_create_documents", {"documents": [{"name": "x"}]}),
	("add_comment", {"name": "x", "text": "x"}),
	("assign", {"name": "x", "user": "Administrator"}),
)


def alike(t: Trial, doctype: str, missing: str = MISSING_DOCTYPE, *, writing: bool) -> None:
	"""A closed DocType and one that there is not, through every tool."""
	for tool, more in (*READERS, *(WRITERS if writing else ())):
		t.same(
			tool,
			{"doctype": doctype, **more},
			{"doctype": missing, **more},
			(doctype, missing),
			f"the closed DocType {doctype}",
		)


@attack("T13", "A closed DocType that can be told from one that there is not")
def doctypes(t: Trial) -> None:
	t.says("22 tools with DocTypes outside the profile and with one that there is not")
	writing = not t.run.read_only
	for doctype in t.some(t.target.closed, "the profile opens every DocType"):
		alike(t, doctype, writing=writing)


@attack("T13", "Lists of DocTypes, tools and resources that tell of closed ones")
def lists(t: Trial) -> None:
	t.says("list_doctypes, tools/list, resources/list, completions")
	opened = set(t.target.surfaces)
	reply = t.looked_at("list_doctypes")
	told = {d["doctype"] for d in reply.content.get("doctypes", ())}
	t.check(told <= opened, f"list_doctypes tells of {', '.join(sorted(told - opened))}")
	for doctype in t.target.closed[:5]:
		reply = t.looked_at("list_doctypes", search=doctype)
		told = {d["doctype"] for d in reply.content.get("doctypes", ())}
		t.check(told <= opened, f"list_doctypes finds {doctype}")
	t.looked_at("tools/list")
	reply = t.looked_at("resources/list")
	for resource in reply.content.get("resources", ()):
		if resource["uri"].startswith("erpnext://doctype/"):
			t.check(resource["name"] in opened, f"resources/list tells of {resource['name']}")


@attack("T13", "The schema tells of hidden fields")
def schema(t: Trial) -> None:
	t.says("get_doctype_schema and get_doctype_permissions of every DocType")
	for surface in t.surfaces("read"):
		for tool in ("get_doctype_schema", "get_doctype_permissions"):
			t.looked_at(tool, doctype=surface.doctype)
	if not t.surfaces("read"):
		t.skip("the profile opens no DocType for reading")


def document_calls(surface: Surface, name: str) -> list[tuple[str, dict[str, Any]]]:
	"""Every way to ask about one document."""
	given = {"doctype": surface.doctype, "name": name}
	calls: list[tuple[str, dict[str, Any]]] = [
		("get_generic_document", given),
		("get_linked_documents", given),
		("list_attachments", given),
		("read_attachment", {**given, "file": "x"}),
		("print_document", given),
		*(("explain_access", {**given, "operation": operation}) for operation in sorted(surface.operations)),
	]
	return calls


def write_calls(surface: Surface, name: str) -> list[tuple[str, dict[str, Any]]]:
	given = {"doctype": surface.doctype, "name": name}
	writable = next((f.fieldname for f in surface.own(OPEN) if f.writable and f.fieldtype == "Data"), None)
	data = {writable: "x"} if writable else {"zz_no_such_field": "x"}
	return [
		("update_generic_document", {**given, "data": data}),
		("bulk_update_documents", {"doctype": surface.doctype, "documents": [{"name": name, "data": data}]}),
		("delete_generic_document", given),
		("submit_generic_document", given),
		("cancel_generic_document", given),
		("amend_generic_document", given),
		("apply_workflow_action", {**given, "action": "Approve"}),
		("add_comment", {**given, "text": "x"}),
		("assign", {**given, "user": NOBODY}),
	]


@attack("T13", "An invisible document that can be told from one that there is not")
def documents(t: Trial) -> None:
	t.says("every reading tool with names of invisible documents and with one that there is not")
	hidden = [s for s in t.surfaces() if s.invisible and not s.single]
	for surface in t.some(hidden, ALL_VISIBLE):
		for doc in surface.invisible[:2]:
			name = str(doc["name"])
			pairs = zip(document_calls(surface, name), document_calls(surface, MISSING_NAME), strict=True)
			for (tool, one), (_tool, other) in pairs:
				what = f"a {surface.doctype} that does not exist for the user"
				t.same(tool, one, other, (name, MISSING_NAME), what)
				if tool == "get_generic_document":
					t.refused(tool, codes={"not_found", "not_permitted"}, **one)


@attack("T68", "A write to a document that does not exist for the user", writes=True)
def written_documents(t: Trial) -> None:
	t.says("every writing tool with names of invisible documents and with one that there is not")
	hidden = [s for s in t.surfaces() if s.invisible and not s.single]
	for surface in t.some(hidden, ALL_VISIBLE):
		name = str(surface.invisible[0]["name"])
		pairs = zip(write_calls(surface, name), write_calls(surface, MISSING_NAME), strict=True)
		for (tool, one), (_tool, other) in pairs:
			what = f"a {surface.doctype} that does not exist for the user"
			t.same(tool, one, other, (name, MISSING_NAME), what)


@attack("T66", "Explanations that tell of hidden fields and restrictions")
def explanations(t: Trial) -> None:
	t.says(
		"explain_access of hidden fields and of fields that there are not; conditions and row filters that name them"
	)
	closed = [(s, f) for s in t.surfaces("read") for f in s.own(HIDDEN)]
	for surface, field in t.some(closed, "the profile hides no field"):
		for operation in ("read", "create", "update"):
			asked = {"doctype": surface.doctype, "operation": operation}
			t.same(
				"explain_access",
				{**asked, "fieldname": field.fieldname},
				{**asked, "fieldname": MISSING_FIELD},
				(field.fieldname, MISSING_FIELD),
				f"the hidden field {surface.doctype}.{field.fieldname}",
			)
	for surface in t.surfaces("read"):
		unseen = {f.fieldname for f in surface.own(HIDDEN, MASKED)}
		for tool, more in (("get_doctype_permissions", {}), ("explain_access", {"operation": "read"})):
			reply = t.call(tool, doctype=surface.doctype, **more)
			told = [c.get("field") for c in reply.content.get("conditions", ())]
			told += [f[0] for f in reply.content.get("row_filter", ())]
			t.check(
				unseen.isdisjoint(told),
				f"{tool}: restrictions of {surface.doctype} name a field that is not shown",
			)
