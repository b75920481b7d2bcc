"""The house rules, read from the source: which room may know which, and who may reach data around the policy."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import erpnext_mcp

ROOT = Path(erpnext_mcp.__file__).parent
ROOMS = ("api", "attack", "desk", "mcp_server", "policy", "documents", "audit", "limits")
LEAVES = {"access", "errors", "masks", "compat"}
"""Modules at the top that every room may use: values, errors, versions."""

MAY_IMPORT = {
	"api": {"desk", "mcp_server", "policy", "documents", "audit", "limits"},
	"attack": {"api", "desk", "mcp_server", "policy", "documents", "audit", "limits"},
	"desk": {"mcp_server", "policy", "documents", "audit", "limits"},
	"mcp_server": {"policy", "documents", "audit", "limits"},
	"policy": set(),
	"documents": set(),
	"audit": set(),
	"limits": set(),
}

MODULES = [p for room in ROOMS for p in sorted((ROOT / room).rglob("*.py"))]
ALL_MODULES = [p for p in sorted(ROOT.rglob("*.py")) if "tests" not in p.relative_to(ROOT).parts]

AROUND_PERMISSIONS = {
	"get_all",
	"get_value",
	"get_values",
	"get_single_value",
	"get_cached_value",
	"get_cached_doc",
	"sql",
	"count",
}
"""Ways to read without the user's permissions (T14)."""

READS_ONLY_OUR_OWN = {
	"policy/store.py",  # profiles and settings
	"policy/grant.py",
	"policy/validation/site.py",  # print formats, for the administrator who saves a profile
	"policy/validation/people.py",  # users, their roles and shares, for the same administrator
	"mcp_server/pipeline.py",  # whether the caller is still enabled
	"mcp_server/caller.py",  # the client of his token
	"documents/system.py",  # facts of the caller himself
	"mcp_server/prompts.py",  # what administrators have written for the caller's roles
	"documents/side_effects.py",  # the site's notifications and scripts, to refuse a dry run; told to the audit only
	"documents/reports/prepared.py",  # results that were made for the caller
	"audit/statistics.py",  # the audit in figures, after asking whether the user has reports on it
	"limits/rows.py",  # writes rows of our own DocTypes, reads nothing
	"limits/clients.py",  # our own MCP Clients, and the name of an OAuth client for the administrator
	"desk/connect/keys.py",  # the caller's own API key
	"desk/connect/oauth_clients.py",  # his own tokens and codes, and what their clients are called
	"desk/connect/calls.py",  # his own audit entries, without values
	"audit/usage.py",  # the audit in sums, for administrators
	"desk/access/people.py",  # users, roles and what they could connect with, for administrators
	"desk/access/applications.py",  # clients and who uses them, the same
	"desk/simulator/people.py",  # users and clients to simulate, the same
	"audit/entry.py",  # writes entries, reads nothing
	"audit/table.py",  # entries and seals, for the jobs and commands that prove them
	"api/oauth/registration.py",  # inserts an OAuth Client for who is nobody yet, where the settings allow it
	"api/refused.py",  # whose credentials were refused
	"api/known_keys.py",  # what Frappe decides about a key by
	"documents/idempotency.py",  # our own keys
	"limits/approvals.py",  # our own requests
	"policy/known_users.py",  # whether the caller is still enabled
	"policy/binding.py",  # API keys and tokens, to tell which are bound
	"attack/ground_truth.py",  # all that there is, to compare with what answers show; told as verdicts only
	"attack/site.py",  # what there is to try attacks on, the same
	"cli/doctor/site.py",  # whether the users of profiles can log in, for who has the command line
	"cli/other_servers.py",  # DocTypes of other MCP servers, for who has the command line
	"install.py",
	"erpnext_mcp/doctype/mcp_permission_profile/mcp_permission_profile.py",
}


CONSTANT_STATEMENTS = {
	"api/known_keys.py": ("frappe.db.sql(EVIDENCE, (api_key,))",),  # the text is constant, the key a value
	"policy/store.py": ("frappe.db.sql(STATE)",),  # whether anything of our own tables has changed
	"audit/entry.py": (  # the insert of an entry, as frappe.qb has put it together once
		"frappe.db.sql(_insert(frappe.db.db_type, tuple(row)), tuple(row.values()))",
	),
	"audit/table.py": (  # the isolation level of the sealing job
		"frappe.db.sql('rollback')",
		"frappe.db.sql('set transaction isolation level read committed')",
	),
}
"""What Frappe has no function for; no part of it comes from anybody."""


