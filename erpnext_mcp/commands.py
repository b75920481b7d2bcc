"""bench --site S mcp COMMAND: what an administrator does from the command line.

Frappe finds `commands` by its name. The commands are in `erpnext_mcp.cli`, one file each; a new one is added here.
Frappe imports this module for every `bench` command, so it imports nothing that is slow.
"""

import click

from erpnext_mcp.cli.attack import attack
from erpnext_mcp.cli.doctor import doctor
from erpnext_mcp.cli.export_audit import export_audit
from erpnext_mcp.cli.export_profile import export_profile
from erpnext_mcp.cli.import_profile import import_profile
from erpnext_mcp.cli.release import release
from erpnext_mcp.cli.seal import seal
from erpnext_mcp.cli.serve import serve
from erpnext_mcp.cli.status import status
from erpnext_mcp.cli.stdio import stdio
from erpnext_mcp.cli.suspensions import lift, suspensions
from erpnext_mcp.cli.undo import undo
from erpnext_mcp.cli.verify_audit import verify_audit


@click.group()
def mcp():
	"""The MCP gateway of a site."""


mcp.add_command(status)
mcp.add_command(release)
mcp.add_command(export_profile)
mcp.add_command(import_profile)
mcp.add_command(suspensions)
mcp.add_command(lift)
mcp.add_command(seal)
mcp.add_command(verify_audit)
mcp.add_command(export_audit)
mcp.add_command(undo)
mcp.add_command(stdio)
mcp.add_command(serve)
mcp.add_command(doctor)
mcp.add_command(attack)

commands = [mcp]
