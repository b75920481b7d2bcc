"""What differs between Frappe v15 and v16. The only module that asks which one runs."""

import os
import platform
import shutil
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import frappe
from frappe.model import optional_fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

MAJOR = int(frappe.__version__.split(".", 1)[0])

MAY_MASK_ATTRIBUTE = "_erpnext_mcp_may_mask"
"""Kept on a meta object: whether Frappe masks any of its fields for anybody."""

DESK = "/desk" if MAJOR >= 16 else "/app"
"""Where the desk is. v16 also takes v15's address, but its apps screen counts only apps below its own as apps of the desk."""

NESTED_FILTERS = MAJOR >= 16
"""Whether `frappe.get_list` takes `[[condition], "and" | "or", [condition], ...]`."""

SERVES_OAUTH_METADATA = MAJOR >= 16
"""Whether Frappe answers at /.well-known, adds its metadata to a 401 and registers OAuth clients."""

KEEPS_METAS = MAJOR >= 16
"""Whether Frappe keeps its metas in the process (`frappe.client_cache`)."""

FILTERS_ASK_FOR_LEVELS = MAJOR >= 16
"""Whether lists refuse filters and orders by fields on a permission level that the user can't read."""


def default_order() -> list[tuple[str, str]]:
	"""The order that the running version has an index for: [(fieldname, "asc" | "desc")].

	v15 indexes `modified`, v16 `creation`; the other one sorts the whole table.
	"""
	column = "creation" if MAJOR >= 16 else "modified"
	return [(column, "desc"), ("name", "desc")]


def aggregate(function: str, fieldname: str, alias: str) -> Any:
	"""An aggregate among the `fields` of `frappe.get_list`.

	:param function: count, sum, avg, min or max
	:param fieldname: checked before; on v15 it becomes part of the query's text. "*": rows are counted
	:param alias: an identifier, checked before
	"""
	if MAJOR >= 16:
		return {function.upper(): fieldname, "as": alias}
	# Without the table's name: v15 takes `min(tabX` for a table.
	return f"{function}({fieldname if fieldname == '*' else f'`{fieldname}`'}) as {alias}"


def qualified(doctype: str, fieldname: str) -> str:
	"""A column with its table, for queries that join: both versions read it in order_by and group_by."""
	return f"`tab{doctype}`.`{fieldname}`"


def dropped_from_lists(fields: Iterable[str]) -> list[str]:
	"""Fields that `frappe.get_list` may leave out without a word.

	v15 drops a field such as `last_seen` wherever the table has no column `_seen` (`DatabaseQuery.set_optional_columns`).
	"""
	if MAJOR >= 16:
		return []
	return [f for f in fields if any(optional in f for optional in optional_fields)]


def page(limit: int, offset: int = 0) -> dict[str, int]:
	"""The arguments of `frappe.get_list` for a page; v16 warns about v15's names, v15 does not know v16's."""
	if MAJOR >= 16:
		return {"limit": limit, "offset": offset}
	return {"limit_page_length": limit, "limit_start": offset}


def masked_fields(meta) -> dict[str, Any]:
	"""The DocFields of a DocType that Frappe masks for the session user: {fieldname: DocField}.

	v16 has the permission type *mask* (`frappe.model.meta.Meta.get_masked_fields`); v15 knows no masks.
	"""
	may_mask = meta.__dict__.get(MAY_MASK_ATTRIBUTE)
	if may_mask is None:
		may_mask = meta.__dict__[MAY_MASK_ATTRIBUTE] = any(df.get("mask") for df in meta.fields)
	if not may_mask:
		return {}
	return {df.fieldname: df for df in meta.get_masked_fields()}


def mask_value(field, value: Any) -> Any:
	"""A value as Frappe's own mask shows it. Only called for fields of `masked_fields`, so never on v15.

	:param field: whatever has Frappe's `fieldtype` and `options`
	"""
	from frappe.model.utils.mask import mask_field_value

	return mask_field_value(field, value)


