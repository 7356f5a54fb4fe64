"""Who wrote an article. A wrong name is worse than none, so each must look like one.

::

    JSON-LD ─→ meta elements ─→ microdata, rel=author ─→ a byline by class ─→ one by its words

The first that names somebody wins. What is only visible must look like a person's name; what is
marked as an author may be a pen name of one word. The site itself is no author, nor is any other
publisher while a person is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.lib.tidy import Element
from syndicate.sources.claims import Claims, shown, text
from syndicate.sources.jsonld import Object, is_a
from syndicate.sources.main import main
from syndicate.sources.names import catalogued, is_name, named

_PERSON = re.compile(r"Person$")
_GROUP = re.compile(r"Organization|Corporation|Newspaper|WebSite|Brand")
_METAS = (
    "dc.creator", "dcterms.creator", "dc:creator", "author", "article:author",
    "og:article:author", "parsely-author", "sailthru.author", "byl", "citation_author",
)  # fmt: skip
_CLASSED = re.compile(
    r"(?:^|[\s_-])(?:by-?line(?:[_-]+\w+)*|(?:author|writer)s?(?:[_-]?names?)?|written-?by|vcard)"
    r"(?=$|\s)",
    re.IGNORECASE,
)
# Boxes and links about an author that do not say who this article's is.
_APART = re.compile(r"avatar|bio\b|image|photo|follow|social|count|commenter", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:written|words|story|posted|published|text)\s+)?"
    r"(?:text|by|von|par|por|di|av|af|door)\b[: ]\s*(\S.{2,60})$",
    re.IGNORECASE,
)
_CARRIERS = ("p", "div", "span", "a", "li", "address", "em", "strong", "cite")
_SIGNED = ("p", "div", "span", "em", "li", "address")
# Characters; a byline is no longer.
_LINE = 120


def authors(claims: Claims) -> tuple[str, ...]:
    """The names of those who wrote it, in the page's order; empty where it names nobody."""
    site = {each.casefold() for each in claims.site()}
    for find in (_linked, _in_metas, _marked, _classed, _signed):
        for people in find(claims):
            if kept := tuple(each for each in people if each.casefold() not in site):
                return kept
    return _owner(claims)


def _owner(claims: Claims) -> tuple[str, ...]:
    """A person whose site bears their name; others whom it names went before."""
    given = claims.linked.each(claims.linked.article.get("author"))
    people = [each for each in given if isinstance(each, dict) and is_a(each, _PERSON)]
    return tuple(name for each in people for name in _names(each) if is_name(name))


def _linked(claims: Claims) -> Iterator[tuple[str, ...]]:
    article = claims.linked.article
    given = claims.linked.each(article.get("author") or article.get("creator"))
    people = [each for each in given if isinstance(each, dict) and is_a(each, _PERSON)]
    others = [each for each in given if isinstance(each, str) or not is_a(each, _GROUP)]
    for some in (people, others, given):
        yield tuple(dict.fromkeys(name for each in some for name in _names(each)))


def _names(given: Object | str) -> tuple[str, ...]:
    return catalogued(text(given))


def _in_metas(claims: Claims) -> Iterator[tuple[str, ...]]:
    for name in _METAS:
        values = [each for each in claims.all(name) if not each.lower().startswith("http")]
        yield tuple(dict.fromkeys(one for each in values for one in catalogued(each)))


def _marked(claims: Claims) -> Iterator[tuple[str, ...]]:
    """What the page marks as its author for machines, in its own text."""
    marked = claims.marked("author")
    inner = [
        each
        for box in marked
        for each in box.iterdescendants()
        if isinstance(each.tag, str) and "name" in (each.get("itemprop") or "").split()
    ]
    yield _lines(inner or marked)
    links = [each for each in claims.root.iter("a", "link") if "author" in _rels(each)]
    yield _lines([each for each in links if not claims.beside.holds(each)])
    cards = [each for each in claims.root.iterfind(".//*[@class]") if _is_card(each)]
    yield _lines([each for each in cards if not claims.beside.holds(each)])


def _is_card(element: Element) -> bool:
    """Whether it names the author in h-entry or hAtom (https://microformats.org/wiki/h-entry)."""
    classes = element.get("class").split()
    above = element.getparent()
    within = (above.get("class") or "").split() if above is not None else []
    return "p-author" in classes or ("fn" in classes and {"author", "vcard"} <= {*within, *classes})


def _rels(link: Element) -> list[str]:
    return (link.get("rel") or "").lower().split()


def _lines(elements: list[Element]) -> tuple[str, ...]:
    lines = [shown(each) for each in elements]
    people = [name for line in lines if len(line) < _LINE for name in named(line)]
    return tuple(dict.fromkeys(people))


def _classed(claims: Claims) -> Iterator[tuple[str, ...]]:
    """An element called a byline, if what stands in it is a name."""
    for element in claims.root.iter(*_CARRIERS):
        called = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not _CLASSED.search(called) or _APART.search(called):
            continue
        line = shown(element)
        if 4 < len(line) < _LINE and not claims.beside.holds(element):
            yield tuple(filter(is_name, named(line)))


def _signed(claims: Claims) -> Iterator[tuple[str, ...]]:
    """``By Ada Example`` in a short block at the beginning or end of the text."""
    body = main(claims.root)
    blocks = [] if body is None else [*body.iter(*_SIGNED)]
    for block in [*blocks[:4], *reversed(blocks[-6:])]:
        if found := _BY.match(shown(block)):
            yield tuple(filter(is_name, named(found.group(1))))
