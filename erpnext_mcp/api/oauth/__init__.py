"""OAuth for MCP clients, as far as Frappe does not bring it: v15's discovery and registration, and what v16's refuses.

Authorization, tokens and their ends are Frappe's own on both versions.
"""