def file_bytes(file) -> bytes:
	"""The content of a file as it is on the disk.

	v16 tries one encoding after the other and gives text even for what is none (windows-1250 reads nearly everything),
	but for an empty list of them; v15 gives text for what is UTF-8.

	:param file: Frappe's `File`
	"""
	content = file.get_content(encodings=()) if MAJOR >= 16 else file.get_content()
	return content.encode() if isinstance(content, str) else content


def pdf_generator(wanted: str | None) -> str | None:
	"""The generator to make a PDF with; None when there is none.

	Frappe finds out late: without wkhtmltopdf its library raises, without Chromium v16 downloads one within the request.

	:param wanted: what a Print Format names: taken if it is there, or if it is none of Frappe's own
	"""
	installed = ["wkhtmltopdf"] if shutil.which("wkhtmltopdf") else []
	if MAJOR >= 16 and _chromium_is_there():
		installed.append("chrome")
	if wanted in installed or (wanted and wanted not in ("wkhtmltopdf", "chrome")):
		return wanted
	return next(iter(installed), None)


def _chromium_is_there() -> bool:
	"""As `frappe.utils.print_utils.find_or_download_chromium_executable` looks for it."""
	from frappe.utils.print_utils import EXECUTABLE_PATHS

	named = frappe.get_common_site_config().get("chromium_path")
	if named and shutil.which(named):
		return True
	parts = EXECUTABLE_PATHS.get(platform.system().lower())
	return bool(parts) and os.path.exists(os.path.join(frappe.utils.get_bench_path(), "chromium", *parts))


def keeps_itself(key: bytes) -> bool:
	"""Whether Frappe has the value of a key of Redis in the process, and will not read it again (v16's `client_cache`)."""
	return MAJOR >= 16 and frappe.client_cache.healthy and key in frappe.client_cache.cache


ACTIVE_EVERY = 600
"""Seconds after which Frappe writes anew when a user was last active (`frappe.sessions.Session.update`)."""

_active: dict[tuple[str, str], float] = {}
"""By site and user: when this process has let it be written."""


def spare_last_active() -> None:
	"""Has Frappe write at most every ten minutes, and not at each request, that the current user was active.

	It keeps the time of its last writing in the session. Who comes with a key or a token has none that would last, so v16 takes
	each of his requests for the first: two updates, a commit, and the user's cached document is dropped. v15 doesn't.
	To be called when the request is through, by who has such a user.
	"""
	if MAJOR < 16 or frappe.session.user in ("", "Guest"):
		return
	key, moment = (frappe.local.site, frappe.session.user), time.monotonic()
	if moment - _active.get(key, -ACTIVE_EVERY) < ACTIVE_EVERY:
		frappe.session.data.last_updated = frappe.utils.now_datetime()
	else:
		_active[key] = moment


def client_cache_works() -> bool:
	"""Whether v16's cache within the process is in use; a restart of Redis ends it for as long as the process lives. Always so on v15."""
	return bool(getattr(getattr(frappe, "client_cache", None), "healthy", True))


def answer_bad_bodies(paths: Collection[str], answer: Callable[[Request, int], Response]) -> None:
	"""Has a body that Frappe can't read answered by us, at these paths.

	Frappe reads it before any hook. What it answers is ours to rewrite afterwards, but not on v15: it fails at answering who does
	not name JSON among what he takes (it makes a page, for which there is no session yet: a bare 500 past all hooks), and gives
	the page that werkzeug raises for a body over 25 MB to no hook.
	In place from the first request that a process gets at any path.

	:param answer: gets the request and the status that it would be answered with
	"""
	import frappe.app

	make_form_dict = frappe.app.make_form_dict
	if MAJOR >= 16 or hasattr(make_form_dict, "answers_bad_bodies"):
		return

	def wrapper(request: Request) -> None:
		try:
			make_form_dict(request)
		except HTTPException as e:
			if request.path not in paths or e.response is not None:
				raise
			raise HTTPException(response=answer(request, e.code or 400)) from None
		except Exception:
			if request.path not in paths:
				raise
			raise HTTPException(response=answer(request, 400)) from None

	wrapper.answers_bad_bodies = True
	frappe.app.make_form_dict = wrapper
