"""Values that a profile's conditions and row filters don't let through. Dry runs, all of them undone."""

from collections.abc import Iterator, Mapping
from typing import Any

from erpnext_mcp.attack.attacker import obstacle_to_dry_runs
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.target import OPEN, Surface
from erpnext_mcp.attack.trial import Trial
from erpnext_mcp.policy.store import condition_value

UPDATE = "update_generic_document"
NO_CONDITION = "no condition on an update that a value could be sent against"


def against(condition: Mapping[str, Any]) -> Iterator[Any]:
	"""Values that do not hold a condition, in types and spellings that a comparison by text would let through (T29)."""
	value = condition_value(condition.get("value"))
	match condition["operator"]:
		case "=":
			if isinstance(value, str):
				yield from (value + " x", value + "\t")
			elif isinstance(value, int | float):
				yield from (value + 1, str(value + 1))
		case "in":
			if isinstance(value, list) and value and isinstance(value[0], str):
				yield value[0] + " x"
			elif isinstance(value, list) and value:
				yield max(value) + 1
		case "<" | "<=":
			if isinstance(value, int | float):
				yield from (value + 1, str(value + 1), value * 10 + 1)
		case ">" | ">=":
			if isinstance(value, int | float):
				yield from (value - 1, str(value - 1))
		case "between":
			if isinstance(value, list) and all(isinstance(v, int | float) for v in value):
				yield from (value[1] + 1, value[0] - 1, str(value[1] + 1))
		case "set":
			yield from (None, "")


def editable(t: Trial, surface: Surface) -> Mapping[str, Any] | None:
	"""A draft of it that the user sees."""
	if obstacle_to_dry_runs(t.run.attacker, surface.doctype):
		t.skip(f"{surface.doctype}: what a save sets off could not be undone")
		return None
	return next((d for d in surface.visible if not d.get("docstatus")), None)


@attack("T28", "A condition that is not asked because its field is not sent", writes=True)
def left_out(t: Trial) -> None:
	t.says("new documents without the field of the condition")
	tried = [
		(s, c)
		for s in t.surfaces("create")
		for c in s.conditions
		if c["operation"] == "create"
		and c["operator"] in ("=", "in", "set", ">", ">=")
		and "." not in c["field"]
	]
	for surface, condition in t.some(
		tried, "no condition on new documents that a missing field would not hold"
	):
		if surface.numbered or obstacle_to_dry_runs(t.run.attacker, surface.doctype) or not surface.visible:
			t.skip(f"{surface.doctype}: no dry run, or no document to copy")
			continue
		doc = surface.visible[0]
		data = {
			f.fieldname: v if isinstance(v, int | float | str) else str(v)
			for f in surface.own(OPEN)
			if f.writable
			and f.fieldname != condition["field"]
			and (v := doc.get(f.fieldname)) not in (None, "")
		}
		reply = t.call("create_generic_document", doctype=surface.doctype, data=data)
		if not reply.answered:
			t.judged += reply.code == "condition_failed"
			t.undecided_by(reply) if reply.code != "condition_failed" else None
			continue
		shown = reply.content.get("document", {})
		if condition["field"] in shown:
			t.check(
				_holds(condition, shown[condition["field"]]),
				f"a {surface.doctype} was made that does not hold the condition on {condition['field']}",
			)


def _holds(condition: Mapping[str, Any], value: Any) -> bool:
	wanted = condition_value(condition.get("value"))
	match condition["operator"]:
		case "=":
			return str(value) == str(wanted)
		case "in":
			return str(value) in map(str, wanted)
		case "set":
			return value not in (None, "", 0)
		case ">":
			return value is not None and float(value) > float(wanted)
		case ">=":
			return value is not None and float(value) >= float(wanted)
	return True


@attack("T29", "A condition that compares by text", writes=True)
def spelled(t: Trial) -> None:
	t.says("values against the conditions, as numbers, texts and with blanks")
	tried = [
		(s, c)
		for s in t.surfaces("update")
		for c in s.conditions
		if c["operation"] == "update"
		and c.get("document_state") != "Before"
		and (f := s.fields.get(c["field"])) is not None
		and f.writable
		and f.fieldtype != "Link"
	]
	for surface, condition in t.some(tried, NO_CONDITION):
		doc = editable(t, surface)
		if doc is None:
			t.skip(f"{surface.doctype}: no draft to try it on")
			continue
		for value in against(condition):
			t.refused(
				UPDATE,
				codes={"condition_failed", "invalid_arguments", "validation_failed"},
				doctype=surface.doctype,
				name=str(doc["name"]),
				data={condition["field"]: value},
				what=f"a value against the condition on {surface.doctype}.{condition['field']}",
			)


@attack("T68", "A document written out of the user's rows", writes=True)
def out_of_rows(t: Trial) -> None:
	t.says("updates of the field of the row filter to what an invisible document has there")
	tried = [
		(s, s.fields[f])
		for s in t.surfaces("update")
		for f in s.row_filter_fields
		if f in s.fields and s.fields[f].writable and s.visible and s.invisible
	]
	for surface, field in t.some(
		tried, "no row filter on a field that may be written, or no invisible document"
	):
		doc = editable(t, surface)
		here = {str(d.get(field.fieldname)) for d in surface.visible}
		outside = next(
			(d[field.fieldname] for d in surface.invisible if str(d.get(field.fieldname)) not in here), None
		)
		if doc is None or outside in (None, ""):
			t.skip(f"{surface.doctype}: no draft, or no value that lies outside")
			continue
		t.refused(
			UPDATE,
			codes={
				"condition_failed",
				"validation_failed",
				"not_found",
				"not_permitted",
				"invalid_arguments",
			},
			doctype=surface.doctype,
			name=str(doc["name"]),
			data={field.fieldname: outside if isinstance(outside, int | float) else str(outside)},
			what=f"an update that takes a {surface.doctype} out of the user's rows",
		)
