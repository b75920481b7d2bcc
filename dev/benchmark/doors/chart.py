"""The chart: for each piece of work and door its p50 and calls per second as parts of REST's. SVG by hand. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 250, 130, 18, 6, 64
GROUP_GAP = 18
COLOURS = {"Frappe REST": "#8a8f98", "site door": "#2f6fde", "uvicorn door": "#1f9d6b"}
OTHER = "#b9a44c"


@dataclass(frozen=True)
class Bar:
	"""One bar: what it is of, how long, what stands at its end, and where the goal lies."""

	door: str
	value: float
	label: str
	goal: float | None = None


@dataclass(frozen=True)
class Group:
	"""Bars that are compared with each other."""

	title: str
	bars: Sequence[Bar]


def svg(title: str, subtitle: str, groups: Sequence[Group]) -> str:
	"""The chart as a document of its own; it looks the same on light and dark pages."""
	longest = max((bar.value for group in groups for bar in group.bars), default=1.0)
	longest = max(longest, *(bar.goal or 0 for group in groups for bar in group.bars))
	scale = (WIDTH - LEFT - RIGHT) / longest
	y, parts = TOP, []
	for group in groups:
		height = len(group.bars) * (BAR + GAP)
		parts.append(_text(16, y + height / 2 + 2, group.title, weight="600"))
		for bar in group.bars:
			width = max(1.0, bar.value * scale)
			colour = COLOURS.get(bar.door, OTHER)
			parts.append(_text(LEFT - 8, y + BAR - 5, bar.door, anchor="end", size=11))
			parts.append(
				f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
			)
			at = LEFT + width
			if bar.goal is not None:
				x = LEFT + bar.goal * scale
				at = max(at, x)
				parts.append(
					f'<line x1="{x:.1f}" y1="{y - 2}" x2="{x:.1f}" y2="{y + BAR + 2}" stroke="#c0392b" stroke-width="2"/>'
				)
			parts.append(_text(at + 6, y + BAR - 5, bar.label, size=11))
			y += BAR + GAP
		y += GROUP_GAP
	height = y + 8
	head = [
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
		'font-family="system-ui, sans-serif" role="img">',
		f"<title>{escape(title)}</title>",
		f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
		_text(16, 26, title, size=16, weight="600"),
		_text(16, 46, subtitle, size=11, colour="#555555"),
	]
	return "\n".join([*head, *parts, "</svg>", ""])


def _text(
	x: float,
	y: float,
	text: str,
	size: int = 13,
	anchor: str = "start",
	weight: str = "400",
	colour: str = "#222222",
) -> str:
	return (
		f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
		f'fill="{colour}">{escape(text)}</text>'
	)
