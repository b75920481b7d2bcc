"""What an import has to say about a file: each thing by its path, and whether it keeps the profile from being enabled."""

from dataclasses import dataclass, field

UNRESOLVED = "unresolved"
"""Left out although it may narrow what is open: the profile stays disabled until somebody has seen to it."""
CHANGED = "changed"
"""Taken over in another form."""
CHECK = "check"
"""Taken over as it stands, but worth a look."""
IGNORED = "ignored"
"""Not a matter of profiles, and nothing else of this app takes it over."""


@dataclass(frozen=True)
class Note:
	"""`path` is the place in the file, as keys with dots; `message` never repeats a value that may be a secret."""

	kind: str
	path: str
	message: str

	def __str__(self) -> str:
		return f"{self.path}: {self.message}"


@dataclass
class Notes:
	"""The notes of one import, in the order of the file."""

	found: list[Note] = field(default_factory=list)

	def unresolved(self, path: str, message: str) -> None:
		self._add(Note(UNRESOLVED, path, message))

	def changed(self, path: str, message: str) -> None:
		self._add(Note(CHANGED, path, message))

	def ignored(self, path: str, message: str) -> None:
		self._add(Note(IGNORED, path, message))

	def check(self, path: str, message: str) -> None:
		self._add(Note(CHECK, path, message))

	def _add(self, note: Note) -> None:
		if note not in self.found:
			self.found.append(note)

	def of(self, kind: str) -> list[Note]:
		return [note for note in self.found if note.kind == kind]

	@property
	def blocks(self) -> bool:
		"""Whether the profile must not be enabled as it is."""
		return bool(self.of(UNRESOLVED))


def child(path: str, key: object) -> str:
	"""The path of a key of an object, or of a place in an array."""
	if isinstance(key, int):
		return f"{path}[{key}]"
	return f"{path}.{key}" if path else str(key)
