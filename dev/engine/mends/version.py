"""The fork calls itself 0.0.1; apps ask `frappe.__version__` which Frappe they run on, and it is v16's code."""

from dev.engine.edit import Edit

EDITS = [Edit("__init__.py", '__version__ = "0.0.1"', '__version__ = "16.0.0-dev"')]
