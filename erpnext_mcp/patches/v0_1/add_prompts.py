"""The shipped prompts, for sites that had the app before there were prompts."""

from erpnext_mcp.install import add_prompts


def execute() -> None:
	add_prompts()
