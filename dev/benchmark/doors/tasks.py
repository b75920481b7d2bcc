"""What the program within the site can be asked to do, by name."""

from collections.abc import Callable
from typing import Any

from dev.benchmark.doors import floor, phases, scale, world


def destroy() -> None:
	"""Everything that any task has made."""
	scale.destroy()
	world.destroy()


def build() -> dict[str, Any]:
	"""The world, after what an earlier measurement may have left."""
	destroy()
	return world.build()


TASKS: dict[str, Callable[..., Any]] = {
	"about": world.about,
	"build": build,
	"destroy": destroy,
	"floor": floor.floor,
	"grow": scale.build,
	"phases": phases.phases,
}
