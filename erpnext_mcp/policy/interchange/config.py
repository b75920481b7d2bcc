"""The configuration of the product's description, as rules of ours. Pure.

`permissions.doctypes.{DocType}.{read, create, update, delete, allowed_fields, restricted_fields, conditions}`. An empty
`allowed_fields` means all fields. A condition is an array of values, {"in"}, {"not_in"}, {"min"} or {"max"}.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from erpnext_mcp.policy.interchange.notes import Notes, child
from erpnext_mcp.policy.interchange.reader import Reader, leaves
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.operations import CREATE, DELETE, READ, UPDATE
from erpnext_mcp.policy.profile import (
	ALL_FIELDS,
	ALLOWED,
	LONGEST_TTL,
	ONLY_ALLOWED,
	RESTRICTED,
	Condition,
	DocTypeRule,
	FieldRule,
)

CONFIG_OPERATIONS = (READ, CREATE, UPDATE, DELETE)
CONDITIONAL = (CREATE, UPDATE, DELETE)
OPERATORS = {"in": "in", "not_in": "not in", "min": ">=", "max": "<="}

NO_SETTING = Message(_("this version has no setting that takes it over"))
NO_LIMIT = Message(_("the limits of the MCP Gateway Settings apply"))
CACHE = {"ttl": "cache_ttl", "max_size": "cache_size"}
"""Keys of the section `cache` and the settings that take them over."""


@dataclass
class Config:
	"""What a configuration means: rules by DocType, values for the MCP Gateway Settings, limits of the profile, and what is
	to be said of it."""

	rules: dict[str, DocTypeRule] = field(default_factory=dict)
	settings: dict[str, int] = field(default_factory=dict)
	limits: dict[str, str] = field(default_factory=dict)
	notes: Notes = field(default_factory=Notes)


def is_config(data: Any) -> bool:
	"""Whether a file is of the description's format rather than of ours."""
	return isinstance(data, Mapping) and "format" not in data and "permissions" in data


def read_config(data: Mapping[str, Any]) -> Config:
	"""The whole configuration. Never raises: what is not understood is a note."""
	config = Config()
	whole = Reader(data, "", config.notes)
	permissions = whole.object("permissions")
	for doctype, rule in permissions.objects("doctypes").items():
		config.rules[doctype] = _rule(doctype, rule)
	permissions.finish()
	_cache(whole.take("cache"), config)
	_rate_limiting(whole.take("rate_limiting"), config)
	_audit(whole.take("audit"), config)
	for path in whole.left():
		config.notes.ignored(path, Message(_("unknown key")))
	return config


def _rate_limiting(section: Any, config: Config) -> None:
	"""`requests_per_minute` and `requests_per_hour`; switched off, the limits of the settings stay."""
	left = dict(section) if isinstance(section, Mapping) else {}
	on = left.get("enabled", True) is True
	for key in ("requests_per_minute", "requests_per_hour") if on else ():
		value, period = left.get(key), key.removeprefix("requests_per_")
		if isinstance(value, int) and not isinstance(value, bool) and value > 0:
			del left[key]
			config.limits |= {f"{kind}_per_{period}": str(value) for kind in ("reads", "writes")}
			config.notes.changed(
				child("rate_limiting", key),
				Message(_("becomes {0} reads and {0} writes per {1}: they are counted apart"), value, period),
			)
	if left.get("enabled") is True:
		del left["enabled"]
	if section is not None and not isinstance(section, Mapping):
		config.notes.ignored("rate_limiting", NO_LIMIT)
	for key, value in left.items():
		for path in leaves(value, child("rate_limiting", key)):
			config.notes.ignored(path, NO_LIMIT)


def _cache(section: Any, config: Config) -> None:
	"""`enabled`, `ttl` and `max_size`; what is cached is for the rules to say."""
	left = dict(section) if isinstance(section, Mapping) else {}
	if isinstance(left.get("enabled"), bool):
		config.settings["cache_enabled"] = int(left.pop("enabled"))
		config.notes.changed(
			"cache.enabled",
			Message(
				_(
					"becomes Cache Enabled in the MCP Gateway Settings, for all profiles; documents are cached where a DocType rule ticks Cache Documents"
				)
			),
		)
	for key, setting in CACHE.items():
		value = left.get(key)
		if isinstance(value, int) and not isinstance(value, bool) and value > 0:
			del left[key]
			config.settings[setting] = value = min(value, LONGEST_TTL) if key == "ttl" else value
			config.notes.changed(
				child("cache", key),
				Message(_("becomes {0} in the MCP Gateway Settings, for all profiles"), value),
			)
	if section is not None and not left and not isinstance(section, Mapping):
		config.notes.ignored("cache", NO_SETTING)
	for key, value in left.items():
		for path in leaves(value, child("cache", key)):
			config.notes.ignored(path, NO_SETTING)


def _audit(audit: Any, config: Config) -> None:
	left = dict(audit) if isinstance(audit, Mapping) else {}
	if left.get("enabled") is False:
		del left["enabled"]
		config.settings["log_reads"] = 0
		config.notes.changed(
			"audit.enabled",
			Message(
				_(
					"becomes Log Reads = off in the MCP Gateway Settings, for all profiles; writes, refusals and failures are always recorded"
				)
			),
		)
	elif left.get("enabled") is True:
		del left["enabled"]  # as it always is
	elif audit is not None and not left:
		config.notes.ignored("audit", NO_SETTING)
	for key, value in left.items():
		for path in leaves(value, child("audit", key)):
			config.notes.ignored(path, NO_SETTING)


