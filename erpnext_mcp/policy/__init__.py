"""Who may do what: profiles, field rules, the query grammar and the decision. Knows nothing of MCP.

`PermissionManager` is the part of it that is meant for other code. It is imported when it is asked for, so that the pure
modules of this room can be used without a site.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
	from erpnext_mcp.policy.manager import PermissionManager

__all__ = ["PermissionManager"]


def __getattr__(name: str) -> Any:
	if name == "PermissionManager":
		from erpnext_mcp.policy.manager import PermissionManager

		return PermissionManager
	raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
