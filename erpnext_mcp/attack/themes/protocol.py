"""The ways beside tools/call: resources, prompts, completions; and the texts that go out."""

from typing import Any

from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import MISSING_DOCTYPE, MISSING_NAME
from erpnext_mcp.attack.target import HIDDEN
from erpnext_mcp.attack.trial import Trial
from erpnext_mcp.errors import InvalidArguments
from erpnext_mcp.mcp_server import resource_uri

COMPLETE = "completion/complete"


@attack("T65", "Resources, prompts and completions around the rules")
def around(t: Trial) -> None:
	t.says(
		"resources of closed DocTypes, invisible documents and other reports; completions of them; prompts"
	)
	uris: list[tuple[str, str]] = []
	for doctype in t.target.closed[:5]:
		uris.append((resource_uri.doctype_uri(doctype), f"the closed {doctype}"))
		uris.append((resource_uri.document_uri(doctype, "x"), f"the closed {doctype}"))
		reply = t.looked_at(COMPLETE, kind="doctypes", value=doctype)
		t.check(doctype not in reply.content.get("values", ()), f"a completion tells of {doctype}")
		reply = t.looked_at(COMPLETE, kind="documents", doctype=doctype, value="")
		t.check(not reply.content.get("values"), f"a completion gives names of {doctype}")
	for surface in t.surfaces():
		for doc in surface.invisible[:1]:
			name = str(doc["name"])
			uris.append((resource_uri.document_uri(surface.doctype, name), f"an invisible {surface.doctype}"))
			reply = t.call(COMPLETE, kind="documents", doctype=surface.doctype, value=name[:100])
			values = reply.content.get("values", ())
			t.check(name not in values, f"a completion gives the name of an invisible {surface.doctype}")
	for uri, what in t.some(uris, "nothing is closed or invisible"):
		for form in (uri, uri.replace("erpnext://", "ERPNEXT://"), uri + "/"):
			try:
				tool, arguments = resource_uri.reading(form)
			except InvalidArguments:
				t.judged += 1
				continue
			t.refused(tool, codes={"not_found", "not_permitted", "invalid_arguments"}, what=what, **arguments)
	# What can be read as a resource shows no more than as a tool: the same tool reads it.
	for surface in t.surfaces("read")[: t.run.most or None]:
		if surface.visible and surface.own(HIDDEN):
			uri = resource_uri.document_uri(surface.doctype, str(surface.visible[0]["name"]))
			tool, arguments = resource_uri.reading(uri)
			t.looked_at(tool, **arguments)
	t.looked_at("prompts/list")
	for name in ("x", "../x", "User"):
		t.refused(
			"prompts/get", codes={"not_found", "invalid_arguments"}, name=name, what="a prompt that is none"
		)
	for prompt in ("x", MISSING_NAME):
		reply = t.call(COMPLETE, kind="prompt", prompt=prompt, argument="x", value="")
		t.check(not reply.content.get("values"), "a completion for a prompt that is none")


@attack("T43", "Refusals that show the inside of the server, or other people's values", last=True)
def refusals(t: Trial) -> None:
	t.says(
		"arguments of wrong types, too long, half characters; whatever in this run has ended in an internal error"
	)
	surface = next((s for s in t.surfaces("read") if s.listable), None)
	doctype = surface.doctype if surface else MISSING_DOCTYPE
	wrong: list[tuple[str, dict[str, Any]]] = [
		("list_generic_documents", {"doctype": doctype, "filters": {"name": ["regexp", "("]}}),
		("list_generic_documents", {"doctype": doctype, "filters": {"creation": [">", "no date"]}}),
		("list_generic_documents", {"doctype": doctype, "filters": {"name": ["in", "x" * 5000]}}),
		("list_generic_documents", {"doctype": doctype, "filters": {"name": {"a": {"b": 1}}}}),
		("list_generic_documents", {"doctype": doctype, "order_by": "name; drop table x"}),
		("list_generic_documents", {"doctype": "x" * 1000}),
		("get_generic_document", {"doctype": doctype, "name": "\ud800"}),
		("get_generic_document", {"doctype": doctype, "name": "x" * 1000}),
		("get_generic_document", {"doctype": [doctype], "name": 1}),
		("search_generic_documents", {"doctype": doctype, "search_term": "%' or '1'='1"}),
		("aggregate_generic_documents", {"doctype": doctype, "aggregates": [{"function": "sleep(9)"}]}),
		("count_generic_documents", {"doctype": doctype, "filters": [[["name", "=", 1]] * 60]}),
		("run_report", {"report": "x' union select 1 --"}),
	]
	for tool, arguments in wrong:
		reply = t.call(tool, **arguments)
		t.judged += reply.code != "internal"
	for searched in t.surfaces("read"):
		if searched.listable:
			t.call("search_generic_documents", doctype=searched.doctype, search_term="a", limit=1)
	for what in dict.fromkeys(t.run.internal):
		t.broke(f"{what}: an internal error, see the Error Log")


@attack("T56", "Texts that steer whoever reads them")
def texts(t: Trial) -> None:
	t.says("control and bidirectional characters in names, and in the texts of tools and schemas")
	t.looked_at("tools/list")
	for surface in t.surfaces("read")[: t.run.most or None]:
		for sent in ("a\u202eb", "x\u0007y", "\u2066z"):
			reply = t.call("get_generic_document", doctype=surface.doctype, name=sent)
			if not reply.answered:
				t.judged += 1
