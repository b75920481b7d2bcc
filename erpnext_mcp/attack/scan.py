"""What an answer shows that it must not. Looks at every answer of every attack; asks the ground truth, nothing else."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from erpnext_mcp.attack.target import HIDDEN, MASKED, NEVER_SHOWN, OPEN, Canary, Surface, Target, TruthField

FULL = "********"
HASHED = re.compile(r"masked:[0-9a-f]{16}")
INNER = re.compile(
	r"Traceback \(most recent|File \"[^\"]+\.py\"|\bSELECT\b.+\bFROM\b|`tab[A-Z]|/home/|/sites/|site-packages|"
	r"<html|<div|<pre|pymysql|MySQLdb|sqlite3|OperationalError|ProgrammingError|KeyError|NoneType",
	re.IGNORECASE,
)
"""Traces, queries, paths, pages (T43)."""
PASSED = frozenset({"\n", "\t"})


class Truth(Protocol):
	"""What `GroundTruth` knows."""

	target: Target
	canaries: list[Canary]

	def is_visible(self, doctype: str, name: str) -> bool: ...

	def document(self, doctype: str, name: str) -> Mapping[str, Any] | None: ...


def leaks(truth: Truth, arguments: Mapping[str, Any], content: Mapping[str, Any], text: str) -> list[str]:
	"""Sentences, each of something that the answer shows and the user is not meant to see.

	They name documents and fields, never values.

	:param arguments: what was sent: an answer may say it back
	:param content: the structured answer, or that of a refusal
	:param text: the same as it goes out
	"""
	found = list(_of_documents(truth, content))
	found += _of_schema(truth, content)
	found += _of_names(truth, content)
	if "code" in content and "message" in content:
		found += _of_error(content, arguments)
	if not found:
		found += _of_values(truth, arguments, content, text)
	return list(dict.fromkeys(found))


def _of_documents(truth: Truth, content: Mapping[str, Any]) -> Iterator[str]:
	surface = truth.target.surfaces.get(str(content.get("doctype")))
	if surface is None:
		return
	shown: list[Mapping[str, Any]] = []
	documents = content.get("documents")
	if isinstance(documents, list):
		shown += [d for d in documents if isinstance(d, Mapping) and "doctype" not in d]
	if isinstance(content.get("document"), Mapping):
		shown.append(content["document"])
	new = bool(content.get("dry_run"))
	for document in shown:
		name = str(document.get("name", content.get("name", "")))
		known = None if new and truth.document(surface.doctype, name) is None else name
		if known is not None and not truth.is_visible(surface.doctype, known):
			yield f"{surface.doctype} {name} is shown, which does not exist for the user"
			continue
		yield from _of_document(surface, document, truth.document(surface.doctype, name) if known else None)
	changed = content.get("changed")
	for fieldname in changed if isinstance(changed, Mapping) else ():
		field = surface.fields.get(fieldname)
		if fieldname in NEVER_SHOWN or (field and field.state == HIDDEN):
			yield f"{surface.doctype}.{fieldname} is hidden, and the answer says that it changed"
	for row in content.get("rows") or () if "columns" not in content else ():
		for fieldname in row if isinstance(row, Mapping) else ():
			field = surface.fields.get(fieldname)
			if field and field.state != OPEN:
				yield f"{surface.doctype}.{fieldname} is {field.state}, and a group of it is shown"


def _of_document(
	surface: Surface, document: Mapping[str, Any], true: Mapping[str, Any] | None
) -> Iterator[str]:
	for fieldname, value in document.items():
		if fieldname in NEVER_SHOWN:
			yield f"{surface.doctype}.{fieldname} is shown"
			continue
		field = surface.fields.get(fieldname)
		if field is None:
			continue
		if field.state == HIDDEN:
			yield f"{surface.doctype}.{fieldname} is hidden, and shown"
		elif fieldname in surface.tables and isinstance(value, list):
			rows = {str(r.get("name")): r for r in (true or {}).get(fieldname) or ()}
			for row in value:
				yield from _of_row(surface, surface.tables[fieldname], row, rows.get(str(row.get("name"))))
		elif field.state == MASKED:
			yield from _of_mask(surface, field, value, true)


def _of_row(
	surface: Surface,
	fields: Mapping[str, TruthField],
	row: Mapping[str, Any],
	true: Mapping[str, Any] | None,
) -> Iterator[str]:
	for fieldname, value in row.items():
		field = fields.get(fieldname)
		if fieldname in NEVER_SHOWN or (field and field.state == HIDDEN):
			where = field.path if field else fieldname
			yield f"{surface.doctype}.{where} is hidden, and shown in a row"
		elif field and field.state == MASKED:
			yield from _of_mask(surface, field, value, true)


def _of_mask(
	surface: Surface, field: TruthField, value: Any, true: Mapping[str, Any] | None
) -> Iterator[str]:
	text = "" if value is None else str(value)
	real = "" if true is None or true.get(field.fieldname) is None else str(true[field.fieldname])
	if field.mask == "Frappe":
		fine = not real or len(real) < 3 or text != real
	elif field.mask == "Hash":
		fine = bool(HASHED.fullmatch(text))
	elif field.mask == "Last Four":
		fine = (
			text == FULL
			or (len(real) >= 8 and text == FULL + real[-4:])
			or (true is None and text.startswith(FULL))
		)
	else:
		fine = text == FULL
	if not fine:
		yield f"{surface.doctype}.{field.path} is masked, and shown as something else than its mask"


def _of_schema(truth: Truth, content: Mapping[str, Any]) -> Iterator[str]:
	surface = truth.target.surfaces.get(str(content.get("doctype")))
	fields = content.get("fields")
	if surface is not None and isinstance(fields, list):
		for described in fields:
			if isinstance(described, Mapping):
				yield from _described(surface, described)
	elif surface is not None and isinstance(fields, Mapping):
		for use, names in fields.items():
			for name in names if isinstance(names, list) else ():
				field = surface.fields.get(name)
				if name in NEVER_SHOWN or (field and field.state == HIDDEN):
					yield f"{surface.doctype}.{name} is hidden, and named among the {use} fields"
	for name in content.get("allowed_fields") or ():
		if surface is None and name in NEVER_SHOWN:
			yield f"{name} is named among the allowed fields"
	for tool in content.get("tools") or ():
		yield from _of_tool(truth, tool)


def _described(surface: Surface, described: Mapping[str, Any]) -> Iterator[str]:
	name = described.get("fieldname")
	field = surface.fields.get(str(name))
	if name in NEVER_SHOWN or (field and field.state == HIDDEN):
		yield f"{surface.doctype}.{name} is hidden, and in the schema"
	elif name in surface.tables:
		inner = next(
			(v for v in described.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)), []
		)
		for row in inner:
			in_row = surface.tables[str(name)].get(str(row.get("fieldname")))
			if in_row and in_row.state == HIDDEN:
				yield f"{surface.doctype}.{in_row.path} is hidden, and in the schema"


def _of_tool(truth: Truth, tool: Mapping[str, Any]) -> Iterator[str]:
	"""A tool of a DocType's own has its fields as arguments; texts of tools can be written by who edits labels (T56)."""
	text = json.dumps(tool, ensure_ascii=False)
	if unseen(text):
		yield f"the tool {tool.get('name')} has control or bidirectional characters in its texts"
	properties = (tool.get("inputSchema") or {}).get("properties") or {}
	data = (properties.get("data") or {}).get("properties") or {}
	for surface in truth.target.surfaces.values() if data else ():
		slug = re.sub(r"[^a-z0-9]+", "_", surface.doctype.lower()).strip("_")
		if str(tool.get("name")) not in (f"create_{slug}_document", f"update_{slug}_document"):
			continue
		for name in data:
			field = surface.fields.get(name)
			if field and field.state == HIDDEN:
				yield f"{surface.doctype}.{name} is hidden, and an argument of {tool.get('name')}"


