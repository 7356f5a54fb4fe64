"""The picture a feed gives an entry: Media RSS, an enclosure, iTunes, a thumbnail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicate.lib.html import Image
from syndicate.sources.readers.text import picture, plain, whole

_AVATAR = re.compile(r"gravatar\.com/avatar|/avatars?/|blogger_logo|feedburner", re.IGNORECASE)
_PICTURE = re.compile(r"\.(jpe?g|png|gif|webp|avif)(\?|$)", re.IGNORECASE)


def image(given: Any, base: str) -> Image:
    """The first of an entry's pictures that is no portrait, with what stands under it."""
    found = (picture(whole(each), base) for each in _offered(given))
    url = next((each for each in found if each and not _AVATAR.search(each)), "")
    return Image(url, caption=_caption(given)) if url else Image("")


def captions(given: Any) -> list[str]:
    """media:description, which feedparser takes for the content of an entry."""
    if not given.get("media_content"):
        return []
    texts = [each for each in given.get("content", []) if each.get("type") == "text/plain"]
    return [whole(each.get("value")) for each in texts]


def _offered(given: Any) -> Iterator[object]:
    # Of one picture in several sizes, the largest; others stay in their order.
    for each in sorted(given.get("media_content", []), key=_width, reverse=True):
        kind, url = whole(each.get("type")), whole(each.get("url"))
        if each.get("medium") == "image" or kind.startswith("image/") or _PICTURE.search(url):
            yield url
    for link in given.get("links", []):
        if link.get("rel") == "enclosure" and whole(link.get("type")).startswith("image/"):
            yield link.get("href")
    yield (given.get("image") or {}).get("href")
    for each in given.get("media_thumbnail", []):
        yield each.get("url")


def _width(content: Any) -> int:
    given = whole(content.get("width"))
    return int(given[:6]) if given.isdecimal() else 0


def _caption(given: Any) -> str:
    """What Media RSS says of the picture, and who took it."""
    text = next(filter(None, (plain(each) for each in captions(given))), "")
    credits = (plain(whole(each.get("content"))) for each in given.get("media_credit", []))
    credit = next(filter(None, credits), "")
    if not credit or credit in text:
        return text
    return f"{text} ({credit})" if text else credit
