"""h-feed: a page whose list of articles is marked up for programs (and hAtom, its older form).

::

    fetch ─→ mf2py ─→ the feeds in it, also one inside another ─→ that with the most ─→ Reading

Likes, reposts and replies are no articles. A note without a title has none; its words are its body.
https://microformats.org/wiki/h-feed
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from syndicate.lib.errors import BadInput
from syndicate.lib.html import excerpt
from syndicate.lib.http import Page
from syndicate.lib.text import one_line
from syndicate.sources import dates
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.likely import host
from syndicate.sources.readers.links import hub
from syndicate.sources.readers.page import look, site_name
from syndicate.sources.readers.text import names, one_address, plain, tags, whole
from syndicate.sources.readers.tree import decoded, tree

# What is larger would take seconds to parse; no list of articles is.
MAX_BYTES = 2_000_000
_MARKED = re.compile(rb"[\"'\s=](h-feed|h-entry|hfeed|hentry)[\"'\s>]")
_REACTIONS = {"like-of", "repost-of", "in-reply-to", "rsvp", "checkin", "listen-of", "watch-of"}
# What mf2py lets escape on hostile input.
_STUMBLES = (ValueError, LookupError, TypeError, AttributeError, RecursionError)

Thing = dict[str, Any]  # one microformat: {"type": […], "properties": {…}, "children": […]}


class HFeed:
    """The reader for h-feeds."""

    def read(self, ask: Ask) -> Reading:
        """Fetch and parse it, unless it is as it was."""
        return look(ask, parse)


def parse(page: Page) -> Reading:
    """The entries of the chief feed of *page*. Raises BadInput where it has none."""
    found = _parsed(page)
    feed, entries = _chief(found.get("items", []), page.url)
    author = _person(feed)
    language = str(feed.get("lang") or "")
    rels = found.get("rels", {})
    root = tree(page)
    pushes, topic = hub(page, [(rel, url) for rel in ("hub", "self") for url in rels.get(rel, [])])
    return Reading(
        entries=tuple(_entry(each, page.url, author, language) for each in entries),
        title=plain(_first(feed, "name"))[:200] or ("" if root is None else site_name(root)),
        site_url=page.url,
        language=language,
        hub=pushes,
        topic=topic,
    )


def _parsed(page: Page) -> Thing:
    # Deep trees are refused: mf2py goes down them by calling itself.
    if len(page.body) > MAX_BYTES or not _MARKED.search(page.body) or tree(page) is None:
        raise _none(page.url)
    import mf2py

    try:
        # lxml takes a fifth of html5lib's time. Names such as h-4 belong to style sheets.
        found: Thing = mf2py.parse(
            doc=decoded(page), url=page.url, html_parser="lxml", filter_roots=True
        )
    except _STUMBLES as error:
        raise _none(page.url) from error
    return found


def _none(url: str) -> BadInput:
    return BadInput(
        f"{url} has no h-feed.",
        "Its articles must be marked as h-entry, inside an h-feed: microformats.org/wiki/h-feed.",
    )


def _chief(items: list[Thing], url: str) -> tuple[Thing, list[Thing]]:
    """(the feed with the most articles of this site, its entries); the first of equals."""
    bare: Thing = {"children": items, "lang": next((each.get("lang") for each in items), "")}
    best: tuple[Thing, list[Thing]] = bare, []
    for feed in [*_feeds(items), bare]:
        entries = [each for each in _entries(feed) if _is_article(each, url)]
        if len(entries) > (len(best[1]) if feed is not bare else max(len(best[1]), 1)):
            best = feed, entries
    if not best[1]:
        raise _none(url)
    return best


def _feeds(items: list[Thing]) -> Iterator[Thing]:
    for each in items:
        if "h-feed" in each.get("type", []):
            yield each
        if "h-entry" not in each.get("type", []):
            yield from _feeds(each.get("children", []))


def _entries(feed: Thing) -> Iterator[Thing]:
    """Those of *feed*, but not of a feed inside it, nor the comments inside an entry."""
    for each in feed.get("children", []):
        kinds = each.get("type", [])
        if "h-entry" in kinds:
            yield each
        elif "h-feed" not in kinds:
            yield from _entries(each)


def _is_article(entry: Thing, url: str) -> bool:
    said = entry.get("properties", {})
    address = one_address(_first(entry, "url"), url)
    return bool(address) and host(address) == host(url) and _REACTIONS.isdisjoint(said)


def _entry(given: Thing, base: str, author: str, language: str) -> Entry:
    url = one_address(_first(given, "url"), base)
    body = _first(given, "content", "html")
    image = "featured" if _first(given, "featured") else "photo"
    published = dates.parse(_first(given, "published"))
    return Entry(
        guid=one_line(_first(given, "uid")) or url,
        url=url,
        title=_title(given, body),
        author=_person(given) or author,
        published_at=published or dates.parse(_first(given, "updated")),
        updated_at=dates.parse(_first(given, "updated")),
        summary=plain(_first(given, "summary")),
        body=body,
        image_url=one_address(_first(given, image), base),
        image_alt=plain(_first(given, image, "alt")),
        tags=tags(_text(each) for each in _all(given, "category")),
        language=str(given.get("lang") or language),
        unsure=not body and published is None,
    )


def _title(given: Thing, body: str) -> str:
    """Its name, unless that is the beginning of its words: then it is a note, and has none.

    https://www.w3.org/TR/post-type-discovery/#algorithm
    """
    name = plain(_first(given, "name"))
    text = plain(_first(given, "content")) or excerpt(body, 10_000)
    return "" if text and text.startswith(name) else name


def _person(given: Thing) -> str:
    return names(
        _first(each, "name") or _text(each) if isinstance(each, dict) else str(each)
        for each in _all(given, "author")
    )


def _all(given: Thing, name: str) -> list[Any]:
    return list(given.get("properties", {}).get(name, []))


def _first(given: Thing, name: str, part: str = "value") -> str:
    return next((found for each in _all(given, name) if (found := _text(each, part))), "")


def _text(value: object, part: str = "value") -> str:
    """A value that stands alone, ``"/p.jpg"``, or with more, ``{"value": "/p.jpg", "alt": …}``."""
    if isinstance(value, dict):
        return whole(value.get(part)).strip()
    return whole(value).strip() if part == "value" else ""
