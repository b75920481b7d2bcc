"""Turns whatever a call raised into something that can be told: nothing of tracebacks, SQL, paths or other records."""

import frappe
from redis.exceptions import RedisError

from erpnext_mcp.documents.connection import DatabaseGone, is_lost, renew
from erpnext_mcp.documents.transactions import may_be_tried_again
from erpnext_mcp.errors import (
	Busy,
	CallError,
	InternalError,
	Timeout,
	doctype_not_found,
	document_not_found,
)
from erpnext_mcp.limits.limiter import RedisGone


def as_call_error(error: Exception, tool_name: str, lost_redis: bool = False) -> CallError:
	"""The refusal or failure that an exception stands for.

	What is not foreseen is written to the site's Error Log (in the transaction that the pipeline commits with the audit
	entry) and told as a reference only (T43).

	:param lost_redis: Redis was restarted while the call was worked on. Frappe 16 remembers for the length of a request that there was no
	    answer, and fails in whatever way at the next use (webhooks, for one)
	"""
	if isinstance(error, CallError):
		return error
	if isinstance(error, frappe.PermissionError):
		return doctype_not_found()
	if isinstance(error, frappe.DoesNotExistError):
		return document_not_found()
	if is_lost(error):
		renew()  # for the audit entry, should it be back already
		return DatabaseGone()
	if isinstance(error, RedisError):
		return RedisGone()
	if may_be_tried_again(error):
		return Busy(
			"Others are working on the same documents right now.",
			"Try again in a few seconds.",
			reason="locks",
		)
	if _is_timeout(error):
		return Timeout(
			"The database took too long.",
			"Narrow the filters or order by an indexed field such as name. A write: others may hold the documents, try "
			"again later.",
		)
	if lost_redis:
		_log(tool_name)
		return RedisGone()
	return InternalError(
		"Something went wrong inside the server.",
		"Tell the site's administrator the reference.",
		reason=f"{type(error).__name__}",
		reference=_log(tool_name),
	)


def _is_timeout(error: Exception) -> bool:
	try:
		return bool(frappe.db.is_statement_timeout(error))
	except Exception:
		return False  # not an exception of the driver: it has no error number


def _log(tool_name: str) -> str:
	"""Logs the exception being handled; returns the name of the Error Log, or an empty text when that fails too."""
	try:
		# Without context: Frappe's default adds the values of local variables.
		return str(
			frappe.log_error(
				title=f"MCP {tool_name}"[:140], message=frappe.get_traceback(with_context=False)
			).name
		)
	except Exception:
		frappe.logger("mcp").error("error could not be logged", exc_info=True)
		return ""
