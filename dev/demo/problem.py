"""What goes wrong outside of the code, said in one line each."""

import errno
import sqlite3

NO_SPACE = "No space left on the disk. Free some, then start again: it goes on from where it was."


class Problem(Exception):
	"""Something the user has to know or do, in one line."""


def said_in_one_line(error: BaseException) -> str | None:
	"""The line for an error that no code of ours is to blame for; None for a fault that deserves its traceback."""
	if isinstance(error, Problem):
		return str(error)
	if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
		return NO_SPACE
	if isinstance(error, sqlite3.OperationalError) and "disk is full" in str(error):
		return NO_SPACE
	if isinstance(error, PermissionError | OSError) and error.errno in (errno.EACCES, errno.EROFS):
		return f"Can't write: {error}"
	return None