def name_of(path: Path) -> str:
	return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
	"""Full names of everything that a module imports, inside functions too."""
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Import):
			yield from (alias.name for alias in node.names)
		elif isinstance(node, ast.ImportFrom):
			assert node.level == 0, f"{path}: relative import"
			yield from (f"{node.module}.{alias.name}" for alias in node.names)


def type_checking_only(path: Path, name: str) -> bool:
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
			for inner in ast.walk(node):
				if isinstance(inner, ast.ImportFrom) and any(
					f"{inner.module}.{a.name}" == name for a in inner.names
				):
					return True
	return False


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_dependencies_point_one_way(path: Path):
	room = path.relative_to(ROOT).parts[0]
	for name in imports(path):
		parts = name.split(".")
		if parts[0] != "erpnext_mcp" or len(parts) < 2 or parts[1].startswith("__"):
			continue
		allowed = MAY_IMPORT[room] | LEAVES | {room}
		assert parts[1] in allowed, f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("leaf", sorted(LEAVES))
def test_leaves_know_no_room(leaf: str):
	for name in imports(ROOT / f"{leaf}.py"):
		assert not name.startswith("erpnext_mcp"), f"{leaf} imports {name}"


@pytest.mark.parametrize("path", ALL_MODULES, ids=name_of)
def test_only_mcp_server_imports_the_sdk(path: Path):
	if path.relative_to(ROOT).parts[0] == "mcp_server":
		return
	for name in imports(path):
		assert name.split(".")[0] not in ("mcp", "mcp_types"), f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", ALL_MODULES, ids=name_of)
def test_only_compat_asks_for_the_version(path: Path):
	if name_of(path) in ("compat.py", "documents/system.py"):
		return  # system.py tells it to the caller
	assert "frappe.__version__" not in path.read_text(encoding="utf-8")


TOOL_MODULES = [
	p for d in ("tools", "own_tools", "requests") for p in sorted((ROOT / "mcp_server" / d).glob("*.py"))
]


@pytest.mark.parametrize("path", TOOL_MODULES, ids=name_of)
def test_tools_reach_no_data_around_the_pipeline(path: Path):
	"""DESIGN §3: there is no second way. Tools work through `documents` and `policy` only."""
	for name in imports(path):
		assert name.split(".")[0] != "frappe", f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("path", ALL_MODULES, ids=name_of)
def test_t14_nothing_reads_around_permissions(path: Path):
	if name_of(path) in READS_ONLY_OUR_OWN:
		return
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
			base = ast.unparse(node.func.value)
			if base in ("frappe", "frappe.db"):
				assert node.func.attr not in AROUND_PERMISSIONS, (
					f"{name_of(path)}:{node.lineno} {base}.{node.func.attr}"
				)
		if isinstance(node, ast.Attribute) and ast.unparse(node) == "frappe.qb":
			assert name_of(path) == "audit/entry.py", f"{name_of(path)}:{node.lineno} frappe.qb"
		if isinstance(node, ast.keyword) and node.arg == "ignore_permissions":
			raise AssertionError(f"{name_of(path)}:{node.value.lineno} ignore_permissions")


def test_every_tool_is_registered_under_its_module_name():
	from erpnext_mcp.mcp_server.registry import TOOLS

	files = {p.stem for p in (ROOT / "mcp_server" / "tools").glob("*.py")}
	assert set(TOOLS) == files - {"__init__", "arguments", "list_tools"}


@pytest.mark.parametrize("path", ALL_MODULES, ids=name_of)
def test_t16_nothing_runs_sql_or_python_of_anybody(path: Path):
	"""No tool takes SQL or code, and nothing in the app writes SQL as text or evaluates anything."""
	for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
		if isinstance(node, ast.Call):
			called = ast.unparse(node.func)
			assert called not in ("eval", "exec", "compile", "__import__"), (
				f"{name_of(path)}:{node.lineno} {called}"
			)
			if ast.unparse(node) in CONSTANT_STATEMENTS.get(name_of(path), ()):
				continue
			assert called.split(".")[-1] not in ("safe_exec", "safe_eval", "sql", "multisql", "sql_ddl"), (
				f"{name_of(path)}:{node.lineno} {called}"
			)
