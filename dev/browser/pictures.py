"""PNG files for the docs: 256 colours, which the desk's few are well within, and as small as they get."""

import io
from pathlib import Path

from PIL import Image

LARGEST = 120 * 1024
"""Bytes that a picture in the docs may have."""


def save(screenshot: bytes, file: Path) -> int:
	"""Write a screenshot as a palette PNG; how many bytes it has."""
	picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
	for colours in (256, 128, 64):
		small = io.BytesIO()
		picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
			small, "PNG", optimize=True
		)
		if small.tell() <= LARGEST:
			break
	file.parent.mkdir(parents=True, exist_ok=True)
	file.write_bytes(small.getvalue())
	return small.tell()
