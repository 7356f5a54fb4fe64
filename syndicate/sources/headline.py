"""The headline of a page: as its metadata give it, without the site's name at either end."""

from __future__ import annotations

import re

from syndicate.lib.tidy import Element
from syndicate.sources.claims import Claims, shown
from syndicate.sources.readers.text import plain

_PARTED = re.compile(r"\s+[|·•»«›‹–—\-:/\\]+\s+|\s*\|\s*|(?<=\S):\s+")
_METAS = (
    "dc.title", "dcterms.title", "dc:title", "og:title", "twitter:title", "parsely-title",
    "sailthru.title", "title",
)  # fmt: skip
_MASTHEAD = {"header", "nav", "aside", "footer"}


def headline(claims: Claims) -> str:
    """The article's own title, or ""."""
    element = next(claims.root.iter("title"), None)
    whole = "" if element is None else plain(" ".join((element.text or "").split()))
    headings = _headings(claims.root)
    given = [*_linked(claims, [whole, *headings]), *map(plain, claims.all(*_METAS)), whole]
    begun = [own for own in headings for each in given if _folded(each).startswith(_folded(own))]
    own = next(iter([*begun, *headings]), "")
    site = {_folded(each) for each in claims.site()} - {""}
    parted = [_without(each, site, own) for each in given if _folded(each) not in site]
    return next(filter(None, parted), "") or own


def _linked(claims: Claims, shown: list[str]) -> list[str]:
    """What JSON-LD has as headline and name, first the one that the page shows, too."""
    given = [each for each in (claims.said("headline"), claims.said("name")) if each]
    return sorted(given, key=lambda one: not any(_folded(one) in _folded(each) for each in shown))


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
    """The headings of the highest rank that the page shows outside its masthead."""
    for tag in ("h1", "h2"):
        lines = [plain(shown(each)).rstrip(" ¶#") for each in root.iter(tag) if _is_headline(each)]
        if found := [line for line in lines if _folded(line)]:
            return found
    return []


def _is_headline(heading: Element) -> bool:
    """A heading of the article, not the site's name at the top of it."""
    if not heading.text_content().strip():
        return False
    tags = {each.tag for each in heading.iterancestors()}
    masthead = bool(tags & _MASTHEAD) and not tags & {"article", "main"}
    return not masthead and "site-title" not in (heading.get("class") or "")


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
