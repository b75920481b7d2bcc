"""Turn the pinned monoframe wheel back into the package `frappe` under build/engine.

monoframe 0.0.1 is a fork of Frappe v16 (MIT) under another name. A renamed copy beats an import alias: Jinja templates and the
desk's JavaScript say `frappe` too. The copy is made anew when the wheel, this file or a source mend changes (see `stamp()`).
Only the standard library is used here, for dev/bootstrap.py runs it before anything is installed.
"""

import hashlib
import re
import shutil
import zipfile
from collections import defaultdict
from pathlib import Path, PurePosixPath

from dev.engine.edit import Edit
from dev.engine.mends import source_edits

NAME, VERSION = "monoframe", "0.0.1"
FILENAME = f"{NAME}-{VERSION}-py3-none-any.whl"
SHA256 = "192e1430290ba868e515186a1e21bbdc7190a66fffbfaf35d5296bfca83a70ca"

_NAMES = {"monoframe": "frappe", "Monoframe": "Frappe", "MonoFrame": "Frappe", "MONOFRAME": "FRAPPE"}
_PATTERN = re.compile("|".join(_NAMES))
_BINARY = {
	".db",
	".png",
	".jpg",
	".jpeg",
	".gif",
	".ico",
	".woff",
	".woff2",
	".ttf",
	".eot",
	".otf",
	".mp3",
	".gz",
}


def renamed(text: str) -> str:
	"""The fork's names changed back to Frappe's."""
	return _PATTERN.sub(lambda match: _NAMES[match.group()], text)


def sha256(path: Path) -> str:
	with open(path, "rb") as file:
		return hashlib.file_digest(file, "sha256").hexdigest()


def stamp() -> str:
	"""What the copy depends on, as one hash."""
	digest = hashlib.sha256(SHA256.encode())
	digest.update(Path(__file__).read_bytes())
	digest.update(repr(source_edits()).encode())
	return digest.hexdigest()


def write_copy(wheel: Path, destination: Path) -> None:
	"""Write `<destination>/frappe` from the wheel, renamed and mended, replacing what was there."""
	edits: dict[str, list[Edit]] = defaultdict(list)
	for edit in source_edits():
		edits[edit.path].append(edit)

	package = destination / ".new"
	shutil.rmtree(package, ignore_errors=True)
	with zipfile.ZipFile(wheel) as archive:
		for member in archive.namelist():
			parts = PurePosixPath(member).parts
			if parts[0] != NAME or member.endswith("/"):
				continue
			path = renamed("/".join(parts[1:]))
			content = archive.read(member)
			if PurePosixPath(path).suffix.lower() not in _BINARY:
				content = _mended(content, edits.pop(path, []))
			target = package / path
			target.parent.mkdir(parents=True, exist_ok=True)
			target.write_bytes(content)
	if edits:
		raise FileNotFoundError(f"mends for files that the wheel doesn't hold: {', '.join(edits)}")
	shutil.rmtree(destination / "frappe", ignore_errors=True)
	package.rename(destination / "frappe")


def _mended(content: bytes, edits: list[Edit]) -> bytes:
	try:
		text = renamed(content.decode())
	except UnicodeDecodeError:  # a binary file of an unknown kind
		return content
	for edit in edits:
		text = edit.apply(text)
	return text.encode()
