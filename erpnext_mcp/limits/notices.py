"""Tells administrators on the desk, each in his language. Whether mails go out as well is Frappe's own setting."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.translate import get_user_lang
from frappe.utils import escape_html
from frappe.utils.user import get_users_with_role


def _(template: str) -> str:
	"""Marks a template for Frappe's collection of messages; it is translated for whom it is sent to."""
	return template


def tell(
	roles: Iterable[str],
	subject: str,
	*arguments: Any,
	message: str = "",
	document_type: str | None = None,
	document_name: str | None = None,
	from_user: str | None = None,
	users: Iterable[str] = (),
) -> None:
	"""Puts a notification before everybody who has one of the roles, and before these users.

	:param subject: with `{0}`, `{1}`, ... for the arguments, marked by `_`; nothing in those is taken for HTML
	:param message: what stands below it, made the same way; where there is no document, the notification opens it
	"""
	shown = [frappe.bold(escape_html(str(a))) for a in arguments]
	for language, told in _by_language(roles, users).items():
		enqueue_create_notification(
			told,
			{
				"type": "Alert",
				"document_type": document_type,
				"document_name": document_name,
				"subject": frappe._(subject, language).format(*shown),
				"email_content": frappe._(message, language).format(*shown) if message else None,
				"from_user": from_user,
			},
		)


def _by_language(roles: Iterable[str], users: Iterable[str]) -> dict[str, list[str]]:
	found: dict[str, list[str]] = {}
	for user in sorted({user for role in roles for user in get_users_with_role(role)}.union(users)):
		found.setdefault(get_user_lang(user), []).append(user)
	return found
