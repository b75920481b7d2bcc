"""Background jobs run on the site they were queued for: the wheel ignores the job's `site` and has only one.

Without `CI` in the environment: there `execute_job()` turns on test mode, which a worker of ours is never in.
"""

from typing import Any

from dev.engine.edit import Edit
from dev.engine.mends import sites
from dev.engine.rebind import rebind

EDITS = [
	Edit(
		"utils/background_jobs.py",
		'\t\tif os.environ.get("CI"):\n'
		"\t\t\tfrom frappe.tests.utils import toggle_test_mode\n\n"
		"\t\t\ttoggle_test_mode(True)\n\n",
		"",
	)
]


def apply() -> None:
	from frappe.utils import background_jobs

	plain_execute_job = background_jobs.execute_job

	def execute_job(site: str, *args: Any, is_async: bool = True, **kwargs: Any) -> Any:
		if is_async:
			sites.use(site, sites.current()[1])
		return plain_execute_job(site, *args, is_async=is_async, **kwargs)

	rebind("frappe.utils.background_jobs", execute_job)
