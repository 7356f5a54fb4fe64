"""A picture for an article that has none: its title, the publication's name and colour."""

from __future__ import annotations

import regex

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.text import one_line

SIZE = (1200, 630)
# The fonts of headlines have none of these, and a title is understood without.
_EMOJI = regex.compile(
    r"(?xV1) \p{RI}\p{RI} | [0-9\#*]\uFE0F?\u20E3 |"
    r"[\p{Extended_Pictographic}--[©®™]](?:\uFE0F|\p{EMod}|\u200D|[\U000E0020-\U000E007F])*"
)


def draw(title: str, publication: str, accent: str, size: tuple[int, int] = SIZE) -> bytes:
    """A PNG of *size*; *accent* is ``#rrggbb``. Raises BadInput where no font has the letters."""
    from syndicate.social.raster.card import card
    from syndicate.social.raster.fonts import font

    said, name = one_line(_EMOJI.sub("", title)), one_line(_EMOJI.sub("", publication))
    chosen = site().social.font
    found = font(said, chosen) if said else None
    if found is None:
        raise BadInput(
            f"No font here has all letters of “{title[:80]}”, so no picture can be drawn.",
            "Name one that has them in social.font, or install one.",
        )
    return card(said, name, accent, size, (found, font(name, chosen) if name else None))
