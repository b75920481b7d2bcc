"""The demo's users: their API keys, their profiles, and the administrator's password. To be called on a connected site."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe.utils.password import get_decrypted_password, update_password

from dev.demo.profiles import PROFILES, Profile

CREDENTIALS = "credentials.json"  # for the reader of the demo, in the bench, for the owner's eyes only
ADMINISTRATOR = "Administrator"
AGENT = "sales.north@demo.example"  # who holds the session that is shown


@dataclass(frozen=True)
class Person:
	"""Somebody whose agent can connect."""

	email: str
	profile: str
	description: str
	authorization: str  # the value of the HTTP header


def ensure(bench: Path) -> tuple[list[Person], str]:
	"""The people, with what they need made if it isn't there yet, and the administrator's password."""
	people = []
	for email, profile in PROFILES.items():
		name = _ensure_profile(email, profile)
		people.append(Person(email, name, profile["description"], f"token {_ensure_key(email)}"))
	password = _ensure_password(bench)
	frappe.db.commit()
	_write(bench, people, password)
	return people, password


def _ensure_profile(email: str, profile: Profile) -> str:
	"""What somebody changed in the desk stays as it is: only a missing profile is made."""
	name = profile["profile_name"]
	if not frappe.db.exists("MCP Permission Profile", name):
		rules = [
			{"document_type": doctype, **{f"can_{operation}": 1 for operation in operations}}
			for doctype, operations in profile["rules"].items()
		]
		frappe.get_doc(
			{
				"doctype": "MCP Permission Profile",
				"profile_name": name,
				"description": profile["description"],
				"enabled": 1,
				"read_only": profile["read_only"],
				"users": [{"user": email}],
				"doctype_rules": rules,
			}
		).insert()
	return name


def _ensure_key(email: str) -> str:
	"""`key:secret`, the same at every start, for it lies in the site."""
	key = frappe.db.get_value("User", email, "api_key")
	secret = get_decrypted_password("User", email, "api_secret", raise_exception=False) if key else None
	if not (key and secret):
		user = frappe.get_doc("User", email)
		user.api_key = key = frappe.generate_hash(length=15)
		user.api_secret = secret = frappe.generate_hash(length=15)
		user.save()
	return f"{key}:{secret}"


def _ensure_password(bench: Path) -> str:
	try:
		return json.loads((bench / CREDENTIALS).read_text())[ADMINISTRATOR]
	except (OSError, ValueError, KeyError):
		password = secrets.token_urlsafe(9)
		update_password(ADMINISTRATOR, password)
		return password


def _write(bench: Path, people: list[Person], password: str) -> None:
	content = {ADMINISTRATOR: password} | {person.email: person.authorization for person in people}
	descriptor = os.open(bench / CREDENTIALS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
	with open(descriptor, "w") as file:
		os.fchmod(descriptor, 0o600)
		json.dump(content, file, indent="\t")
