"""After a call: writes down which client it came with, and tells the administrators of one that is new."""

from contextlib import suppress

import frappe

from erpnext_mcp.audit.redaction import redacted_text
from erpnext_mcp.documents.text import clean
from erpnext_mcp.limits import clients
from erpnext_mcp.mcp_server.caller import Caller

NAME_LENGTH = 140


def after_call(caller: Caller) -> None:
	"""Commits; never raises. A warm call costs a look into a dictionary.

	To be called when the audit has the call: it must not be lost with what fails here.

	:param caller: identified: Frappe has accepted his credential, and he is enabled
	"""
	if not clients.is_due(caller.credential):
		return
	try:
		client_name = clean(redacted_text(caller.client_name), NAME_LENGTH)
		name = clients.note(caller.credential, caller.user, client_name)
		if name is not None:
			clients.notify(caller.credential, name, caller.user)
			frappe.db.commit()
	except Exception:
		with suppress(Exception):  # of a database that is gone
			frappe.db.rollback()
		frappe.logger("mcp").error(f"{caller.credential} could not be written down", exc_info=True)
