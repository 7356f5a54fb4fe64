"""A Bluesky post as a record: its text, and what in it is a link, a tag or a mention. Pure.

Positions are counted in bytes of UTF-8 (https://docs.bsky.app/docs/advanced-guides/post-richtext).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import regex

from syndicate.lib.text import graphemes
from syndicate.social.channels.message import Image, Message, Part

COLLECTION = "app.bsky.feed.post"
# As the app itself shortens what it shows of a link.
_PATH_SHOWN = 13
# What is longer is no tag there.
_TAG, _TAG_BYTES = 64, 640
_HASHTAG = regex.compile(r"(?<![\w#])#(\w*[^\W\d_]\w*)")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MENTION = regex.compile(
    rf"(?<![\w.@/-])@((?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?)(?![\w@-])",
    regex.IGNORECASE,
)


def record(parts: list[Part], message: Message, known: Mapping[str, str] = {}) -> dict[str, Any]:
    """The record of *message*, shown as *parts*; *known* are the lasting names of handles."""
    made: dict[str, Any] = {
        "$type": COLLECTION,
        "text": "".join(part.shown for part in parts),
        "facets": _facets(parts, known),
        "createdAt": _moment(message.first_try),
    }
    if message.language:
        made["langs"] = [message.language]
    return made


def handles(parts: list[Part]) -> list[str]:
    """Whom the post mentions: ``review.example.org``, each once."""
    shown = [part.shown for part in parts if not part.href]
    found = [one.group(1).lower() for text in shown for one in _MENTION.finditer(text)]
    return list(dict.fromkeys(found))


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
    address = urlsplit(url)
    path = url.partition(address.netloc)[2].removesuffix("/")
    return address.netloc + (path[:_PATH_SHOWN] + "…" if len(path) > _PATH_SHOWN + 2 else path)


def _facets(parts: list[Part], known: Mapping[str, str]) -> list[dict[str, Any]]:
    found, at = [], 0
    for part in parts:
        if part.href:
            link = {"$type": "app.bsky.richtext.facet#link", "uri": part.href}
            found.append(_facet(at, part.shown, link))
        else:
            found += [
                _facet(at + len(part.shown[: one.start()].encode()), one.group(), feature)
                for one, feature in _features(part.shown, known)
            ]
        at += len(part.shown.encode())
    return found


def _features(text: str, known: Mapping[str, str]) -> Iterator[tuple[Any, dict[str, str]]]:
    for tag in _HASHTAG.finditer(text):
        if len(graphemes(tag[1])) <= _TAG and len(tag[1].encode()) <= _TAG_BYTES:
            yield tag, {"$type": "app.bsky.richtext.facet#tag", "tag": tag[1]}
    for mention in _MENTION.finditer(text):
        if did := known.get(mention[1].lower()):
            yield mention, {"$type": "app.bsky.richtext.facet#mention", "did": did}


def _facet(at: int, shown: str, feature: dict[str, str]) -> dict[str, Any]:
    index = {"byteStart": at, "byteEnd": at + len(shown.encode())}
    return {"index": index, "features": [feature]}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
