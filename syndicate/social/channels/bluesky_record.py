"""A Bluesky post as a record: its text, and what in it is a link, a tag or a mention. Pure.

Positions are counted in bytes of UTF-8 (https://docs.bsky.app/docs/advanced-guides/post-richtext).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from syndicate.social.channels.bluesky_text import MENTION, TAG, Found, detect
from syndicate.social.channels.message import Image, Message, Part

COLLECTION = "app.bsky.feed.post"
# As the app itself shortens what it shows of a link.
_PATH_SHOWN = 13


def record(
    parts: list[Part], message: Message, known: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The record of a post: its text, and by byte offsets what in it is a link, a tag, a mention.

    *known*: handle → identity.
    """
    made: dict[str, Any] = {
        "$type": COLLECTION,
        "text": "".join(part.shown for part in parts),
        "facets": _facets(parts, known or {}),
        "createdAt": _moment(message.first_try),
    }
    if message.language:
        made["langs"] = [message.language]
    return made


def gallery(brought: list[tuple[Any, Image]]) -> dict[str, Any]:
    """The embed for uploaded pictures."""
    images = [
        {
            "image": blob,
            "alt": image.alt,
            "aspectRatio": {"width": image.width, "height": image.height},
        }
        for blob, image in brought
    ]
    return {"$type": "app.bsky.embed.images", "images": images}


def shorten(url: str) -> str:
    """What is shown of a link: ``example.org/articles/a…``."""
    try:
        address = urlsplit(url)
    except ValueError:  # “https://[a”
        return url
    path = url.partition(address.netloc)[2].removesuffix("/")
    return address.netloc + (path[:_PATH_SHOWN] + "…" if len(path) > _PATH_SHOWN + 2 else path)


def _facets(parts: list[Part], known: Mapping[str, str]) -> list[dict[str, Any]]:
    found, at = [], 0
    for part in parts:
        if part.href:
            found.append(_facet(at, part.shown, _feature("link", uri=part.href)))
        else:
            found += [
                _facet(
                    at + len(part.shown[: one.begin].encode()), part.shown[one.begin : one.end], it
                )
                for one in detect(part.shown)
                if (it := _mark(one, known))
            ]
        at += len(part.shown.encode())
    return found


def _mark(one: Found, known: Mapping[str, str]) -> dict[str, str] | None:
    if one.kind == MENTION:
        return _feature("mention", did=known[one.value]) if one.value in known else None
    return _feature("tag", tag=one.value) if one.kind == TAG else None


def _feature(name: str, **values: str) -> dict[str, str]:
    return {"$type": f"app.bsky.richtext.facet#{name}", **values}


def _facet(at: int, shown: str, feature: dict[str, str]) -> dict[str, Any]:
    index = {"byteStart": at, "byteEnd": at + len(shown.encode())}
    return {"index": index, "features": [feature]}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
