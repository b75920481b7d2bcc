"""Leaves a mark, so that a test sees how often it ran."""

from engine_probe.events import count


def execute() -> None:
	count("patch")
