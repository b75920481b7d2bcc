"""The Frappe module of the app."""
