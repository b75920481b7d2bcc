"""settings.md: every field of MCP Gateway Settings."""

from dev.docs.reference.doctype_fields import doctypes, fields_table, sections
from dev.docs.reference.page import page, sentence

NAME = "MCP Gateway Settings"

CONFIG = """
## In the site's configuration

A few things are no settings of the desk, because they belong to the machine or to whoever runs it. They stand in the site's
`site_config.json`, or in `common_site_config.json` for all sites of the bench.

| key | what it is |
| --- | --- |
| `mcp_trusted_proxies` | Networks of proxies beyond your own web server, such as those of a CDN: `["192.0.2.0/24"]`. See [operations](../operations.md#nginx). |
| `mcp_audit_enabled` | `false`: calls that only read and were allowed leave no entry, whatever *Log Reads* says. |
| `mcp_log_level` | From which level on calls are lines of `mcp.audit.log`: `DEBUG`, `INFO`, `WARNING` or `ERROR`. The environment variable `MCP_LOG_LEVEL` comes first. |
| `mcp_audit_former_keys` | Former `encryption_key`s of the site, so that older seals still verify: a list of texts. |

Apps of a bench can name more in their `hooks.py`: see [for authors of apps](../writing.md#dry_run), and `mcp_redacted_keys` in [the audit](../audit.md#values).
"""


def settings() -> str:
	"""The page, by tabs and sections of the form."""
	parts = [
		"MCP Gateway Settings, in the desk under *ERPNext MCP → Settings*, hold for the whole site. A change takes effect at the next "
		"call, in every process. System Managers and MCP Administrators can change them."
	]
	tab = None
	for section in sections(doctypes()[NAME]):
		if section.tab != tab:
			tab = section.tab
			parts.append(f"## {tab}")
		if section.label and section.label != tab:
			parts.append(f"### {section.label}")
		parts += [sentence(section.description), fields_table(section.fields)]
	return page("Settings", *parts, CONFIG)
