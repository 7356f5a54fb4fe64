"""From a site's address to its feeds.

::

    address ─→ is it a feed itself? ─→ what its page links as one ─→ where feeds usually lie
            ─→ each looked at: only what can be read is a candidate
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from syndicate.lib.errors import BadInput
from syndicate.lib.html import parse as parse_html
from syndicate.lib.http import Page, fetch
from syndicate.lib.tidy import Element
from syndicate.sources.readers import feed
from syndicate.sources.readers.base import Reading
from syndicate.sources.readers.text import one_address

MAX_LOOKS = 16
_KINDS = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
    "application/x.atom+xml", "application/xml", "text/xml",
}  # fmt: skip
_USUAL = (
    "feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json", "blog/feed",
    "blog?format=rss", "blog-feed.xml", "feeds/posts/default",
)  # fmt: skip
_LIKE_A_FEED = re.compile(r"(/feed/?|/rss/?|\.rss|(rss|atom|feed|index)\.(xml|json)|format=rss)$")
_COMMENTS = re.compile(r"comment|kommentar|commentaire|replies", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A source that could be watched: *kind* as in READERS, *entries* how many it holds now."""

    url: str
    kind: str
    title: str
    entries: int


def discover(url: str) -> list[Candidate]:
    """The feeds at *url*, the likeliest first. Raises BadInput if the address cannot be read."""
    page = _first(url)
    if (found := _candidate(page)) is not None:
        return [found]
    root = parse_html(page.body)
    linked = [] if root is None else [*dict.fromkeys(_linked(root, page.url))]
    usual = (urljoin(base, path) for path in _USUAL for base in _bases(page.url))
    return _readable(linked) or _readable([*dict.fromkeys(usual)])


def _first(url: str) -> Page:
    """The page at what a person typed, perhaps without its scheme."""
    url = url.strip()
    if re.match(r"^[a-z][a-z0-9+.-]*://", url, re.IGNORECASE):
        return fetch(url)
    try:
        return fetch(f"https://{url}")
    except BadInput:
        return fetch(f"http://{url}")


def _candidate(page: Page) -> Candidate | None:
    try:
        reading: Reading = feed.parse(page)
    except BadInput:
        return None
    return Candidate(page.url, "feed", reading.title, len(reading.entries))


def _linked(root: Element, base: str) -> Iterator[str]:
    """What the page declares as its feeds, then what it only links to."""
    for link in root.iter("link"):
        declared = "alternate" in link.get("rel", "").lower().split()
        if declared and link.get("type", "").strip().lower() in _KINDS and not _is_comments(link):
            yield one_address(link.get("href", ""), base)
    for link in root.iter("a"):
        if _LIKE_A_FEED.search(link.get("href", "")) and not _is_comments(link):
            yield one_address(link.get("href", ""), base)


def _is_comments(link: Element) -> bool:
    """WordPress links the feed of comments beside that of articles, on some pages two of them."""
    return bool(_COMMENTS.search(f"{link.get('title', '')} {link.get('href', '')}"))


def _bases(url: str) -> list[str]:
    """Where to try: below the address given, and at the top of the site."""
    parts = urlsplit(url)
    top = f"{parts.scheme}://{parts.netloc}/"
    return [f"{url.partition('?')[0].rstrip('/')}/", top]


def _readable(addresses: list[str]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for address in [each for each in addresses if each][:MAX_LOOKS]:
        try:
            candidate = _candidate(fetch(address))
        except BadInput:
            continue  # a guess that was wrong
        if candidate is not None:
            found.setdefault(candidate.url, candidate)
    return list(found.values())