def unseen(text: str) -> bool:
	"""Whether a text has characters that steer how it is shown rather than being shown."""
	return any(unicodedata.category(c) in ("Cc", "Cf") and c not in PASSED for c in text)


def _of_names(truth: Truth, value: Any, key: str = "") -> Iterator[str]:
	"""Documents that are named with their DocType anywhere: links, what stands against a deletion."""
	if isinstance(value, list):
		for one in value:
			yield from _of_names(truth, one, key)
	elif isinstance(value, Mapping):
		doctype, name = value.get("doctype"), value.get("name")
		if key in ("linked", "documents", "approvals", "references") and isinstance(doctype, str):
			if isinstance(name, str | int):
				if doctype not in truth.target.surfaces:
					yield f"a {doctype} is named, which the profile does not open"
				elif not truth.is_visible(doctype, str(name)):
					yield f"{doctype} {name} is named, which does not exist for the user"
		for inner_key, one in value.items():
			yield from _of_names(truth, one, str(inner_key))


def _of_error(content: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
	message = f"{content.get('message')} {content.get('hint', '')}"
	sent = " ".join(map(str, _leaves(arguments)))
	inner = INNER.search(message)
	if inner and inner[0].casefold() not in sent.casefold():
		yield f"the refusal shows the inside of the server: {inner[0][:40]}"
	if unseen(message):
		yield "the refusal has control or bidirectional characters"


def _of_values(
	truth: Truth, arguments: Mapping[str, Any], content: Mapping[str, Any], text: str
) -> Iterator[str]:
	"""Hidden values, wherever they stand: but not where the field is open and this is what is in it."""
	folded = text.casefold()
	sent = "\n".join(map(str, _leaves(arguments))).casefold()
	suspects = [c for c in truth.canaries if _escaped(c.text) in folded and c.text.casefold() not in sent]
	if not suspects:
		return
	for leaf, explained in _explained(truth, content):
		shown = str(leaf).casefold()
		for canary in suspects:
			wanted = canary.text.casefold()
			number = isinstance(leaf, int | float) and not isinstance(leaf, bool)
			if (
				shown == wanted if number or _is_number(wanted) else wanted in shown
			) and wanted not in explained:
				yield f"the value of {canary.where} is in the answer"


def _escaped(text: str) -> str:
	return json.dumps(text, ensure_ascii=False)[1:-1].casefold()


def _is_number(text: str) -> bool:
	return text.replace(".", "", 1).replace("-", "", 1).isdigit()


def _explained(truth: Truth, content: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
	"""Every value of an answer, and the text of what may stand there: what the document has in its open fields."""
	doctype = str(content.get("doctype"))
	surface = truth.target.surfaces.get(doctype)
	for key, value in content.items():
		documents = value if key == "documents" else [value] if key == "document" else None
		if surface is None or not isinstance(documents, list):
			# Numbers in groups, counts and totals are made of many values.
			plain = (v for v in _leaves(value) if isinstance(v, str))
			yield from ((leaf, "") for leaf in plain)
			continue
		for document in documents:
			if not isinstance(document, Mapping):
				continue
			true = truth.document(doctype, str(document.get("name", ""))) or {}
			open_text = "\n".join(_open_texts(surface, true)).casefold()
			yield from ((leaf, open_text) for leaf in _leaves(document))


def _open_texts(surface: Surface, true: Mapping[str, Any]) -> Iterator[str]:
	for field in surface.own(OPEN):
		yield str(true.get(field.fieldname))
	for table, fields in surface.tables.items():
		if surface.fields[table].state == OPEN:
			for row in true.get(table) or ():
				yield from (str(row.get(f.fieldname)) for f in fields.values() if f.state == OPEN)


def _leaves(value: Any) -> Iterator[Any]:
	if isinstance(value, Mapping):
		for key, inner in value.items():
			yield key
			yield from _leaves(inner)
	elif isinstance(value, list | tuple):
		for inner in value:
			yield from _leaves(inner)
	elif value is not None:
		yield value
