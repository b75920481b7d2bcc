"""How commands say how far they are: on the error stream, so that what they print stays clean."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], object]]:
	"""A bar; the function it gives is told how much more is done."""
	with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:
		yield bar.update
