"""Files that are named on a command line."""

import os
from pathlib import Path


def named(path: str) -> Path:
	"""A file as whoever typed its name meant it.

	`bench` goes to the sites folder before a command runs; a relative path is meant from where he was.
	"""
	here = Path.cwd()
	if (here / "apps.txt").exists() and os.environ.get("PWD"):
		here = Path(os.environ["PWD"])
	return here / path
