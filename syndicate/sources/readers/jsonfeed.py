"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers.base import Entry, Reading
from syndicate.sources.readers.harmless import MAX_ENTRIES, too_much
from syndicate.sources.readers.history import Leaf
from syndicate.sources.readers.links import Links, hub
from syndicate.sources.readers.text import (
    names,
    one_address,
    paragraphs,
    picture,
    plain,
    tags,
    whole,
)


def parse(page: Page) -> Leaf:
    """The entries of a JSON feed. Raises BadInput when it is none."""
    try:
        feed = json.loads(page.body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{page.url} is broken JSON.", "Check it with a feed validator.") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in _text(feed, "version"):
        raise BadInput(f"{page.url} is JSON, but no feed.", "Its version must name jsonfeed.org.")
    if len(_any(feed, "items")) > MAX_ENTRIES:
        raise too_much(page.url)
    whose = _authors(feed)
    language = _text(feed, "language")
    pusher, topic = hub(page, _links(feed, page.url))
    found = Reading(
        entries=tuple(_entry(item, page.url, whose, language) for item in _list(feed, "items")),
        title=plain(_text(feed, "title")),
        site_url=one_address(_text(feed, "home_page_url"), page.url),
        language=language,
        hub=pusher,
        topic=topic,
    )
    return Leaf(found, one_address(_text(feed, "next_url"), page.url))


def _entry(item: dict[str, Any], base: str, whose: str, language: str) -> Entry:
    images = (picture(_text(item, key), base) for key in ("image", "banner_image"))
    return Entry(
        guid=one_line(_text(item, "id")),
        url=one_address(_text(item, "url") or _text(item, "external_url"), base),
        title=plain(_text(item, "title")),
        author=_authors(item) or whose,
        published_at=dates.parse(_text(item, "date_published")),
        updated_at=dates.parse(_text(item, "date_modified")),
        summary=plain(_text(item, "summary")),
        body=_text(item, "content_html") or paragraphs(_text(item, "content_text")),
        image_url=next(filter(None, images), ""),
        tags=tags(whole(tag) for tag in _any(item, "tags")),
        language=_text(item, "language") or language,
    )


def _authors(of: dict[str, Any]) -> str:
    """Of an item; the feed's are those of all items that name none."""
    people = _list(of, "authors") or [of.get("author") or {}]
    return names(_text(each, "name") for each in people if isinstance(each, dict))


def _links(feed: dict[str, Any], base: str) -> Links:
    hubs = [each for each in _list(feed, "hubs") if _text(each, "type").lower() == "websub"]
    links = [("hub", _text(each, "url")) for each in hubs]
    return [
        (rel, one_address(url, base)) for rel, url in [*links, ("self", _text(feed, "feed_url"))]
    ]


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return whole(str(value) if isinstance(value, int) else value)


def _any(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _list(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [each for each in _any(item, key) if isinstance(each, dict)]
