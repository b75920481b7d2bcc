"""Why a call would be allowed or refused, layer by layer, in no more words than the call itself would use (T66)."""

from typing import Any

from erpnext_mcp.access import Access
from erpnext_mcp.errors import NotFound, doctype_not_found
from erpnext_mcp.policy.describe import restrictions
from erpnext_mcp.policy.grant import Grant
from erpnext_mcp.policy.operations import CREATE, OPERATIONS, READ, UPDATE

DOCTYPE = "doctype"
OPERATION = "operation"
FIELDS = "fields"
DOCUMENT = "document"


def explain_operation(grant: Grant, doctype: str, operation: str) -> tuple[Access | None, dict[str, Any]]:
	"""The decision on a DocType and an operation.

	:returns: the access, if it is allowed, and `{allowed, layer, reason, hint?}`
	"""
	operations = grant.operations(doctype)
	if not operations:
		missing: NotFound = doctype_not_found()
		return None, _refused(DOCTYPE, missing.message, missing.hint)
	if operation not in operations:
		reason = f"You may not {operation} {doctype}."
		if grant.read_only and operation in grant.profile.rules[doctype].operations:
			reason += " Your access is read-only."
		return None, _refused(
			OPERATION, reason, "Allowed for you: " + ", ".join(o for o in OPERATIONS if o in operations) + "."
		)
	return grant.access(doctype, operation), {
		"allowed": True,
		"layer": OPERATION,
		"reason": f"You may {operation} {doctype}.",
	}


def explain_field(access: Access, fieldname: str) -> dict[str, Any] | None:
	"""The decision on one field for the operation of an access; None: nothing speaks against it."""
	field = access.fields.fields.get(fieldname)
	if field is None:
		return _refused(FIELDS, "There is no such field for you.", "get_doctype_schema lists the fields.")
	if access.operation in (CREATE, UPDATE) and not field.writable:
		return _refused(FIELDS, f"You can read {fieldname} but not write it.", "")
	if access.operation == READ and field.mask:
		return {
			"allowed": True,
			"layer": FIELDS,
			"reason": f"{fieldname} is shown masked; it can't be filtered, ordered or searched by.",
		}
	return None


def explain_conditions(grant: Grant, access: Access) -> dict[str, Any]:
	"""The restrictions that hold for the operation, as far as they can be told."""
	told = restrictions(access, grant.profile.rules[access.doctype])
	told["conditions"] = [c for c in told["conditions"] if c["operation"] == access.operation]
	return told


def _refused(layer: str, reason: str, hint: str) -> dict[str, Any]:
	answer: dict[str, Any] = {"allowed": False, "layer": layer, "reason": reason}
	if hint:
		answer["hint"] = hint
	return answer