def _rule(doctype: str, data: Reader) -> DocTypeRule:
	operations = frozenset(o for o in CONFIG_OPERATIONS if data.flag(o))
	restricted = _field_names(data, "restricted_fields")
	allowed = _field_names(data, "allowed_fields")
	everything = not allowed or "*" in allowed
	if "*" in allowed:
		data.notes.changed(
			child(data.path, "allowed_fields"), Message(_('"*" means all fields, as an empty array does'))
		)
	rules = _restricted(restricted) if everything else _allowed(data, allowed, restricted)
	conditions = tuple(_conditions(data.object("conditions"), operations))
	data.finish()
	return DocTypeRule(
		doctype=doctype,
		operations=operations,
		field_mode=ALL_FIELDS if everything else ONLY_ALLOWED,
		field_rules=tuple(rules),
		conditions=conditions,
	)


def _field_names(data: Reader, key: str) -> list[str]:
	"""The fields of a list, without those that no rule can be about."""
	names = []
	for name in data.names(key):
		if name != "name":
			names.append(name)
		elif key == "allowed_fields":
			data.notes.changed(child(data.path, key), Message(_("name can always be read; it needs no rule")))
			# Alone it still means: only the name.
			names.append(name)
		else:
			data.notes.unresolved(child(data.path, key), Message(_("the name of a document can't be hidden")))
	return names


def _field_rule(name: str, rule: str) -> FieldRule:
	table_field, _dot, fieldname = name.rpartition(".")
	return FieldRule(fieldname, rule, table_field)


def _restricted(names: list[str]) -> Iterator[FieldRule]:
	return (_field_rule(name, RESTRICTED) for name in names)


def _allowed(data: Reader, allowed: list[str], restricted: list[str]) -> Iterator[FieldRule]:
	"""Only these fields are open: restricting others has no effect, and a restricted one is not allowed."""
	where = child(data.path, "restricted_fields")
	for name in restricted:
		if name in allowed:
			data.notes.changed(
				where, Message(_("{0} is both allowed and restricted; it is restricted"), name)
			)
		elif name.rpartition(".")[0] in allowed:
			# A field of the rows of a table that is open.
			yield _field_rule(name, RESTRICTED)
		else:
			data.notes.changed(where, Message(_("{0} needs no rule: only the allowed fields are open"), name))
	tables = dict.fromkeys(name.partition(".")[0] for name in allowed if "." in name)
	for table in tables:
		if table not in allowed and table not in restricted:
			data.notes.changed(
				child(data.path, "allowed_fields"), Message(_("{0} is opened for its fields"), table)
			)
			yield FieldRule(table, ALLOWED)
	for name in allowed:
		if name not in restricted and name != "name" and name.partition(".")[0] not in restricted:
			yield _field_rule(name, ALLOWED)


def _conditions(data: Reader, operations: frozenset[str]) -> Iterator[Condition]:
	for operation in CONDITIONAL:
		given = data.object(operation)
		where = child(data.path, operation)
		if given.has_any and operation not in operations:
			data.notes.changed(
				where, Message(_("{0} is not allowed at all; its conditions are left out"), operation)
			)
			given.left()
			continue
		for fieldname in given.keys():
			yield from _condition(
				operation, fieldname, given.take(fieldname), child(where, fieldname), data.notes
			)
	if data.has(READ):
		data.take(READ)
		data.notes.unresolved(
			child(data.path, READ),
			Message(_("which documents can be read is said by the row filter of the DocType's rule")),
		)
	data.finish()


def _condition(operation: str, fieldname: str, value: Any, path: str, notes: Notes) -> Iterator[Condition]:
	if isinstance(value, list):
		value = {"in": value}
	elif isinstance(value, str | int | float):
		notes.changed(path, Message(_("a single value means: equal to it")))
		yield Condition(operation, fieldname, "=", int(value) if isinstance(value, bool) else value)
		return
	if not isinstance(value, Mapping) or not value:
		notes.unresolved(
			path,
			Message(_('a condition is an array of values or an object with "in", "not_in", "min" or "max"')),
		)
		return
	for key, operand in value.items():
		where = path if len(value) == 1 and key == "in" else child(path, key)
		operator = OPERATORS.get(key)
		if operator is None:
			notes.unresolved(
				child(path, key), Message(_("unknown operator; there are {0}"), ", ".join(OPERATORS))
			)
		elif not _fits(operator, operand):
			wanted = (
				Message(_("an array of one or more values"))
				if operator in ("in", "not in")
				else Message(_("a number or a text"))
			)
			notes.unresolved(where, Message(_("this must be {0}"), wanted))
		else:
			yield Condition(operation, fieldname, operator, _plain(operand))


def _fits(operator: str, operand: Any) -> bool:
	if operator in ("in", "not in"):
		return (
			isinstance(operand, list)
			and bool(operand)
			and all(isinstance(v, str | int | float) for v in operand)
		)
	return isinstance(operand, str | int | float) and not isinstance(operand, bool) and operand != ""


def _plain(operand: Any) -> Any:
	"""true and false as the 1 and 0 that Check fields hold."""
	if isinstance(operand, list):
		return [int(v) if isinstance(v, bool) else v for v in operand]
	return operand
