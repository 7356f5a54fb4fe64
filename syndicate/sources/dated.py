"""When an article was published, as its page says for machines.

::

    JSON-LD ─→ meta elements ─→ microdata ─→ the ``<time>`` that says so ─→ the only one at the
    headline ─→ dates.parse

A wrong date is worse than none: an article without one counts from when it was first seen, one of
last year is not sent at all. So a date in words alone is left alone, as is a ``<time>`` that might
be of a comment or of another article, what says when the page was changed or made up, and a meta
element of no standard (``date``, ``pubdate``), which may mean any of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.claims import Claims, shown

_METAS = (
    "article:published_time", "og:article:published_time", "article:published",
    "og:published_time", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued",
    "dcterms.available", "citation_publication_date", "citation_online_date",
)  # fmt: skip
_PUBLISHED = re.compile(r"\b(?:dt-published|published|pub-?date|entry-date|post-date)\b", re.I)
_UPDATED = re.compile(r"updated|modified", re.IGNORECASE)


def published(claims: Claims) -> datetime | None:
    """The moment of first publication, in the zone the page names; None where it says none."""
    said = (dates.parse(text) for text in _written(claims))
    return next(filter(None, said), None)


def _written(claims: Claims) -> Iterator[str]:
    yield claims.said("datePublished", "dateCreated")
    yield from claims.all(*_METAS)
    for element in claims.marked("datePublished"):
        yield from _values(element)
    yield from _times(claims)


def _times(claims: Claims) -> Iterator[str]:
    """The ``<time>`` that calls itself one of publication, or the only one beside the headline."""
    times = [
        each
        for each in claims.root.iter("time")
        if not claims.beside.holds(each) and not _is_update(each)
    ]
    for element in times:
        if element.get("pubdate") is not None or _is_published(element):
            yield from _values(element)
    headed = {up for head in claims.root.iter("h1") for up in head.iterancestors("article")}
    yield _only([each for each in times if next(each.iterancestors("article"), None) in headed])


def _only(times: list[Element]) -> str:
    """The moment that *times* name; "" where they are of several days."""
    given = {text: dates.parse(text) for each in times if (text := each.get("datetime"))}
    days = {moment.date() for moment in given.values() if moment}
    return next(text for text, moment in given.items() if moment) if len(days) == 1 else ""


def _is_published(time: Element) -> bool:
    around = [time, *list(time.iterancestors())[:2]]
    return any(_PUBLISHED.search(each.get("class") or "") for each in around)


def _is_update(time: Element) -> bool:
    called = f"{time.get('class') or ''} {time.get('itemprop') or ''}"
    return bool(_UPDATED.search(called)) and "published" not in called.casefold()


def _values(element: Element) -> Iterator[str]:
    yield element.get("datetime") or ""
    yield element.get("content") or ""
    yield shown(element)
