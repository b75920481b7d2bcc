from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document


class MCPGatewaySettings(Document):
	"""What holds for every call on the site, whichever profile applies."""

	def validate(self) -> None:
		self._validate_sizes()
		self._validate_origins()

	def _validate_sizes(self) -> None:
		for fieldname in ("default_page_size", "max_page_size", "max_answer_kb"):
			if not self.get(fieldname) or self.get(fieldname) < 1:
				frappe.throw(_("{0} must be at least 1.").format(self._label(fieldname)))
		if self.default_page_size > self.max_page_size:
			frappe.throw(
				_("{0} can't be more than {1}.").format(
					self._label("default_page_size"), self._label("max_page_size")
				)
			)

	def _validate_origins(self) -> None:
		for origin in (self.allowed_origins or "").split():
			parts = urlsplit(origin)
			if (
				parts.scheme not in ("http", "https")
				or not parts.netloc
				or origin != f"{parts.scheme}://{parts.netloc}"
			):
				frappe.throw(
					_(
						"{0}: {1} is not an origin. Write one like https://inspector.example.com, without a path."
					).format(self._label("allowed_origins"), frappe.bold(frappe.utils.escape_html(origin)))
				)

	def _label(self, fieldname: str) -> str:
		return frappe.bold(_(self.meta.get_label(fieldname)))
