"""What the program within the site can be asked to do, by name."""

from collections.abc import Callable
from typing import Any

from dev.benchmark.doors import floor, world

TASKS: dict[str, Callable[..., Any]] = {
	"about": world.about,
	"build": world.build,
	"destroy": world.destroy,
	"floor": floor.floor,
}
