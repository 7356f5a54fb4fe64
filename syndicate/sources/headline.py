"""The headline of a page: as its metadata give it, without the site's name at either end."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syndicate.lib.tidy import Element
from syndicate.sources.claims import Claims, shown
from syndicate.sources.readers.text import plain

_PARTED = re.compile(r"\s+[|·•»«›‹–—\-:/\\]+\s+|\s*[|»]\s*|(?<=\S):\s+")
_METAS = (
    "og:title", "dc.title", "dcterms.title", "dc:title", "twitter:title", "parsely-title",
    "sailthru.title", "title",
)  # fmt: skip
_MASTHEAD = {"header", "nav", "aside", "footer"}


def headline(claims: Claims) -> str:
    """The article's own title, or ""."""
    element = next(claims.root.iter("title"), None)
    given = [
        claims.said("headline", "name"),
        *(plain(each) for each in claims.all(*_METAS)),
        "" if element is None else plain(" ".join((element.text or "").split())),
    ]
    headings = _headings(claims.root)
    begun = [own for own in headings for each in given if _folded(each).startswith(_folded(own))]
    own = next(iter([*begun, *headings]), "")
    site = {_folded(each) for each in [*claims.site(), _host(claims.url)]} - {""}
    parted = [_without(each, site, own) for each in given if _folded(each) not in site]
    return next(filter(None, parted), "") or own


def _without(title: str, site: set[str], own: str) -> str:
    """*title* without the site's name, and without what the heading *own* shows that it added."""
    title = f" {title} "  # an empty headline leaves ``– Harbour Review``
    for separator in _PARTED.finditer(title):
        before, after = title[: separator.start()].strip(), title[separator.end() :].strip()
        if not before or not after:
            return before
        if _folded(after) in site or _folded(before) == _folded(own) != "":
            return before
        if _folded(before) in site or _folded(after) == _folded(own) != "":
            return after
    return title.strip()


def _headings(root: Element) -> list[str]:
    """The headings the page shows outside its masthead, the highest first."""
    found = [each for tag in ("h1", "h2") for each in root.iter(tag) if _is_headline(each)]
    return [line for each in found if _folded(line := plain(shown(each)).rstrip(" ¶#"))]


def _is_headline(heading: Element) -> bool:
    """A heading of the article, not the site's name at the top of it."""
    if not heading.text_content().strip():
        return False
    tags = {each.tag for each in heading.iterancestors()}
    masthead = bool(tags & _MASTHEAD) and not tags & {"article", "main"}
    return not masthead and "site-title" not in (heading.get("class") or "")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.").partition(".")[0]
    except ValueError:
        return ""


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
