"""What a policy allows, for code that wants to ask: of a configuration without any site, or of a user of this site.

	PermissionManager(config).can_read("Customer")
	PermissionManager.for_user("ann@example.com").validate_operation("create", "Customer", {...})

Both are asked the same way and mean the same: they only differ in where rules and fields come from.
"""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any

from erpnext_mcp.errors import doctype_not_found
from erpnext_mcp.masks import is_mask
from erpnext_mcp.policy.condition_words import sentence
from erpnext_mcp.policy.conditions import violations
from erpnext_mcp.policy.operations import CREATE, DELETE, OPERATIONS, READ, UPDATE
from erpnext_mcp.policy.profile import AFTER, BEFORE, Condition
from erpnext_mcp.policy.source import FIXED, OPEN, Source


class PermissionManager:
	"""Answers what may be done. Never raises for what is not allowed, and never says what is hidden."""

	def __init__(self, config: Mapping[str, Any]):
		"""
		:param config: the configuration of the product's description, `{"permissions": {"doctypes": {...}}}`; a DocType that
		        is not in it is closed
		:raises ValueError: something in the configuration is not understood; names every place
		"""
		from erpnext_mcp.policy.config_source import ConfigSource

		self._source: Source = ConfigSource(config)

	@classmethod
	def for_user(
		cls, user: str, client: str | None = None, ip_address: str | None = None
	) -> "PermissionManager":
		"""What a user of this site may do through MCP, as of now; Frappe's permissions are included.

		:param client: OAuth client of his token; None for API keys
		:param ip_address: where he calls from; that of the current request when not given
		"""
		from erpnext_mcp.policy.site_source import source_for

		manager = cls({})
		manager._source = source_for(user, client, ip_address)
		return manager

	def can_read(self, doctype: str) -> bool:
		return READ in self._source.operations(doctype)

	def can_create(self, doctype: str) -> bool:
		return CREATE in self._source.operations(doctype)

	def can_update(self, doctype: str) -> bool:
		return UPDATE in self._source.operations(doctype)

	def can_delete(self, doctype: str) -> bool:
		return DELETE in self._source.operations(doctype)

	def get_allowed_fields(self, doctype: str) -> list[str]:
		"""The fields that may be read. `["*"]`: all but some that a configuration restricts; empty: none, as the DocType does
		not exist."""
		return self._source.readable(doctype) if self._source.operations(doctype) else []

	def get_all_doctypes(self) -> list[str]:
		return self._source.doctypes()

	def get_allowed_operations(self, doctype: str) -> list[str]:
		operations = self._source.operations(doctype)
		return [o for o in OPERATIONS if o in operations]

	def get_doctype_summary(self, doctype: str) -> dict[str, Any]:
		"""`{doctype, operations[], allowed_fields[], conditions[], other_restrictions}`; the conditions as sentences by
		operation, the last says that there is more than is shown. All empty for a DocType that does not exist."""
		operations = self.get_allowed_operations(doctype)
		summary: dict[str, Any] = {
			"doctype": doctype,
			"operations": operations,
			"allowed_fields": self.get_allowed_fields(doctype),
			"conditions": {},
			"other_restrictions": False,
		}
		if not operations:
			return summary
		rule = self._source.rule(doctype)
		asked = [c for c in rule.conditions if c.operation in operations]
		told = [c for c in asked if self._can_know(doctype, c.field)]
		for condition in told:
			summary["conditions"].setdefault(condition.operation, []).append(sentence(condition))
		summary["other_restrictions"] = (
			len(told) < len(asked) or bool(rule.row_filter) or self._source.hides_some(doctype)
		)
		return summary

	def validate_operation(
		self, operation: str, doctype: str, data: Mapping[str, Any] | None = None
	) -> tuple[bool, str]:
		"""Whether an operation is allowed, and why not, or on which terms.

		:param data: for create and update what is to be written, where rows of tables are arrays of objects; for other
		        operations what is known of the document. For create a condition also holds for fields that are not in it
		        (T28); for the others those are judged with the saved document, and the answer says so
		"""
		if operation not in OPERATIONS:
			return False, f"There is no such operation. Use one of {', '.join(OPERATIONS)}."
		if self._source.refusal:
			return False, self._source.refusal
		allowed = self.get_allowed_operations(doctype)
		if not allowed:
			return False, doctype_not_found().message
		if operation not in allowed:
			return False, f"You may not {operation} {doctype}. Allowed for you: {', '.join(allowed)}."
		if data is not None and not isinstance(data, Mapping):
			return False, "data: this must be an object of fields and values."
		data = data or {}
		problems = list(dict.fromkeys(self._field_problems(operation, doctype, data)))
		if problems:
			return False, " ".join(problems)
		return self._judge(operation, doctype, data)

	def _field_problems(self, operation: str, doctype: str, data: Mapping[str, Any]) -> Iterator[str]:
		good = (OPEN,) if operation in (CREATE, UPDATE) else (OPEN, FIXED)
		for fieldname, value in data.items():
			state = self._source.state(doctype, "", fieldname)
			if state not in good:
				yield _refused(fieldname, state)
			elif is_mask(value):
				yield f"{fieldname}: this is how a masked value is shown, not a value."
			elif self._source.is_table(doctype, fieldname, value):
				if not isinstance(value, list | tuple | NoneType):
					yield f"{fieldname}: rows of a table are an array of objects."
				for row in value if isinstance(value, list | tuple) else ():
					yield from self._row_problems(operation, doctype, fieldname, row, good)

	def _row_problems(
		self, operation: str, doctype: str, table_field: str, row: Any, good: tuple[str, ...]
	) -> Iterator[str]:
		if not isinstance(row, Mapping):
			yield f"{table_field}: rows of a table are an array of objects."
			return
		for fieldname, value in row.items():
			if fieldname == "name" and operation != CREATE:
				continue  # says which row is meant
			state = self._source.state(doctype, table_field, fieldname)
			if state not in good:
				yield _refused(f"{table_field}.{fieldname}", state)
			elif is_mask(value):
				yield f"{table_field}.{fieldname}: this is how a masked value is shown, not a value."

	def _judge(self, operation: str, doctype: str, data: Mapping[str, Any]) -> tuple[bool, str]:
		"""The conditions, as far as the data decides them."""
		rule = self._source.rule(doctype)
		asked = [c for c in rule.conditions if c.operation == operation]
		document = {**self._source.new_document(doctype), **data} if operation == CREATE else data
		types = self._source.fieldtypes(doctype)
		broken: list[Condition] = []
		pending: list[Condition] = []
		for condition in asked:
			known, left = _known(condition, operation, document)
			if left:
				pending.append(condition)
			if known is not None:
				broken += violations([condition], operation, known, types, condition.document_state)
		if broken:
			return False, self._said(doctype, broken, "Another restriction of your profile does not hold.")
		if not pending and not rule.row_filter:
			return True, "Allowed."
		terms = self._said(doctype, pending, "Other restrictions of your profile hold as well.")
		if rule.row_filter:
			terms = f"{terms} It must be one of the documents that your profile opens.".strip()
		return True, f"Allowed, as far as the document itself agrees: {terms}"

	def _said(self, doctype: str, conditions: list[Condition], others: str) -> str:
		sentences = [sentence(c) for c in conditions if self._can_know(doctype, c.field)]
		if len(sentences) < len(conditions):
			sentences.append(others)
		return " ".join(sentences)

	def _can_know(self, doctype: str, field: str) -> bool:
		table_field, _, fieldname = field.rpartition(".")
		if table_field and self._source.state(doctype, "", table_field) not in (OPEN, FIXED):
			return False
		return self._source.state(doctype, table_field, fieldname) in (OPEN, FIXED)


def _refused(name: Any, state: str) -> str:
	"""What is said of a field that can't be written; a name is repeated only if it could be one."""
	if not isinstance(name, str) or len(name) > 200 or not name.replace(".", "_").isidentifier():
		return "data: only plain field names."
	return f"{name} {state}." if state else f"{name}: there is no such field for you."


def _known(
	condition: Condition, operation: str, document: Mapping[str, Any]
) -> tuple[Mapping[str, Any] | None, bool]:
	"""The part of a document that decides a condition, None if there is none; and whether the saved document has a say."""
	if operation == CREATE:
		return (document, False) if condition.document_state == AFTER else (None, False)
	if operation == UPDATE and condition.document_state == BEFORE:
		return None, True
	table_field, _, fieldname = condition.field.rpartition(".")
	if not table_field:
		return (document, False) if condition.field in document else (None, True)
	if table_field not in document:
		return None, True
	rows = [row for row in document[table_field] or () if isinstance(row, Mapping)]
	# A row that exists keeps what is not sent.
	decided = [row for row in rows if fieldname in row or "name" not in row]
	return {table_field: decided}, len(decided) < len(rows)
