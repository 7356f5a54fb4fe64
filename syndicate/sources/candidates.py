"""One address, tried as a source of one kind: what it would have detected, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.lib import robots
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, fetch
from syndicate.sources.guesses import Guess
from syndicate.sources.identity import url_key
from syndicate.sources.readers import feed, hfeed, listing, reader
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.likely import host
from syndicate.sources.readers.sitemap import Sitemap

FEW = 5
_PUSHED = "; its hub tells us at once of what is new"
# Requests that a try of each kind costs at most.
COST = {"wordpress": 4, "ghost": 3, "sitemap": 2}


@dataclass(frozen=True)
class Candidate:
    """A source that could be watched: *kind* as in READERS, *entries* how many it holds now.

    *why* says in words what it is; *newest* are a few of what it would have detected.
    """

    url: str
    kind: str
    title: str
    entries: int
    why: str = ""
    newest: tuple[Entry, ...] = ()
    rank: float = 0  # the least is the best
    links: frozenset[str] = frozenset()  # what it leads to, to know the same in two formats


def tried(guess: Guess, page: Page, now: datetime) -> list[Candidate]:
    """What stands at *guess*, to which *page* led. Raises BadInput where it is nothing."""
    if guess.kind == "page":
        return _of_page(guess, page, now)
    url, reading = _read(guess, now)
    if guess.kind == "feed" and not guess.declared and _is_strange(reading, url, page.url):
        raise BadInput(f"{url} is the feed of another site.")
    return [candidate(guess, url, reading)]


def _read(guess: Guess, now: datetime) -> tuple[str, Reading]:
    if guess.kind == "feed":
        page = fetch(guess.url, now=now)
        return page.url, feed.parse(page)
    ask = Ask(guess.url, now, first=True)
    if guess.kind != "sitemap":
        return guess.url, reader(guess.kind).read(ask)
    whole, _, part = guess.url.partition("#")
    found = Sitemap(children=1).read(ask)
    if part and not found.entries:
        return whole, Sitemap(children=1).read(replace(ask, url=whole))
    return guess.url, found


def _of_page(guess: Guess, page: Page, now: datetime) -> list[Candidate]:
    """A page that people read, as an h-feed and as a list."""
    if not robots.allowed(guess.url, now):
        raise BadInput(f"robots.txt asks us to leave {guess.url} alone.")
    here = page if guess.url == page.url else fetch(guess.url, now=now)
    found = []
    for kind, leaf in (("hfeed", hfeed), ("page", listing)):
        try:
            found.append(candidate(replace(guess, kind=kind), here.url, leaf.parse(here)))
        except BadInput:
            continue  # it may still be the other
    if not found:
        raise BadInput(f"{guess.url} lists no articles.")
    return found


def _is_strange(reading: Reading, url: str, page: str) -> bool:
    """Whether a feed that is only linked tells of another site; one may lie with a service."""
    if host(url) == host(page):
        return False
    shown = [reading.site_url, *(each.url for each in reading.entries[:3])]
    return all(host(each) != host(page) for each in shown if each)


def candidate(guess: Guess, url: str, reading: Reading) -> Candidate:
    """What was read, as one that could be watched."""
    count = len(reading.entries)
    whole = 2 * sum(bool(each.body) for each in reading.entries) > count
    headed = 2 * sum(bool(each.title) for each in reading.entries) > count
    pushed = bool(reading.hub)
    return Candidate(
        url,
        guess.kind,
        reading.title,
        count,
        _why(guess.kind, count, whole=whole, headed=headed) + (_PUSHED if pushed else ""),
        _newest(reading.entries),
        _rank(guess.kind, count, whole=whole, headed=headed)
        + guess.far / 2
        - 2 * (whole and pushed),
        frozenset(url_key(each.url) for each in reading.entries),
    )


def _newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """A few of them, those with a date by it, the others in their order."""
    if entries and all(each.published_at for each in entries):
        dated = sorted(entries, key=lambda each: str(each.published_at), reverse=True)
        return tuple(dated[:FEW])
    return tuple(entries[:FEW])


def _rank(kind: str, count: int, *, whole: bool, headed: bool) -> float:
    """The system's own interface first, if it gives whole texts; else a whole feed; then the rest.

    A feed ends after ten articles, and WordPress' does not tell when one was dated back; what
    pictures show, and who wrote, the interfaces know best. But no interface has a hub.
    """
    if kind in {"wordpress", "ghost"}:
        return -1 if whole else 2.9
    if kind == "squarespace":
        return 1 if whole else 2.9
    if kind == "feed":
        return (0 if whole else 2) if count else 2.95
    if kind == "sitemap":
        return 4 if headed else 6
    return {"hfeed": 3, "page": 5}[kind]


def _why(kind: str, count: int, *, whole: bool, headed: bool) -> str:
    many = "no articles yet" if not count else "1 article" if count == 1 else f"{count} articles"
    text = " with their whole text" if whole else ""
    if kind == "feed":
        teased = " with a summary; their text is read from their pages" if count else ""
        return f"its feed, {many}{text or teased}"
    if kind == "hfeed":
        return f"articles marked up in the page (h-feed), {many}{text}"
    if kind == "sitemap" and headed:
        return f"its news sitemap, {many} with their headlines; their text is read from their pages"
    if kind == "sitemap":
        return (
            f"its sitemap, {count} addresses; each new page is read, and taken if it is an article"
        )
    if kind == "page":
        return f"a page that lists {many}; each new one is read to make sure"
    system = {"wordpress": "WordPress", "ghost": "Ghost", "squarespace": "Squarespace"}[kind]
    return f"{system}'s own interface, {many}{text}"
