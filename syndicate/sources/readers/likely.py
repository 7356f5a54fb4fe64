"""What the look of an address tells: whether it is one of the site's, and can be an article's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

# Parts of a path that lead to lists of articles, to people or to machinery, but to no article.
_INDEX = re.compile(
    r"/(tags?|tagged|categor(y|ies)|kategorien?|topics?|themen|authors?|autor(en)?|users?|members?"
    r"|profiles?|archives?|archiv|search|suche|feed|rss|login|signin|log-in|sign-?up|register"
    r"|account|cart|checkout|basket|wp-(admin|content|json|includes|login\.php)|cdn-cgi|labels?"
    r"|subscribe|unsubscribe)(/|$)"
    r"|/(199[5-9]|20[0-3]\d)(/(0?[1-9]|1[0-2])(/[0-3]?\d)?)?/?$"
    r"|/(page|seite)[/-]?\d{1,4}/?$|^/(index|default|home)\.\w{3,5}$|\.(xml|rss|atom|json|txt)(\.gz)?$",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\.(jpe?g|png|gif|webp|avif|svg|ico|css|js|pdf|zip|gz|mp[34]|m4a|webm|ogg|wav|docx?|xlsx?"
    r"|pptx?|epub|ics|exe|dmg|woff2?)$",
    re.IGNORECASE,
)
_BY_QUERY = re.compile(r"(^|&)(p|id|article|post|story|nid|itemid)=\w+", re.IGNORECASE)
_LISTING = re.compile(
    r"(^|&)(s|q|search|paged?|offset|start|cat|tag|replytocom|share|sort|filter|orderby)=",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?<!\d)(19[89]|20\d)\d([/-]?)(0?[1-9]|1[0-2])(?!\d{4,})|/20\d\d/")
_NUMBERED = re.compile(r"(?<!\d)\d{4,}(?!\d)")
_MONTH = re.compile(r"/N/[^/\W\d]{3,10}/N(?=/|$)")  # by its name, between year and day
_PARTS = re.compile(r"([A-Za-z][\w+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Parts(NamedTuple):
    """Of an address."""

    scheme: str
    netloc: str
    path: str
    query: str


def split(url: str) -> Parts:
    """Its parts, quickly: for absolute addresses only, of which a sitemap holds many thousands."""
    found = _PARTS.match(url)
    return Parts(*found.groups("")) if found else Parts("", "", "", "")


def host(url: str) -> str:
    """The site an address belongs to: host and port, without ``www.``."""
    return split(url).netloc.rpartition("@")[2].lower().removeprefix("www.")


def within(url: str, part: str) -> bool:
    """Whether *url* lies below the path *part* (``/blog/``)."""
    folder = part if part.endswith("/") else f"{part}/"
    path = split(url).path or "/"
    return path.startswith(folder) and (len(path) > len(folder) or bool(split(url).query))


def may_be_article(url: str) -> bool:
    """Whether an article can stand there: no front page, list, file, form or machinery."""
    parts = split(url)
    if parts.scheme not in {"http", "https"} or _FILE.search(parts.path):
        return False
    if not parts.path.strip("/") and not _BY_QUERY.search(parts.query):
        return False
    return not _INDEX.search(parts.path) and not _LISTING.search(parts.query)


def is_telling(url: str) -> bool:
    """Whether it has the look of an article's: a slug of some words, a date, or a number."""
    parts = split(url)
    slug = unquote(parts.path.rstrip("/").rpartition("/")[2])
    words = _WORD.findall(re.sub(r"\.\w{2,5}$", "", slug))
    return (
        len(words) >= 3
        or bool(_DATED.search(parts.path))
        or bool(_NUMBERED.search(slug) or _BY_QUERY.search(parts.query))
        or sum(not char.isascii() for char in slug) >= 6
    )


def shape(url: str) -> str:
    """What the addresses of one kind of page share: ``/news/N/N/*`` for ``/news/2026/04/a-pier``.

    The folders stand as they are but for their numbers; the last part only by its ending.
    """
    path = unquote(split(url).path).rstrip("/")
    folder, _, last = path.rpartition("/")
    ending = re.search(r"\.[a-z]{3,5}$", last)
    folder = _MONTH.sub("/N/N/N", re.sub(r"[0-9]+", "N", folder))
    return f"{folder}/*{ending.group() if ending else ''}"


def articles_among(urls: Iterable[str]) -> list[str]:
    """Those of *urls* that may be articles, by what their like have in common.

    Where some addresses of a shape are telling, the others (``/blog/hello``) are believed too; a
    shape that tells nothing goes, unless no other is left.
    """
    possible = [url for url in urls if may_be_article(url)]
    alike: dict[str, list[str]] = defaultdict(list)
    for url in possible:
        alike[shape(url)].append(url)
    good = {each for each, group in alike.items() if _tells(group)}
    return [url for url in possible if shape(url) in good] or possible


def _tells(group: list[str]) -> bool:
    some = group[:200]
    return 3 * sum(map(is_telling, some)) >= len(some)
