"""Sitemaps: for sites that list what they have for search engines, and nowhere else.

::

    fetch ─→ urlset, news, text, or a feed ─────────────────────────→ addresses ─┐
          └→ an index ─→ its children that matter, newest first, ≤ 10 ─→ addresses ┴→ Reading

A sitemap names addresses; whether an article stands there, only its page can tell. So every entry
is *unsure*, though one of a news sitemap has a headline and a date. ``lastmod`` is when a page was
changed: never taken for the date of publication.

``https://example.org/sitemap.xml#/blog/`` is the part of the site below ``/blog/`` alone.
https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urldefrag

from syndicate.lib import stop
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, fetch, may_hear
from syndicate.sources.readers import sitemapxml
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from syndicate.sources.readers.conditions import left_behind
from syndicate.sources.readers.likely import articles_among, host, split, within
from syndicate.sources.readers.sitemapxml import MAX_BYTES, MAX_URLS, Child, Listed

MAX_CHILDREN = 10
# What changed last before this was not published since; a few are kept, to show that all is well.
_LATE = timedelta(days=60)
_FEW = 100
_UNDATED = datetime(1990, 1, 1, tzinfo=UTC)
_POSTS = re.compile(r"post|news|article|artikel|blog|stor(y|ies)|beitr|actualit|noticia", re.I)
_OTHERS = re.compile(
    r"categor|tags?\b|_tag|author|users?\b|product|image|video|taxonom|attachment|archive|misc"
    r"|posts-page|pages?[-_]sitemap|sitemap[-_]pages?\b(?![-_=]?\d)",
    re.IGNORECASE,
)


class Sitemap:
    """The reader for sitemaps of all kinds; of an index, so many *children* are read at most."""

    def __init__(self, children: int = MAX_CHILDREN) -> None:
        self._children = children

    def read(self, ask: Ask) -> Reading:
        """Read it, and the children that matter, unless all is as it was."""
        address, part = urldefrag(ask.url)
        page = fetch(
            address,
            headers=ask.headers,
            etag=ask.last.etag,
            last_modified=ask.last.last_modified,
            max_bytes=MAX_BYTES,
            now=ask.now,
        )
        moved = f"{page.moved_to}#{part}" if page.moved_to and part else page.moved_to
        if page.status == 304:
            found = left_behind(page, ask.last)
            return Reading(not_modified=True, conditions=found, moved_to=moved)
        top = sitemapxml.read(page)
        wanted = _that_matter(top.children)[: self._children]
        below = list(_below(wanted, ask))
        found = _conditions(page, top, below, whole=len(below) == len(wanted))
        if found.body_hash == ask.last.body_hash:
            return Reading(not_modified=True, conditions=found, moved_to=moved)
        maps = [top, *map(sitemapxml.read, below)]
        listed = _articles(maps, page.url, part)
        reading = _reading(listed if ask.first else _of_late(listed, ask.now), maps, page.url)
        return replace(reading, conditions=found, moved_to=moved)


def parse(page: Page) -> Reading:
    """What one sitemap lists by itself. Raises BadInput when it is none."""
    top = sitemapxml.read(page)
    return _reading(_articles([top], page.url, ""), [top], page.url)


def _reading(entries: Sequence[Entry], maps: Sequence[Listed], url: str) -> Reading:
    parts = split(url)
    damaged = any(each.damaged for each in maps)
    return Reading(
        entries=tuple(entries[:MAX_URLS]),
        title=next((each.name for each in maps if each.name), ""),
        site_url=f"{parts.scheme}://{parts.netloc}/",
        language=next((each.language for each in entries if each.language), ""),
        remark="Its XML is broken, and was read as far as it goes." if damaged else "",
    )


def _articles(maps: Sequence[Listed], url: str, part: str) -> list[Entry]:
    """Those of this part of the site that can be articles, each once, newest first.

    A sitemap speaks for its own folder and below, unless robots.txt lets it speak for more. Where
    nothing is dated, the end of a list is newer than its beginning.
    """
    every: dict[str, Entry] = {}
    for entry in (entry for each in maps for entry in reversed(each.entries)):
        every.setdefault(entry.url, entry)
    folder = part or split(url).path.rpartition("/")[0] + "/"
    here = [each for each in every if host(each) == host(url)] or list(every)
    below = [each for each in here if within(each, folder)]
    if not below and not part:
        below = here
    headed = {each for each in below if every[each].title}
    chosen = headed | set(articles_among(each for each in below if each not in headed))
    return sorted((every[each] for each in below if each in chosen), key=_moment, reverse=True)


def _of_late(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """Without those that last changed long ago: what is new is not among them.

    They were noted at the first look. Should their part of the sitemap have been out of sight
    then, they must not look new now.
    """
    since = now - _LATE
    kept = [each for each in entries if (at := _moment(each)) > since or at == _UNDATED]
    return kept if len(kept) >= _FEW else list(entries[:_FEW])


def _moment(entry: Entry) -> datetime:
    return entry.published_at or entry.updated_at or _UNDATED


# --- an index, and what lies below it ---------------------------------------------------------


def _below(children: Sequence[Child], ask: Ask) -> Iterator[Page]:
    """The documents below an index, one after another, as many as we may have."""
    room, failure, read = MAX_BYTES, None, 0
    for child in children:
        if stop.requested():
            return
        headers = ask.headers if may_hear(child.url, ask.url) else {}
        try:
            page = fetch(child.url, headers=headers, max_bytes=room, now=ask.now)
        except BadInput as error:
            failure = error
            continue
        room -= len(page.body)
        read += 1
        yield page
    if failure is not None and not read:
        raise failure


def _that_matter(children: Sequence[Child]) -> list[Child]:
    """Those that may list new articles, the likeliest first."""
    named = [each for each in children if not _OTHERS.search(_name(each))] or list(children)
    posts = {each for each in named if _POSTS.search(_name(each))}
    dated = all(each.changed_at for each in named)
    ordered = sorted(named, key=_recency, reverse=True)
    ordered.sort(key=lambda each: each not in posts)
    # Without dates it may be the first of many or the last that grows.
    many = not dated and len(ordered) > MAX_CHILDREN
    return [*ordered[: MAX_CHILDREN - 1], ordered[-1]] if many else ordered


def _recency(child: Child) -> tuple[datetime, list[int]]:
    """When it changed; else the numbers in its name: 2026-11 before 2026-10, page 12 before 2."""
    numbers = re.findall(r"\d{1,9}", _name(child))
    return child.changed_at or _UNDATED, [int(number) for number in numbers]


def _name(child: Child) -> str:
    parts = split(child.url)
    return f"{parts.path}?{parts.query}".lower()


def _conditions(page: Page, top: Listed, below: Sequence[Page], *, whole: bool) -> Conditions:
    """What to ask with next time.

    An index that does not say when its children changed stays the same while they do: it is never
    asked conditionally (WordPress' own is one), nor one of whose children not all could be read.
    """
    found, digest = left_behind(page, Conditions()), hashlib.sha256(page.body)
    for each in below:
        digest.update(hashlib.sha256(each.body).digest())
    if not whole or not all(child.changed_at for child in top.children):
        return Conditions(body_hash=digest.hexdigest())
    return replace(found, body_hash=digest.hexdigest())
