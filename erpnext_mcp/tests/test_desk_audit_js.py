"""The parts of the audit's form that need no browser, by node's own test runner; and that they know all reason codes."""

from pathlib import Path

from erpnext_mcp.audit.entry import NOT_AUTHENTICATED
from erpnext_mcp.tests import scripts


@scripts.needs_node
def test_audit_form(tmp_path: Path):
	scripts.passes("audit", tmp_path)


def test_every_reason_code_has_a_meaning():
	from erpnext_mcp import errors

	codes = {
		c.code
		for c in vars(errors).values()
		if isinstance(c, type) and isinstance(getattr(c, "code", 0), str)
	}
	words = (scripts.APP / "public/js/audit/words.js").read_text(encoding="utf-8")
	for code in codes - {""} | {NOT_AUTHENTICATED}:
		assert f"\t{code}: " in words, code
