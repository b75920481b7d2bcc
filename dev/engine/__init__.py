"""The embedded Frappe for `make demo` and `make test`: the only place that knows where it comes from.

`activate()` makes `import frappe` work in this process, and the apps `erpnext_mcp` and `demo_erp` importable. Everything
outside this folder says `import frappe` only. What it is, and what it is not: docs/decisions.md.
"""

import sys
import warnings

from dev.engine import paths

_active = False


class EngineMissing(RuntimeError):
	"""The copy of the engine hasn't been made yet."""


def activate() -> None:
	"""Make `import frappe` work: paths, environment, mends. Calling it again does nothing."""
	global _active
	if _active:
		return
	if not (paths.ENGINE / "frappe").is_dir():
		raise EngineMissing(f"{paths.ENGINE} is missing: run `make setup` first")
	for path in (paths.DEV, paths.ROOT, paths.ENGINE):
		if str(path) not in sys.path:
			sys.path.insert(0, str(path))
	warnings.simplefilter("ignore", SyntaxWarning)

	from dev.engine import mends

	mends.before_import()
	import frappe

	if not (frappe.__file__ or "").startswith(str(paths.ENGINE)):
		raise RuntimeError(f"another `frappe` is in the way: {frappe.__file__}")
	mends.apply_all()
	_active = True
