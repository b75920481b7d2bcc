from collections.abc import Iterator
from urllib.parse import urlsplit

from frappe.model.document import Document
from frappe.permissions import GUEST_ROLE

from erpnext_mcp.policy import store
from erpnext_mcp.policy.message import Message, _
from erpnext_mcp.policy.profile import LONGEST_TTL
from erpnext_mcp.policy.validation import show
from erpnext_mcp.policy.validation.finding import Finding

AT_LEAST_ONE = ("default_page_size", "max_page_size", "max_answer_kb")
MOST_ANSWERS = 100_000
"""That are kept; with 64 KB each."""


class MCPGatewaySettings(Document):
	"""What holds for every call on the site, whichever profile applies."""

	def validate(self) -> None:
		show.raise_errors(self, [*self._sizes(), *self._origins(), *self._clients(), *self._key_roles()])

	def on_update(self) -> None:
		store.changed()

	def _sizes(self) -> Iterator[Finding]:
		for fieldname in AT_LEAST_ONE:
			if (self.get(fieldname) or 0) < 1:
				yield Finding(Message(_("it must be at least 1.")), field=fieldname)
		if self.suspend_after and not self.suspend_within:
			yield Finding(Message(_("it must be at least 1.")), field="suspend_within")
		yield from self._cache()
		if (self.default_page_size or 0) > (self.max_page_size or 0):
			yield Finding(
				Message(_("it can't be more than {0}."), Message(self.meta.get_label("max_page_size"))),
				field="default_page_size",
			)

	def _cache(self) -> Iterator[Finding]:
		for fieldname, most in (("cache_ttl", LONGEST_TTL), ("cache_size", MOST_ANSWERS)):
			# Missing in settings that were saved before there was a cache: the default holds.
			if self.get(fieldname) is None:
				self.set(fieldname, int(self.meta.get_field(fieldname).default))
			if self.cache_enabled and not 1 <= self.get(fieldname) <= most:
				yield Finding(Message(_("it must be between {0} and {1}."), 1, most), field=fieldname)

	def _origins(self) -> Iterator[Finding]:
		for origin in (self.allowed_origins or "").split():
			parts = urlsplit(origin)
			if (
				parts.scheme not in ("http", "https")
				or not parts.netloc
				or origin != f"{parts.scheme}://{parts.netloc}"
			):
				yield Finding(
					Message(
						_(
							"{0} is not an origin. Write one like https://inspector.example.com, without a path."
						),
						origin,
					),
					field="allowed_origins",
				)

	def _clients(self) -> Iterator[Finding]:
		seen = set()
		for row in self.oauth_clients:
			if row.client in seen:
				yield Finding(Message(_("{0} is named twice."), row.client), "oauth_clients", row.idx)
			seen.add(row.client)

	def _key_roles(self) -> Iterator[Finding]:
		if any(row.role == GUEST_ROLE for row in self.key_roles):
			yield Finding(Message(_("{0} can't have a key."), GUEST_ROLE), field="key_roles")
