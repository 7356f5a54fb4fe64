"""One look at a web page that is a source by itself: an h-feed, or a list of articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from syndicate.lib.http import Page, fetch
from syndicate.lib.tidy import Element
from syndicate.sources.readers import patience
from syndicate.sources.readers.base import Ask, Reading
from syndicate.sources.readers.cards import words
from syndicate.sources.readers.conditions import left_behind
from syndicate.sources.readers.text import plain


def look(ask: Ask, parse: Callable[[Page], Reading]) -> Reading:
    """Fetch it; what it says, by *parse*, unless it is as it was. Raises BadInput."""
    last = ask.last
    page = fetch(
        ask.url,
        headers=ask.headers,
        etag=last.etag,
        last_modified=last.last_modified,
        now=ask.now,
    )
    found = left_behind(page, last)
    same = page.status == 304 or found.body_hash == last.body_hash
    return replace(
        Reading(not_modified=True) if same else parse(page),
        conditions=found,
        moved_to=page.moved_to,
        at_least=patience.at_least(patience.of_headers(page.headers, ask.now)),
    )


def site_name(root: Element) -> str:
    """What the site calls itself, else the title of this page of it."""
    named = (
        meta.get("content", "")
        for meta in root.iter("meta")
        if meta.get("property") == "og:site_name"
    )
    title = next(root.iter("title"), None)
    return plain(next(filter(None, named), "") or (words(title) if title is not None else ""))[:200]
