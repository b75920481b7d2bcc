"""DocTypes and tools that no profile opens, whatever it says."""

from typing import Any

from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import MISSING_DOCTYPE, NEVER_OPENED, OWN_DOCTYPES, TOOLS_THAT_RUN_CODE
from erpnext_mcp.attack.themes.existence import READERS, WRITERS
from erpnext_mcp.attack.trial import Trial

NOT_FOUND = frozenset({"not_found"})
UNKNOWN = frozenset({"invalid_arguments"})


@attack("T16", "Tools that run SQL, Python or any method")
def code(t: Trial) -> None:
	t.says(f"{len(TOOLS_THAT_RUN_CODE)} names of such tools of other servers")
	for tool in TOOLS_THAT_RUN_CODE:
		t.refused(
			tool, codes=UNKNOWN, what=f"as {tool}", query="select 1", code="1", method="x", doctype="User"
		)
	reply = t.looked_at("tools/list")
	names = {tool["name"] for tool in reply.content.get("tools", ())}
	t.check(names.isdisjoint(TOOLS_THAT_RUN_CODE), "tools/list has a tool that runs code")


@attack("T34", "DocTypes that carry permissions, code, secrets or mail")
def never(t: Trial) -> None:
	t.says(f"{len(NEVER_OPENED)} DocTypes through reading and writing tools")
	others: list[tuple[str, dict[str, Any]]] = [
		("get_doctype_schema", {}),
		("get_generic_document", {"name": "Administrator"}),
		("count_generic_documents", {}),
	]
	if not t.run.read_only:
		others.append(("create_generic_document", {"data": {"name": "x"}}))
	for number, doctype in enumerate(NEVER_OPENED):
		t.refused("list_generic_documents", codes=NOT_FOUND, doctype=doctype, what=f"a list of {doctype}")
		tool, more = others[number % len(others)]
		t.refused(tool, codes=NOT_FOUND, doctype=doctype, what=f"about {doctype}", **more)


@attack("T55", "Audit and policy reached by the tools")
def own(t: Trial) -> None:
	t.says(f"the gateway's {len(OWN_DOCTYPES)} DocTypes through reading and writing tools")
	tools = [*READERS, *(WRITERS if not t.run.read_only else ())]
	for number, doctype in enumerate(OWN_DOCTYPES):
		# Each through a few of them: all are tried on the DocTypes outside the profile.
		for tool, more in [*tools[:1], *tools[1 + number % 3 :: 3]]:
			t.same(
				tool,
				{"doctype": doctype, **more},
				{"doctype": MISSING_DOCTYPE, **more},
				(doctype, MISSING_DOCTYPE),
				doctype,
			)
		t.refused("list_generic_documents", codes=NOT_FOUND, doctype=doctype, what=f"a list of {doctype}")


@attack("T33", "Rows of tables read and written without their document")
def children(t: Trial) -> None:
	t.says("the DocTypes of tables through lists, reads and writes")
	kinds = sorted({s.fields[table].options for s in t.surfaces() for table in s.tables})
	codes = {"not_found", "unsupported"}
	for doctype in t.some(kinds, "no DocType of the profile has tables"):
		t.refused("list_generic_documents", codes=codes, doctype=doctype, what=f"a list of {doctype}")
		t.refused("count_generic_documents", codes=codes, doctype=doctype, what=f"a count of {doctype}")
		if not t.run.read_only:
			t.refused(
				"create_generic_document",
				codes=codes,
				doctype=doctype,
				data={"name": "x"},
				what=f"a new {doctype}",
			)


@attack("T41", "Names of tools that stand for a DocType which is closed, or for another one")
def tool_names(t: Trial) -> None:
	t.says("names of own tools of closed DocTypes, in odd spellings")
	for doctype in t.some([*t.target.closed, "User", "Server Script"], "no closed DocTypes"):
		slug = doctype.lower().replace(" ", "_")
		for name in (f"list_{slug}_documents", f"get_{slug}_document", f"list_{doctype}_documents"):
			t.refused(name, codes=UNKNOWN, what=f"as {name}", name="x")
	reply = t.looked_at("tools/list")
	names = [tool["name"] for tool in reply.content.get("tools", ())]
	t.check(len(names) == len(set(names)), "two tools have one name")
	t.check(all(len(n) <= 64 for n in names), "a tool's name is longer than 64 characters")
	t.refused("tools/list2", codes=UNKNOWN, what="an unknown request")
