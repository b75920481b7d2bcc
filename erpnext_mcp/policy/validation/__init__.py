"""What is wrong with a permission profile, and where: decided on values, before it is saved (DESIGN §4).

Everything but `site` and `show` is pure. `errors` are what keeps a profile from being saved, `warnings` what its
administrator should know.
"""

from erpnext_mcp.policy.validation import applies, condition_rows, copies, doctype_rows, field_rows, limits
from erpnext_mcp.policy.validation.draft import Draft
from erpnext_mcp.policy.validation.finding import Finding


def errors(draft: Draft) -> list[Finding]:
	"""Everything that is wrong with a profile, in the order of its form."""
	return [
		*applies.findings(draft),
		*limits.findings(draft),
		*doctype_rows.findings(draft),
		*field_rows.findings(draft),
		*condition_rows.findings(draft),
	]


def warnings(draft: Draft) -> list[Finding]:
	"""What may be meant, but is worth a look. Only for a profile without errors."""
	return copies.findings(draft)
