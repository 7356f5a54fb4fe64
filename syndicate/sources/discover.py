"""From a site's address to what of it can be watched, the best first.

::

    address ─→ is it a source itself? ─→ its page ─→ guesses: feeds linked, APIs, lists, sitemaps
            ─→ each tried, a few at a time (candidates) ─→ no feed? where feeds usually lie
            ─→ the same in two formats once ─→ ranked

The API of WordPress or Ghost comes first, then a whole feed, one of teasers, h-feed, news sitemap,
a page that lists articles, any sitemap. Not more than 24 requests and 30 seconds are spent.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, Refused, fetch
from syndicate.lib.tidy import Element
from syndicate.sources import guesses
from syndicate.sources.candidates import COST, Candidate, candidate, tried
from syndicate.sources.guesses import Guess
from syndicate.sources.knock import bare
from syndicate.sources.readers import READERS, feed
from syndicate.sources.readers.likely import host
from syndicate.sources.readers.text import one_address
from syndicate.sources.readers.tree import tree

__all__ = ["Candidate", "discover"]

MAX_REQUESTS = 24
SECONDS = 30
HANDS = 6
_FEEDLIKE = {"feed", "wordpress", "ghost", "squarespace"}


@dataclass
class _Search:
    """One discovery: what it may still spend, what it has tried and found."""

    now: datetime
    kind: str  # the only one of interest; empty: all
    left: int = MAX_REQUESTS
    until: float = field(default_factory=lambda: clock.monotonic() + SECONDS)
    found: list[tuple[int, Candidate]] = field(default_factory=list)  # with its place in *tried*
    tried: list[Guess] = field(default_factory=list)
    refused: Refused | None = None  # the page did not let us in
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, requests: int) -> bool:
        """Whether so many more may be made."""
        if requests > self.left or clock.monotonic() > self.until:
            return False
        self.left -= requests
        return True

    def draw(self, line: Iterator[Guess]) -> tuple[int, Guess] | None:
        """The next that can be afforded, with its place; for several threads."""
        with self.lock:
            affordable = (each for each in line if self.spend(COST.get(each.kind, 1)))
            guess = next(affordable, None)
            if guess is None:
                return None
            self.tried.append(guess)
            return len(self.tried), guess

    def best(self, kind: str) -> list[Candidate]:
        """What was found of that kind, or of all, by rank; of equals what was drawn first."""
        with self.lock:
            found = [each for each in self.found if kind in {"", each[1].kind}]
        return [each for _, each in sorted(found, key=lambda each: (each[1].rank, each[0]))]

    def wants(self, kind: str) -> bool:
        """Whether that kind is of interest."""
        return self.kind in {"", kind} or (self.kind, kind) == ("hfeed", "page")


def discover(url: str, now: datetime, kind: str = "") -> list[Candidate]:
    """What could be watched at *url*, the best first; of one *kind*, if that is given.

    Raises BadInput if the address cannot be read, or nothing of use was found; it says where.
    """
    url, search = bare(url.strip()), _Search(now, kind)
    if (given := _as_it_is(url, search)) is not None:
        return [given]
    page = _page(url, search)
    if search.wants("feed") and (given := _feed_itself(page)) is not None:
        return [given]
    root = tree(page)
    if root is not None:
        _try(search, page, _suggested(page, root, search))
    if search.wants("feed") and not any(each.kind in _FEEDLIKE for _, each in search.found):
        _try(search, page, guesses.usual_feeds(page.url))
    ranked = _once(search.best(kind))
    if not ranked:
        raise search.refused or _nothing(url, search)
    return ranked


def _once(found: Iterable[Candidate]) -> list[Candidate]:
    """Of those that hold the same (one feed in two formats) only the first."""
    kept: list[Candidate] = []
    for one in found:
        same = (each for each in kept if each.kind == one.kind)
        if not any(each.url == one.url or each.links == one.links != frozenset() for each in same):
            kept.append(one)
    return kept


def _nothing(url: str, search: _Search) -> BadInput:
    count = Counter(each.kind for each in search.tried)
    names = {"feed": "feeds", "page": "lists of articles", "sitemap": "sitemaps"}
    parts = [f"{names.get(kind, READERS[kind][0])} ({n} tried)" for kind, n in count.items()]
    looked = f"Looked for {', '.join(parts)}. " if parts else ""
    what = f"No {READERS[search.kind][0]}" if search.kind in READERS else "No feed"
    return BadInput(
        f"{what} was found at {url}{'' if search.kind else ', nor anything else to watch'}.",
        f"{looked}If you know the address of its feed, or of a page that lists its articles, "
        "give that.",
    )


# --- the address ------------------------------------------------------------------------------


def _as_it_is(url: str, search: _Search) -> Candidate | None:
    """What stands at an address that names an interface or a sitemap, or has the kind chosen."""
    chosen = [Guess(search.kind, url)] if search.kind and _has_scheme(url) else []
    blank = Page(200, url, "", {}, b"", "", "", "", "")
    for guess in [*guesses.by_look(url), *chosen]:
        if guess.kind in {"page", "hfeed"} or not search.spend(COST.get(guess.kind, 1)):
            continue
        try:
            return tried(guess, blank, search.now)[0]
        except BadInput:
            continue  # then it is the address of a page
    return None


def _has_scheme(url: str) -> bool:
    return bool(re.match(r"^[a-z][a-z0-9+.-]*://", url, re.IGNORECASE))


def _page(url: str, search: _Search) -> Page:
    """The page at what a person typed, or the one it calls its canonical self."""
    try:
        page = _first(url, search)
    except Refused as error:
        # Some keep programs from their pages, but not from their feeds.
        if error.status not in {401, 403, 429, 503}:
            raise
        search.refused = error
        address = url if _has_scheme(url) else f"https://{url}"
        return Page(error.status, address, "", {}, b"", "", "", "text/html", "")
    better = _canonical(page)
    try:
        return fetch(better, now=search.now) if better and search.spend(1) else page
    except BadInput:
        return page


def _first(url: str, search: _Search) -> Page:
    """The page itself; where no scheme was typed, the safe one is tried before the other."""
    search.spend(1)
    if _has_scheme(url):
        return fetch(url, now=search.now)
    try:
        return fetch(f"https://{url}", now=search.now)
    except Refused:
        raise
    except BadInput:
        return fetch(f"http://{url}", now=search.now)


def _canonical(page: Page) -> str:
    """Another page of the same site that this one calls its true address; else ""."""
    root = tree(page)
    links = [] if root is None else root.iter("link")
    named = [each.get("href", "") for each in links if each.get("rel", "").lower() == "canonical"]
    better = one_address(next(iter(named), ""), page.url)
    bare = page.url.partition("?")[0].rstrip("/")
    other = better.rstrip("/") != bare and host(better) == host(page.url)
    return better if better and other else ""


def _feed_itself(page: Page) -> Candidate | None:
    try:
        return candidate(Guess("feed", page.url), page.url, feed.parse(page))
    except BadInput:
        return None


# --- the guesses ------------------------------------------------------------------------------


def _suggested(page: Page, root: Element, search: _Search) -> list[Guess]:
    """What the page gives reason to try, the best first."""
    known = [*guesses.feeds(page, root)[:8], *guesses.apis(page, root), *guesses.lists(page, root)]
    maps = guesses.sitemaps(page.url, _robots(page.url, search))
    return [each for each in [*known, *maps] if search.wants(each.kind)]


def _robots(url: str, search: _Search) -> str:
    search.spend(1)  # which lists cost too, whose page must be permitted
    if not search.wants("sitemap") or not search.spend(1):
        return ""
    try:
        return fetch(urljoin(url, "/robots.txt"), now=search.now).body.decode("utf-8", "replace")
    except BadInput:
        return ""


def _try(search: _Search, page: Page, waiting: list[Guess]) -> None:
    """Try them, several at a time, as far as requests and time allow."""
    line = iter(waiting)
    # Daemons: what hangs beyond the time that was given must not keep the program from ending.
    hands = [
        threading.Thread(target=_work, args=(search, page, line), daemon=True)
        for _ in range(min(HANDS, len(waiting)))
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(max(search.until - clock.monotonic(), 0))


def _work(search: _Search, page: Page, line: Iterator[Guess]) -> None:
    while (drawn := search.draw(line)) is not None:
        place, guess = drawn
        try:
            found = tried(guess, page, search.now)
        except BadInput:
            continue  # a guess that was wrong
        with search.lock:
            search.found += [(place, each) for each in found]
