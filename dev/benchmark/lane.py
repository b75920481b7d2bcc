"""The site that is measured on, and the table that comes of it."""

import json
import os
import platform
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dev.benchmark.rounds import Figure
from dev.engine import paths, services, sites


@contextmanager
def connected(db: str = "") -> Iterator[str]:
	"""A fresh site, this thread connected to it; gives the lane's name.

	:param db: "sqlite" or "mariadb"; else the lane that ENGINE_DB names
	"""
	db = db or os.environ.get("ENGINE_DB", "sqlite")
	assert db in ("sqlite", "mariadb")
	with ExitStack() as stack:
		if db == "mariadb":
			stack.enter_context(services.running())
		bench = Path(stack.enter_context(tempfile.TemporaryDirectory()))
		sites.copy_template(sites.template(db), bench)
		stack.enter_context(sites.connected(bench, sites.SITE))
		yield db


def table(figures: Mapping[str, Figure], base: str) -> str:
	"""The figures as a Markdown table, each also as a part of one of them."""
	lines = [f"| what | µs per call (rounds) | of {base} |", "|---|---|---|"]
	for name, figure in figures.items():
		spread = f"{figure.median:,.0f} ({figure.least:,.0f} to {figure.most:,.0f})"
		lines.append(f"| {name} | {spread} | {figure.median / figures[base].median:.2f} |")
	return "\n".join(lines)


def report(name: str, db: str, rounds: int, figures: Mapping[str, Figure], base: str, **more: Any) -> None:
	"""Prints the table and writes build/benchmark/NAME-DATABASE.json."""
	on = f"{db}, Python {platform.python_version()}, {os.cpu_count()} cores, {rounds} rounds"
	print(f"On {on}:\n\n{table(figures, base)}")
	write(f"{name}-{db}", {"on": on, **more, "microseconds": {n: asdict(f) for n, f in figures.items()}})


def write(name: str, result: Mapping[str, Any]) -> None:
	"""Writes build/benchmark/NAME.json."""
	folder = paths.BUILD / "benchmark"
	folder.mkdir(parents=True, exist_ok=True)
	(folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
