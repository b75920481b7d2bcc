"""The chart of what was found."""

from dev.benchmark.doors import calls, goals
from dev.benchmark.doors.chart import Bar, Group, svg
from dev.benchmark.doors.doors import REST, SITE, UVICORN
from dev.benchmark.doors.findings import Findings
from dev.benchmark.doors.measure import figures, p50, ratio, throughput

DOORS = (REST, SITE, UVICORN)


def draw(found: Findings) -> str:
	"""p50 at one client and calls per second at eight, as parts of REST's; red lines are the goals."""
	of_key = figures(found.samples)
	groups = []
	for clients, value, limits, what in (
		(1, p50, goals.P50, "p50, 1 client"),
		(8, throughput, goals.THROUGHPUT, "calls/s, 8 clients"),
	):
		for work in (calls.LIST, calls.GET, calls.COUNT):
			base = (work, REST, clients)
			if base not in of_key:
				continue
			bars = []
			for door in DOORS:
				key = (work, door, clients)
				part = ratio(found.samples.blocks, key, base, value).median
				f = of_key[key]
				shown = f"{f.p50:.1f} ms" if value is p50 else f"{f.per_second:.0f}/s"
				goal = limits.get(door) if work != calls.COUNT else None
				bars.append(Bar(door, part, f"{part:.2f}  ({shown})", goal))
			groups.append(Group(f"{work}: {what}", bars))
	versions = ", ".join(
		f"{app} {version}" for app, version in found.about.items() if app in ("frappe", "erpnext")
	)
	subtitle = f"Of Frappe's own REST doing the same work in the same run ({versions}). Red: the goal."
	return svg("MCP doors against Frappe REST", subtitle, groups)
