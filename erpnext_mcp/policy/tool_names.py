"""Names of the tools of one DocType (T41): `list_sales_invoice_documents`. Pure.

The part of a name that stands for the DocType, its slug, is stored when a profile is saved, and a DocType is found by
that. It is never read out of a tool's name: POS Invoice, BOM and "Customer-X" could not be.
"""

import hashlib
import re
from collections.abc import Container, Mapping

VERBS = ("list", "get", "search", "create", "update", "delete")
SEVERAL = frozenset({"list", "search"})
"""Verbs whose tools answer with several documents."""

LONGEST_NAME = 64
LONGEST_SLUG = LONGEST_NAME - len("search__documents")

RESERVED = frozenset({"generic"})
"""Slugs that would give the name of a tool that is there for all DocTypes; a test compares it with the registry."""

NOT_PLAIN = re.compile(r"[^a-z0-9]+")
TOOL_NAME = re.compile(rf"({'|'.join(VERBS)})_([a-z0-9_]+)_(documents?)", re.ASCII)
HASH_LENGTHS = (8, 16, 32)


def tool_name(verb: str, slug: str) -> str:
	"""The name of a tool: `get_customer_document`, `list_customer_documents`."""
	return f"{verb}_{slug}_{_noun(verb)}"


def parse(name: str) -> tuple[str, str] | None:
	"""(verb, slug) of a tool's name; None where it can't be a tool of one DocType."""
	match = TOOL_NAME.fullmatch(name)
	if match is None or len(name) > LONGEST_NAME or match[3] != _noun(match[1]):
		return None
	return match[1], match[2]


def assign(doctype: str, taken: Container[str]) -> str:
	"""A slug for a DocType that has none yet: as like its name as can be, of a-z, 0-9 and underscores.

	The same for the same DocType wherever nothing is taken. With a hash of the name where the name alone is taken, too
	long, reserved, or not all of it can be written so: "Kundenauftrag" is, "Größe" and "شركة" are not.

	:param taken: slugs of other DocTypes, never to be given again
	"""
	plain = NOT_PLAIN.sub("_", doctype.lower()).strip("_")
	is_whole = doctype.isascii() and 0 < len(plain) <= LONGEST_SLUG and plain not in RESERVED
	if is_whole and plain not in taken:
		return plain
	digest = hashlib.sha256(doctype.encode()).hexdigest()
	for length in HASH_LENGTHS:
		start = (plain or "doctype")[: LONGEST_SLUG - length - 1].rstrip("_")
		slug = f"{start}_{digest[:length]}"
		if slug not in taken:
			return slug
	raise ValueError(f"no slug is left for {doctype}")


def assign_all(doctypes: Mapping[str, bool], known: Mapping[str, str]) -> dict[str, str]:
	"""The slugs of the DocTypes of one profile, empty for those that need none.

	:param doctypes: whether each needs a slug, in the order of the profile
	:param known: slugs by DocType, of all profiles of the site; they never change
	"""
	taken = {slug: doctype for doctype, slug in sorted(known.items(), reverse=True)}
	slugs: dict[str, str] = {}
	for doctype, is_needed in doctypes.items():
		slug = known.get(doctype, "")
		# Two saves at the same moment could give a slug twice: then the first by name keeps it.
		if is_needed and (not slug or taken[slug] != doctype):
			slug = assign(doctype, taken)
		if slug:
			taken.setdefault(slug, doctype)
		slugs[doctype] = slug
	return slugs


def _noun(verb: str) -> str:
	return "documents" if verb in SEVERAL else "document"
