"""What can be looked at from inside: settings, profiles, credentials, services, the audit."""

import sys
import time
from collections.abc import Iterator
from importlib.metadata import version

import frappe
from frappe.utils import get_datetime, now_datetime
from frappe.utils.scheduler import is_scheduler_inactive

from erpnext_mcp.audit import table as audit_table
from erpnext_mcp.audit import verified
from erpnext_mcp.audit.log import READS_ARE_OFF, reads_are_on
from erpnext_mcp.cli import other_servers
from erpnext_mcp.cli.doctor.finding import FAIL, OK, WARN, Finding
from erpnext_mcp.documents.system import versions
from erpnext_mcp.policy import store
from erpnext_mcp.policy.profile import Profile

CLOCK_TOLERANCE = 5
"""Seconds that clocks may differ: windows of limits and lifetimes of tokens are counted by them."""


def findings() -> list[Finding]:
	"""Everything, in the order in which an administrator would look."""
	policy = store.read()
	return [
		_versions(),
		*_switches(policy),
		*_profiles(policy),
		*_clients(policy),
		_database(),
		_clock(),
		_redis(),
		*_jobs(),
		*_audit(),
		*(Finding("Other MCP servers", WARN, said) for said in other_servers.found_on_site()),
	]


def _versions() -> Finding:
	found = {"Python": sys.version.split()[0], "mcp": version("mcp"), **versions()}
	said = ", ".join(f"{name} {number}" for name, number in found.items())
	if sys.version_info < (3, 10) or not found["mcp"].startswith("2."):
		return Finding(
			"Versions", FAIL, said, "erpnext_mcp needs Python 3.10 and mcp 2: bench setup requirements"
		)
	return Finding("Versions", OK, said)


def _switches(policy: store.Policy) -> Iterator[Finding]:
	settings = policy.settings
	if not settings.enabled:
		yield Finding(
			"Kill switch",
			FAIL,
			"MCP is switched off: every call is refused.",
			"MCP Gateway Settings, Enabled",
		)
	elif settings.read_only:
		yield Finding("Kill switch", OK, "MCP is on, for reading only.")
	else:
		yield Finding("Kill switch", OK, "MCP is on.")
	default = settings.default_profile
	if default and default not in {p.name for p in policy.profiles}:
		yield Finding(
			"Default profile", FAIL, f"{default} does not exist.", "MCP Gateway Settings, Default Profile"
		)
	elif default:
		yield Finding(
			"Default profile", WARN, f"{default} applies to every user whom no other profile matches."
		)


def _profiles(policy: store.Policy) -> Iterator[Finding]:
	names_somebody = [p for p in policy.profiles if p.names_somebody]
	working = [p for p in names_somebody if p.enabled and not p.out_of_date(now_datetime())]
	if not working and not policy.settings.default_profile:
		yield Finding(
			"Profiles",
			FAIL,
			"No profile works that names somebody: nobody has access.",
			"Make one, or import a preset: bench mcp import-profile --preset sales-user",
		)
	else:
		yield Finding("Profiles", OK, f"{len(working)} of {len(policy.profiles)} work and name somebody.")
	for profile in working:
		if not any(rule.operations for rule in profile.rules.values()):
			yield Finding("Profiles", WARN, f"{profile.name} opens no DocType.", "Add rows to its rules.")
		yield from _users_of(profile)
	if policy.suspended or policy.paused or policy.paused_clients:
		yield Finding(
			"Stopped",
			WARN,
			f"{len(policy.suspended)} users suspended, {len(policy.paused)} paused, {len(policy.paused_clients)} clients paused.",
			"See Who Has Access in the desk.",
		)


def _users_of(profile: Profile) -> Iterator[Finding]:
	for user in sorted(profile.users):
		row = frappe.db.get_value("User", user, ["enabled", "api_key"], as_dict=True)
		if row is None or not row.enabled:
			yield Finding("Users", WARN, f"{profile.name} names {user}, who is not enabled.")
		elif not row.api_key and not frappe.db.exists(
			"OAuth Bearer Token", {"user": user, "status": "Active"}
		):
			yield Finding(
				"Users",
				WARN,
				f"{user} has neither an API key nor a token.",
				"He makes one on the page Connect, or an administrator does on his User.",
			)


def _clients(policy: store.Policy) -> Iterator[Finding]:
	settings = policy.settings
	if settings.any_oauth_client:
		yield Finding(
			"OAuth", WARN, "Any OAuth client of the site may use MCP.", "List them in MCP Gateway Settings."
		)
	if settings.oauth_registration and not (settings.registered_oauth_clients or settings.any_oauth_client):
		yield Finding(
			"OAuth",
			WARN,
			"Clients can register themselves, but are refused afterwards.",
			"OAuth Clients Allowed: Listed and Registered",
		)
	if not settings.require_https:
		yield Finding(
			"HTTPS", WARN, "Calls over plain HTTP are answered.", "Tick Require HTTPS once the site has it."
		)


def _database() -> Finding:
	started = time.perf_counter()
	frappe.db.get_value("DocType", "User", "name")
	took = (time.perf_counter() - started) * 1000
	return Finding("Database", OK, f"{frappe.db.db_type} answers in {took:.0f} ms.")


def _clock() -> Finding:
	try:
		seconds, _micro = frappe.cache.time()
	except Exception:
		return Finding("Clock", WARN, "Redis can't be asked for its time.")
	apart = abs(seconds - time.time())
	if apart > CLOCK_TOLERANCE:
		return Finding(
			"Clock",
			FAIL,
			f"This machine's clock and that of Redis are {apart:.0f} s apart.",
			"Run NTP on both.",
		)
	return Finding(
		"Clock", OK, f"{now_datetime():%Y-%m-%d %H:%M:%S}, time zone {frappe.utils.get_system_timezone()}."
	)


def _redis() -> Finding:
	try:
		frappe.cache.ping()
	except Exception:
		return Finding(
			"Redis",
			FAIL,
			"The cache can't be reached: writes are refused, reads are slow.",
			"Start it: bench start, or supervisor.",
		)
	return Finding("Redis", OK, "The cache answers.")


def _jobs() -> Iterator[Finding]:
	if is_scheduler_inactive():
		yield Finding(
			"Scheduler",
			FAIL,
			"It does not run: audit entries are not sealed.",
			"bench --site SITE enable-scheduler, and bench start or supervisor",
		)
	else:
		yield Finding("Scheduler", OK, "It is on.")


def _audit() -> Iterator[Finding]:
	waiting = audit_table.unsealed(1)
	if waiting:
		since = get_datetime(waiting[0]["timestamp"])
		minutes = (now_datetime() - since).total_seconds() / 60
		if minutes > 10:
			yield Finding(
				"Audit",
				FAIL,
				f"{audit_table.count_unsealed()} entries wait to be sealed, the oldest for {minutes:.0f} minutes.",
				"Do the scheduler and its workers run? By hand: bench --site SITE mcp seal",
			)
	if not reads_are_on():
		yield Finding("Audit", WARN, READS_ARE_OFF)
	last = verified.last()
	if last and last.problem:
		yield Finding("Audit", FAIL, last.problem, "bench --site SITE mcp verify-audit")
	elif last:
		yield Finding("Audit", OK, f"Verified {last.at[:16]}: {last.seals} seals, {last.entries} entries.")
