"""A title on the publication's colour, with its name: what stands where an article has no picture.

::

    ┌──────────────────────────┐
    │ A new pier, and ferries  │   as large as it fits, in lines of about the same length
    │ from May on              │
    │ ──                       │
    │ The Harbour Review       │   scripts that run from right to left stand on the right
    └──────────────────────────┘
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from syndicate.lib.colour import contrast, mix
from syndicate.lib.text import clip
from syndicate.social.raster.fonts import Font
from syndicate.social.raster.lines import lines, pieces

# Of a picture 630 pixels high.
_SIZES = (96, 88, 80, 74, 68, 62, 56, 50, 45)
_NAME = 34
_MARGIN = 84
_LEADING = 1.18
_BAR = (72, 8)
_INK, _PAPER = "#14181d", "#ffffff"


@dataclass(frozen=True)
class Look:
    """Colours, ``#rrggbb``."""

    ground: str
    deep: str  # where the ground ends
    text: str
    quiet: str  # the bar and the name


@dataclass(frozen=True)
class _Set:
    """A title, set."""

    font: ImageFont.FreeTypeFont
    lines: list[str]
    leading: float


def look(accent: str) -> Look:
    """Light text on a dark accent, dark text on a light one."""
    light = contrast(_PAPER, accent) >= contrast(_INK, accent) or contrast(_PAPER, accent) >= 3.5
    text = _PAPER if light else _INK
    deep = mix(accent, "#000000" if light else "#ffffff", 0.34)
    return Look(accent, deep, text, mix(text, accent, 0.18))


def card(
    title: str, name: str, accent: str, size: tuple[int, int], fonts: tuple[Font, Font | None]
) -> bytes:
    """A PNG; *fonts* are the title's and the name's (None: it is left out)."""
    scale = min(size[0] / 1200, size[1] / 630)
    colours = look(accent)
    mirrored = _from_right(title)
    ground = _ground(size, colours)
    picture = ImageOps.mirror(ground) if mirrored else ground
    draw = ImageDraw.Draw(picture)
    margin = round(_MARGIN * scale)
    title_font, name_font = fonts
    foot = round((_NAME * 1.3 + 56) * scale) if name_font else 0
    room = (size[0] - 2 * margin, size[1] - 2 * margin - foot)
    made = _set(title, title_font, room, scale)
    _write(draw, made, (margin, margin - round(8 * scale)), room[0], colours.text, mirrored)
    if name_font:
        _sign(draw, name, name_font, size, scale, colours, mirrored)
    into = io.BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


def _set(title: str, font: Font, room: tuple[int, int], scale: float) -> _Set:
    """As large as it fits with all words whole; at the smallest size long ones are torn, and what
    does not fit ends in an ellipsis."""
    for points in _SIZES:
        made = _at(title, font, round(points * scale), room[0])
        whole = all(made.font.getlength(one.rstrip()) <= room[0] for one in pieces(title))
        if whole and _fits(made, room):
            return made
    least = round(_SIZES[-1] * scale)
    short = clip(title, lambda text: _fits(_at(text, font, least, room[0]), room))
    return _at(short, font, least, room[0])


def _at(title: str, font: Font, points: int, width: int) -> _Set:
    loaded = font.at(points)
    return _Set(loaded, lines(title, width, cache(loaded.getlength)), points * _LEADING)


def _fits(made: _Set, room: tuple[int, int]) -> bool:
    high = len(made.lines) * made.leading <= room[1]
    return high and all(made.font.getlength(line) <= room[0] for line in made.lines)


def _write(
    draw: ImageDraw.ImageDraw, made: _Set, at: tuple[int, int], width: int, fill: str,
    mirrored: bool,
) -> None:  # fmt: skip
    x = at[0] + width if mirrored else at[0]
    ascent, _ = made.font.getmetrics()
    for number, line in enumerate(made.lines):
        base = at[1] + number * made.leading + min(ascent, made.leading)
        draw.text((x, base), line, fill=fill, font=made.font, anchor="rs" if mirrored else "ls")


def _sign(
    draw: ImageDraw.ImageDraw, name: str, font: Font, size: tuple[int, int], scale: float,
    colours: Look, mirrored: bool,
) -> None:  # fmt: skip
    """The name at the foot, below a short bar."""
    margin = round(_MARGIN * scale)
    loaded = font.at(round(_NAME * scale))
    shown = clip(name, lambda text: loaded.getlength(text) <= size[0] - 2 * margin)
    base = size[1] - margin
    x = size[0] - margin if mirrored else margin
    draw.text((x, base), shown, fill=colours.quiet, font=loaded, anchor="rs" if mirrored else "ls")
    bar_width, bar_height = (round(side * scale) for side in _BAR)
    top = base - round(_NAME * 1.75 * scale) - bar_height
    left = x - bar_width if mirrored else x
    draw.rectangle((left, top, left + bar_width - 1, top + bar_height - 1), fill=colours.text)


def _ground(size: tuple[int, int], colours: Look) -> Image.Image:
    """The accent, deeper towards one corner, with two rings of light that nobody notices."""
    steps = bytes(round(255 * (x / 23 + y / 12) / 2) for y in range(13) for x in range(24))
    slope = Image.frombytes("L", (24, 13), steps).resize(size, Image.Resampling.BICUBIC)
    picture = Image.composite(
        Image.new("RGB", size, colours.deep), Image.new("RGB", size, colours.ground), slope
    )
    # Drawn at twice the size and made smaller, so that their edges are smooth.
    rings = Image.new("L", (size[0] * 2, size[1] * 2))
    pen = ImageDraw.Draw(rings)
    middle = (size[0] * 2 * 0.93, size[1] * 2 * 0.94)
    for radius, strength in ((0.62, 15), (0.40, 17)):
        reach = size[1] * 2 * radius
        pen.ellipse(
            (middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach),
            outline=strength, width=round(size[1] * 2 * 0.085),
        )  # fmt: skip
    light = Image.new("RGB", size, colours.text)
    return Image.composite(light, picture, rings.resize(size, Image.Resampling.LANCZOS))


def _from_right(text: str) -> bool:
    """Whether its first letter that has a direction runs from right to left."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return False
