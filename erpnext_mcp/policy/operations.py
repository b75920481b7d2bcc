"""The operations that a profile opens, and the permission of Frappe each of them needs."""

SELECT = "select"
READ = "read"
CREATE = "create"
UPDATE = "update"
DELETE = "delete"
SUBMIT = "submit"
CANCEL = "cancel"
AMEND = "amend"
PRINT = "print"
ATTACHMENTS = "attachments"
COMMENT = "comment"
ASSIGN = "assign"

OPERATIONS = (
	SELECT,
	READ,
	CREATE,
	UPDATE,
	DELETE,
	SUBMIT,
	CANCEL,
	AMEND,
	PRINT,
	ATTACHMENTS,
	COMMENT,
	ASSIGN,
)

READING = frozenset({SELECT, READ, PRINT, ATTACHMENTS})
"""What a read-only profile or site leaves."""

FRAPPE_PERMISSION = {
	SELECT: ("read", "select"),
	READ: ("read",),
	CREATE: ("create",),
	UPDATE: ("write",),
	DELETE: ("delete",),
	SUBMIT: ("submit",),
	CANCEL: ("cancel",),
	AMEND: ("amend",),
	PRINT: ("print",),
	ATTACHMENTS: ("read",),
	COMMENT: ("read",),
	ASSIGN: ("read",),
}
"""The permission types (`frappe.permissions.rights`) of which the user needs one, else the operation is denied. The one that
most users have comes first."""

SUBMITTABLE_ONLY = frozenset({SUBMIT, CANCEL, AMEND})
