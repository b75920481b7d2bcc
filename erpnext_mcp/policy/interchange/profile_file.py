"""A profile as JSON and back: our own format. Pure; the values are those of an MCP Permission Profile document.

Stable: keys in one order, DocTypes and fields sorted, defaults of a rule left out, nothing of the site (names of rows,
times, owners). Import of an export gives the same profile.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from erpnext_mcp.policy.interchange.notes import Notes, child
from erpnext_mcp.policy.interchange.reader import Reader
from erpnext_mcp.policy.interchange.rows import value_text
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import CANCEL, CREATE, DELETE, OPERATIONS, SUBMIT, UPDATE
from erpnext_mcp.policy.profile import (
	AFTER,
	ALL_FIELDS,
	ASKED,
	BEFORE,
	FIELD_RULES,
	LIMITS,
	ONLY_ALLOWED,
	lines,
)
from erpnext_mcp.policy.store import condition_value

FORMAT = "erpnext_mcp/profile/1"

ASK_FLAGS = tuple(f"ask_{o}" for o in ASKED)
FLAGS = ("enabled", "read_only", "restrict_to_mcp", *ASK_FLAGS)
MOMENTS = ("valid_from", "valid_upto", "write_until")
NAMED = {"users": "user", "roles": "role", "clients": "client"}
"""Whom a profile applies to: table field and the field of its rows."""
RULE_FLAGS = (
	"cache_documents",
	"own_tools",
	"acknowledge_hidden_name",
	"acknowledge_hidden_required",
	"acknowledge_password_fields",
	"acknowledge_print",
	*ASK_FLAGS,
)
CONDITIONAL = (CREATE, UPDATE, SUBMIT, CANCEL, DELETE)
"""Operations that conditions can be about."""
FIELD_MODES = (ALL_FIELDS, ONLY_ALLOWED)


@dataclass
class Draft:
	"""A profile to be saved.

	`values` are fields of MCP Permission Profile, `settings` fields of MCP Gateway Settings that come along. A field that is
	missing in `values` stays as it is in a profile that exists.
	"""

	values: dict[str, Any]
	settings: dict[str, int] = field(default_factory=dict)
	notes: Notes = field(default_factory=Notes)


def dump(data: Mapping[str, Any]) -> str:
	"""The text of a file."""
	return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def to_data(values: Mapping[str, Any]) -> dict[str, Any]:
	"""A profile as JSON-compatible data.

	:param values: the fields of the document, child tables as sequences of mappings
	"""

	def rows(table: str) -> Iterable[Mapping[str, Any]]:
		return values.get(table) or ()

	doctypes = {}
	for row in sorted(rows("doctype_rules"), key=lambda r: r["document_type"]):
		doctype = row["document_type"]
		doctypes[doctype] = _rule_data(
			row,
			[r for r in rows("field_rules") if r["document_type"] == doctype],
			[r for r in rows("conditions") if r["document_type"] == doctype],
		)
	return {
		"format": FORMAT,
		"name": values["profile_name"],
		"description": values.get("description") or "",
		**{flag: bool(values.get(flag)) for flag in FLAGS},
		"priority": values.get("priority") or 0,
		**{moment: str(values[moment]) if values.get(moment) else None for moment in MOMENTS},
		"applies_to": {t: sorted(row[f] for row in rows(t)) for t, f in NAMED.items()},
		"networks": sorted(row["network"] for row in rows("networks")),
		"limits": {name: int(values[name]) for name in LIMITS if values.get(name)},
		"doctypes": doctypes,
		"reports": {
			row["report"]: {"acknowledged": bool(row.get("acknowledged"))}
			for row in sorted(rows("report_rules"), key=lambda r: r["report"])
		},
	}


def _rule_data(
	rule: Mapping[str, Any], fields: Iterable[Mapping[str, Any]], conditions: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
	data: dict[str, Any] = {"operations": [o for o in OPERATIONS if rule.get(f"can_{o}")]}
	if (rule.get("field_mode") or ALL_FIELDS) != ALL_FIELDS:
		data["field_mode"] = rule["field_mode"]
	field_data = {}
	for row in fields:
		name = ".".join(part for part in (row.get("table_field"), row["fieldname"]) if part)
		field_data[name] = {"rule": row["rule"]}
		if row.get("mask_style"):
			field_data[name]["mask_style"] = row["mask_style"]
	if field_data:
		data["fields"] = dict(sorted(field_data.items()))
	condition_data = [_condition_data(row) for row in conditions]
	if condition_data:
		# All must hold: their order says nothing.
		data["conditions"] = sorted(condition_data, key=lambda c: json.dumps(c, sort_keys=True))
	if (rule.get("row_filter") or "").strip():
		data["row_filter"] = _parsed(rule["row_filter"])
	if rule.get("max_rows"):
		data["max_rows"] = rule["max_rows"]
	if lines(rule.get("print_formats")):
		data["print_formats"] = list(lines(rule["print_formats"]))
	data |= {flag: True for flag in RULE_FLAGS if rule.get(flag)}
	return data


def _condition_data(row: Mapping[str, Any]) -> dict[str, Any]:
	data = {"operation": row["operation"], "field": row["field"], "operator": row["operator"]}
	value = condition_value(row.get("value"))
	if value is not None:
		data["value"] = value if _is_json(value) else row["value"].strip()
	if (row.get("document_state") or AFTER) != AFTER:
		data["document"] = row["document_state"]
	return data


def _is_json(value: Any) -> bool:
	"""Python reads NaN and Infinity, JSON has none."""
	try:
		json.dumps(value, allow_nan=False)
	except ValueError:
		return False
	return True


def _parsed(text: str) -> Any:
	"""A row filter as JSON, so that it can be compared line by line; as it was written if it is none."""
	try:
		parsed = json.loads(text)
	except (ValueError, RecursionError):
		return text.strip()
	return parsed if isinstance(parsed, list | dict) else text.strip()


def from_data(data: Any) -> Draft:
	"""A file of our format as values of a profile. What is not understood is a note.

	:raises ValueError: the file is of another format
	"""
	if not isinstance(data, Mapping) or data.get("format") != FORMAT:
		raise ValueError(Message(_('this is no profile: "format" is not "{0}"'), FORMAT))
	notes = Notes()
	file = Reader(data, "", notes)
	file.take("format")
	values: dict[str, Any] = {}
	for key, wanted in (("name", "profile_name"), ("description", "description")):
		if file.has(key):
			values[wanted] = file.text(key).strip()
	values |= {flag: int(file.flag(flag)) for flag in FLAGS if file.has(flag)}
	if file.has("priority"):
		values["priority"] = file.integer("priority")
	values |= {moment: file.moment(moment) for moment in MOMENTS if file.has(moment)}
	if file.has("applies_to"):
		applies_to = file.object("applies_to")
		values |= {t: [{f: name} for name in applies_to.names(t)] for t, f in NAMED.items()}
		applies_to.finish()
	if file.has("networks"):
		values["networks"] = [{"network": network} for network in file.names("networks")]
	if file.has("limits"):
		limits = file.object("limits")
		values |= {name: _limit(limits, name) for name in LIMITS}
		limits.finish()
	if file.has("doctypes"):
		values |= {"doctype_rules": [], "field_rules": [], "conditions": []}
		for doctype, rule in file.objects("doctypes").items():
			_read_rule(doctype, rule, values)
	if file.has("reports"):
		values["report_rules"] = []
		for report, rule in file.objects("reports").items():
			values["report_rules"].append({"report": report, "acknowledged": int(rule.flag("acknowledged"))})
			rule.finish()
	file.finish()
	return Draft(values, notes=notes)


def _read_rule(doctype: str, data: Reader, values: dict[str, Any]) -> None:
	operations = data.names("operations")
	for operation in operations:
		if operation not in OPERATIONS:
			data.notes.unresolved(
				child(data.path, "operations"), Message(_("unknown operation {0}"), operation)
			)
	values["doctype_rules"].append(
		{
			"document_type": doctype,
			**{f"can_{o}": int(o in operations) for o in OPERATIONS},
			"field_mode": _choice(data, "field_mode", FIELD_MODES, ALL_FIELDS, ONLY_ALLOWED),
			"row_filter": _row_filter(data),
			"max_rows": data.integer("max_rows"),
			"print_formats": "\n".join(data.names("print_formats")),
			**{flag: int(data.flag(flag)) for flag in RULE_FLAGS},
		}
	)
	for name, field_data in data.objects("fields").items():
		table_field, _dot, fieldname = name.rpartition(".")
		rule = field_data.text("rule")
		if rule in FIELD_RULES:
			values["field_rules"].append(
				{
					"document_type": doctype,
					"table_field": table_field,
					"fieldname": fieldname,
					"rule": rule,
					"mask_style": field_data.text("mask_style"),
				}
			)
			field_data.finish()
		else:
			data.notes.unresolved(
				field_data.path, Message(_("the rule must be one of {0}"), ", ".join(FIELD_RULES))
			)
	_read_conditions(doctype, data, values)
	data.finish()


def _read_conditions(doctype: str, data: Reader, values: dict[str, Any]) -> None:
	where = child(data.path, "conditions")
	given = data.take("conditions")
	if given is None:
		return
	if not isinstance(given, list):
		data.notes.unresolved(where, Message(_("this must be an array")))
		return
	for position, condition in enumerate(given):
		row = Reader(condition, child(where, position), data.notes)
		found = {key: row.text(key) for key in ("operation", "field", "operator")}
		value = value_text(row.take("value"))
		state = _choice(row, "document", (AFTER, BEFORE), AFTER, AFTER)
		row.finish()
		if found["operation"] not in CONDITIONAL:
			data.notes.unresolved(
				row.path, Message(_("the operation must be one of {0}"), ", ".join(CONDITIONAL))
			)
		elif not all(found.values()):
			data.notes.unresolved(row.path, Message(_("a condition has a field and an operator")))
		else:
			values["conditions"].append(
				{"document_type": doctype, **found, "value": value, "document_state": state}
			)


def _limit(data: Reader, name: str) -> str:
	"""As the form has it: an empty text for the settings' own."""
	value = data.take(name)
	if value is None:
		return ""
	if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
		return str(value)
	data.notes.unresolved(child(data.path, name), Message(_("this must be a whole number, 0 for no limit")))
	return ""


def _choice(data: Reader, key: str, choices: tuple[str, ...], default: str, otherwise: str) -> str:
	"""One of a few texts; `otherwise` where something else stands there."""
	if not data.has(key):
		return default
	value = data.take(key)
	if value in choices:
		return value
	data.notes.unresolved(child(data.path, key), Message(_("this must be one of {0}"), ", ".join(choices)))
	return otherwise


def _row_filter(data: Reader) -> str:
	value = data.take("row_filter")
	if value is None:
		return ""
	return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
