"""How large a picture may be, and of which form. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

from syndicate.social.channels.message import Media


class Size(NamedTuple):
    """In pixels."""

    width: int
    height: int

    @property
    def longer(self) -> int:
        """The longer side."""
        return max(self)


def takes(media: Media, size: Size) -> bool:
    """Whether *media* takes a picture of this size and form."""
    side = not media.side or max(size) <= media.side
    pixels = not media.pixels or size.width * size.height <= media.pixels
    ratio = not media.ratio or max(size) <= min(size) * media.ratio
    return side and pixels and ratio


def padded(size: Size, ratio: float) -> Size:
    """The frame around a picture that is too long or too tall for *ratio*; 0: any will do.

    It is not cut: a chart's legend or a face may stand at the edge, and nobody looks before it
    goes out.
    """
    if not ratio or max(size) <= min(size) * ratio:
        return size
    least = math.ceil(max(size) / ratio)
    return Size(max(size.width, least), max(size.height, least))


def largest(size: Size, media: Media) -> Size:
    """*size*, scaled down as far as *media* asks for; never up."""
    scale = 1.0
    if media.side:
        scale = min(scale, media.side / max(size))
    if media.pixels:
        scale = min(scale, math.sqrt(media.pixels / (size.width * size.height)))
    return scaled(size, max(1, math.floor(max(size) * scale)), media)


def scaled(size: Size, longer: int, media: Media) -> Size:
    """*size* with a longer side of so many pixels, still of a form that *media* takes."""
    width, height = (max(1, side * longer // max(size)) for side in size)
    if media.ratio:
        most = math.floor(min(width, height) * media.ratio)
        width, height = min(width, most), min(height, most)
    return Size(width, height)
