"""JSON Feed, versions 1 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers.base import Entry, Reading
from syndicate.sources.readers.text import names, one_address, plain, unique, whole


def parse(page: Page) -> Reading:
    """The entries of a JSON feed. Raises BadInput when it is none."""
    try:
        feed = json.loads(page.body)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{page.url} is broken JSON.", "Check it with a feed validator.") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in _text(feed, "version"):
        raise BadInput(f"{page.url} is JSON, but no feed.", "Its version must name jsonfeed.org.")
    language = _text(feed, "language")
    return Reading(
        entries=tuple(_entry(item, page.url, language) for item in _list(feed, "items")),
        title=plain(_text(feed, "title")),
        site_url=one_address(_text(feed, "home_page_url"), page.url),
        language=language,
    )


def _entry(item: dict[str, Any], base: str, language: str) -> Entry:
    authors = _list(item, "authors") or [item.get("author") or {}]
    images = (one_address(_text(item, key), base) for key in ("image", "banner_image"))
    return Entry(
        guid=one_line(_text(item, "id")),
        url=one_address(_text(item, "url") or _text(item, "external_url"), base),
        title=plain(_text(item, "title")),
        author=names(_text(each, "name") for each in authors if isinstance(each, dict)),
        published_at=dates.parse(_text(item, "date_published")),
        updated_at=dates.parse(_text(item, "date_modified")),
        summary=plain(_text(item, "summary")),
        body=_text(item, "content_html") or _paragraphs(_text(item, "content_text")),
        image_url=next(filter(None, images), ""),
        tags=unique(whole(tag) for tag in _any(item, "tags")),
        language=_text(item, "language") or language,
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return whole(str(value) if isinstance(value, int) else value)


def _any(item: dict[str, Any], key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def _list(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [each for each in _any(item, key) if isinstance(each, dict)]


def _paragraphs(text: str) -> str:
    blocks = (block.strip() for block in text.split("\n\n"))
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)
