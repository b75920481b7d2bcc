"""The profiles that come with the app, files of our own format that name nobody."""

from importlib import resources

from erpnext_mcp.policy.message import Message, _

PACKAGE = "erpnext_mcp.presets"


def preset_names() -> list[str]:
	"""The names by which presets are imported, sorted."""
	files = resources.files(PACKAGE).iterdir()
	return sorted(f.name.removesuffix(".json") for f in files if f.name.endswith(".json"))


def preset_text(name: str) -> str:
	"""The text of a preset's file.

	:raises ValueError: there is no such preset; names those there are
	"""
	names = preset_names()
	if name not in names:
		raise ValueError(Message(_("there is no preset {0}; there are {1}"), name, ", ".join(names)))
	return resources.files(PACKAGE).joinpath(f"{name}.json").read_text(encoding="utf-8")
