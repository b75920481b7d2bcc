"""OAuth clients and bearer tokens as real documents, for tests."""

import frappe
from frappe.utils import add_to_date, now_datetime

PREFIX = "MCP Test"
"""Of the name of every client made here; `destroy` takes them away."""


def client(name: str) -> str:
	"""A registered OAuth client; its docname, which is its client_id. Commits."""
	frappe.set_user("Administrator")
	doc = frappe.get_doc(
		{
			"doctype": "OAuth Client",
			"app_name": f"{PREFIX} {name}",
			"scopes": "all openid",
			"redirect_uris": "https://client.example/callback",
			"default_redirect_uri": "https://client.example/callback",
			"grant_type": "Authorization Code",
			"response_type": "Code",
		}
	).insert()
	frappe.db.commit()
	return doc.name


def bearer(user: str, client_name: str, **values) -> str:
	"""The Authorization header of a live token. Commits."""
	token = frappe.generate_hash(length=30)
	frappe.get_doc(
		{
			"doctype": "OAuth Bearer Token",
			"client": client_name,
			"user": user,
			"scopes": "all openid",
			"access_token": token,
			"refresh_token": frappe.generate_hash(length=30),
			"expires_in": 3600,
			"expiration_time": add_to_date(now_datetime(), seconds=3600),
			"status": "Active",
			**values,
		}
	).insert()
	frappe.db.commit()
	return f"Bearer {token}"


def destroy() -> None:
	"""Takes away all clients of `client` and their tokens, and commits."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	clients = frappe.get_all("OAuth Client", filters={"app_name": ("like", f"{PREFIX}%")}, pluck="name")
	for name in clients:
		frappe.db.delete("OAuth Bearer Token", {"client": name})
		frappe.db.delete("OAuth Authorization Code", {"client": name})
		frappe.delete_doc("OAuth Client", name, force=True)
	frappe.db.commit()
