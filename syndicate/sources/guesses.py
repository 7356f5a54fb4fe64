"""Where a site may keep what can be watched, judged by one of its pages: addresses yet to be tried.

::

    what the page declares and links ─→ feeds     what its system is known by ─→ APIs (recognise)
    where feeds usually lie ─→ feeds              robots.txt, the usual places ─→ sitemaps
    the page itself, the front, what is called "News" ─→ h-feeds and lists of articles
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from syndicate.lib.http import Page
from syndicate.lib.tidy import Element
from syndicate.sources.readers import ghost, squarespace, wordpress
from syndicate.sources.readers.anchors import base_of
from syndicate.sources.readers.cards import words
from syndicate.sources.readers.likely import host, split, within
from syndicate.sources.readers.text import one_address

_TYPES = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
    "application/x.atom+xml", "application/xml", "text/xml",
}  # fmt: skip
_FEEDS = (
    "feed", "feed.xml", "rss.xml", "atom.xml", "index.xml", "rss", "feed.json", "blog/feed",
    "blog?format=rss", "blog-feed.xml", "feeds/posts/default",
)  # fmt: skip
_SITEMAPS = ("news-sitemap.xml", "sitemap.xml", "sitemap_index.xml", "wp-sitemap.xml")
_LIKE_A_FEED = re.compile(r"(/feed/?|/rss/?|\.rss|(rss|atom|feed|index)\.(xml|json)|format=rss)$")
_COMMENTS = re.compile(r"comment|kommentar|commentaire|replies", re.IGNORECASE)
_ASIDE = re.compile(
    r"/(tags?|categor(y|ies)|kategorie|topics?|labels?|authors?|autor)/|[?&](tag|cat|author)=",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"^(all |latest |the |our |unsere? |alle )?(news|blog|articles?|posts?|stories|journal|press"
    r"|press releases?|notes|writing|archive|aktuell(es)?|presse|artikel|beiträge|nachrichten"
    r"|actualités|noticias|notizie|nieuws|nyheter)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Guess:
    """An address and the *kind* of source it may be; *far* from the one that was given: 0 is near.

    *declared*: the page itself calls it its own.
    """

    kind: str
    url: str
    far: float = 0
    declared: bool = False


def feeds(page: Page, root: Element) -> list[Guess]:
    """What the page declares as its feeds, then what it only links to; never those of comments."""
    every = {each.url: each for each in reversed([*_linked(page, root)]) if each.url}
    return sorted(reversed(every.values()), key=lambda each: each.far)


def _linked(page: Page, root: Element) -> Iterator[Guess]:
    base = base_of(root, page.url)
    for link in root.iter("link"):
        declared = "alternate" in link.get("rel", "").lower().split()
        if declared and link.get("type", "").strip().lower() in _TYPES and not _is_comments(link):
            yield _feed(one_address(link.get("href", ""), base), page.url, declared=True)
    for link in root.iter("a"):
        if _LIKE_A_FEED.search(link.get("href", "")) and not _is_comments(link):
            yield _feed(one_address(link.get("href", ""), base), page.url, declared=False)


def _feed(url: str, given: str, *, declared: bool) -> Guess:
    """A feed of one tag or author is not what was asked for, unless its page was."""
    near = split(given).path not in {"", "/"} and within(url, split(given).path)
    aside = bool(_ASIDE.search(url)) and not near
    return Guess("feed", url, 1.0 * aside + 0.5 * (host(url) != host(given)), declared)


def _is_comments(link: Element) -> bool:
    """WordPress links the feed of comments beside that of articles, on some pages two of them."""
    return bool(_COMMENTS.search(f"{link.get('title', '')} {link.get('href', '')}"))


def apis(page: Page, root: Element) -> list[Guess]:
    """Interfaces of the system that made the page."""
    leaves = (("wordpress", wordpress), ("ghost", ghost), ("squarespace", squarespace))
    return [Guess(kind, url) for kind, leaf in leaves for url in leaf.recognise(page, root)[:2]]


def usual_feeds(url: str) -> list[Guess]:
    """Where feeds mostly lie, below the address given and at the top of its site."""
    return [
        Guess("feed", address)
        for address in dict.fromkeys(urljoin(base, path) for path in _FEEDS for base in _bases(url))
    ]


def sitemaps(url: str, robots: str) -> list[Guess]:
    """What robots.txt names as sitemaps; else where they mostly lie."""
    named = re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", robots[:100_000])
    usual = [urljoin(url, f"/{path}") for path in _SITEMAPS]
    found = [one_address(each, url) for each in named]
    found.sort(key=lambda each: "news" not in each)
    part = split(url).path
    return [
        Guess("sitemap", f"{each}#{part.rstrip('/')}/" if part.strip("/") else each)
        for each in [*dict.fromkeys(each for each in found if each)] or usual
    ]


def lists(page: Page, root: Element) -> list[Guess]:
    """The page itself, the front of its site, and those it calls "News" or "Blog"."""
    base = base_of(root, page.url)
    sections = (
        one_address(link.get("href", ""), base)
        for link in root.iter("a")
        if len(link.get("href", "")) < 200 and _SECTION.match(words(link))
    )
    own = [each for each in sections if each and host(each) == host(page.url)]
    every = [page.url, urljoin(page.url, "/"), *own[:2]]
    return [Guess("page", url, 0.1 * at) for at, url in enumerate(dict.fromkeys(every))]


def by_look(url: str) -> list[Guess]:
    """What an address itself gives away: somebody named an interface, or a sitemap."""
    looks = {
        "wordpress": r"/wp/v2/",
        "ghost": r"/ghost/api/content/",
        "squarespace": r"[?&]format=json",
        "sitemap": r"sitemap[^/]*\.(xml|txt)(\.gz)?(#|$)",
    }
    return [Guess(kind, url) for kind, look in looks.items() if re.search(look, url)]


def _bases(url: str) -> Iterable[str]:
    return dict.fromkeys([f"{url.partition('?')[0].rstrip('/')}/", urljoin(url, "/")])
