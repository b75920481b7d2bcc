"""erpnext_mcp: the Model Context Protocol for ERPNext and Frappe, inside the site and under a policy."""

__version__ = "0.1.0"
