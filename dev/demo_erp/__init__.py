"""Sample doctypes and data shaped like ERPNext's, for the embedded engine only."""

__version__ = "0.0.1"
