"""A picture of a site, made to fit what a platform takes.

::

    load(url, media) ─→ fetched, capped ─→ fit(data, media)
        it fits as it is ─→ bare of what it tells
        it does not      ─→ upright, in the web's colours, smaller only as far as it must be

What cameras and programs wrote into a picture (where, when, by whom) never goes along.
"""

from __future__ import annotations

from syndicate.lib import http
from syndicate.lib.errors import BadInput
from syndicate.lib.text import clip, one_line
from syndicate.social.channels.message import Image, Media

# No site's lead picture is larger; what is has been put there by mistake.
MOST_BYTES = 25_000_000


def load(url: str, media: Media, alt: str = "") -> Image:
    """The picture at *url*, so that *media* takes it. Raises BadInput, naming the address."""
    page = http.fetch(url, headers={"Accept": "image/*"}, max_bytes=MOST_BYTES)
    try:
        return fit(page.body, media, alt, url)
    except BadInput as error:
        raise BadInput(f"{url}: {error.message}", error.hint) from error


def fit(data: bytes, media: Media, alt: str = "", url: str = "") -> Image:
    """*data*, so that *media* takes it. Raises BadInput where it is no picture, or cannot fit."""
    from syndicate.social.raster.fit import fitted

    said = one_line(alt)
    words = clip(said, lambda text: len(text) <= media.alt) if media.alt else said
    made = fitted(data, media)
    return Image(made.data, made.kind, made.width, made.height, words, url)
