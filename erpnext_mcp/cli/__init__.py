"""The bench commands of `bench --site S mcp ...`, one file each. `erpnext_mcp/commands.py` collects them."""
