import frappe
from frappe import _
from frappe.model.document import Document

from erpnext_mcp.mcp_server.placeholders import NAME, names

LONGEST_NAME = 64


class MCPPrompt(Document):
	"""A text that clients offer to their users, with placeholders (MCP, prompts)."""

	def validate(self) -> None:
		self.prompt_name = (self.prompt_name or "").strip()
		_check_name(self.prompt_name)
		for row in self.arguments:
			row.argument = (row.argument or "").strip()
			_check_name(row.argument)
		declared = [row.argument for row in self.arguments]
		used = names(self.text or "")
		twice = {name for name in declared if declared.count(name) > 1}
		if twice:
			frappe.throw(_("These arguments are there twice: {0}").format(", ".join(sorted(twice))))
		if missing := [name for name in used if name not in declared]:
			frappe.throw(
				_("The text uses placeholders that are no arguments: {0}").format(", ".join(missing))
			)
		if unused := [name for name in declared if name not in used]:
			frappe.throw(_("The text does not use these arguments: {0}").format(", ".join(unused)))

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		_check_name(new)


def _check_name(name: str) -> None:
	if not NAME.fullmatch(name):
		frappe.throw(
			_("{0}: use lower-case letters, digits and _, a letter first, at most 64 characters").format(
				frappe.bold(frappe.utils.escape_html(name)) or _("No name")
			)
		)
