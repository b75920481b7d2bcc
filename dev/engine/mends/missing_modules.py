"""The wheel imports modules that it doesn't list as requirements, or doesn't hold, as soon as certain files load.

* `app.py` loads the mysqlclient backend whatever database is used; mysqlclient has no wheel.
* Four files of the Google integrations need the extra `google`; DocType sync imports two of them.
* `log_error()` needs `sentry_sdk` (the extra `telemetry`): no Error Log could be written.
* `after_install()` needs `frappe.tests.utils.generators`, which the wheel leaves out.
"""

from dev.engine.edit import Edit

_GOOGLE = "try:\n{}except ImportError:  # the extra `google` is not installed\n{}"


def _optional(path: str, *lines: str) -> Edit:
	"""Make the import lines of the Google client optional; the names they bind become None."""
	names = [line.split()[-1].split(".")[0] for line in lines]
	return Edit(
		path,
		"".join(f"{line}\n" for line in lines),
		_GOOGLE.format(
			"".join(f"\t{line}\n" for line in lines), "".join(f"\t{name} = None\n" for name in names)
		),
	)


EDITS = [
	Edit("app.py", "import frappe.database.mariadb.mysqlclient  # Load database related utils\n", ""),
	_optional("integrations/doctype/google_calendar/google_calendar.py", "import google.oauth2.credentials"),
	_optional(
		"integrations/doctype/google_calendar/google_calendar.py",
		"from googleapiclient.discovery import build",
		"from googleapiclient.errors import HttpError",
	),
	_optional(
		"integrations/doctype/google_contacts/google_contacts.py",
		"from googleapiclient.errors import HttpError",
	),
	_optional(
		"integrations/google_oauth.py",
		"from google.oauth2.credentials import Credentials",
		"from googleapiclient.discovery import build",
	),
	_optional(
		"website/doctype/website_settings/google_indexing.py", "from googleapiclient.errors import HttpError"
	),
	Edit("utils/error.py", "\tfrom frappe.utils.sentry import capture_exception\n", ""),
	Edit(
		"utils/error.py",
		'\t# Capture exception data if telemetry is enabled\n\tcapture_exception(message=f"{title}\\n{traceback}")\n',
		"",
	),
	Edit(
		"utils/install.py",
		"\t# clear test log\n\tfrom frappe.tests.utils.generators import _clear_test_log\n\n\t_clear_test_log()\n",
		"",
	),
]
