"""Frappe's messages on a terminal."""


def one_line(error: Exception) -> str:
	"""What Frappe would show in the form, as text."""
	from frappe.utils import strip_html

	return " ".join(strip_html(str(error).replace("<br>", "; ")).split())
