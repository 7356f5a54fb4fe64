"""The links of a page that may lead to articles of its site, and where in it they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urldefrag

from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.readers.likely import host, may_be_article
from syndicate.sources.readers.text import one_address

MAX_ANCHORS = 800
# What is never the list itself.
_FRAME = {"nav", "footer", "form", "header", "menu", "dialog", "template", "noscript"}
_ROLES = {"navigation", "contentinfo", "search", "menu", "banner", "dialog"}
_LINES = {"p", "span", "em", "strong", "b", "i", "li", "dd", "td", "div"}
_CARD = {"article", "tr", "dd", "dt"}
_FRAMED = re.compile(
    r"^(nav|navbar|navigation|menu|topbar|footer|site-footer|sidebar|breadcrumbs?|pagination|pager"
    r"|cookies?|share|sharing|social|comments?)([_-]|$)|[_-](nav|menu|navigation|breadcrumbs?)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"^(widget|related|popular|trending|most|recommended|promo|sponsored|advert|partners?"
    r"|newsletter|blogroll)([_-]|$)|^(tags?|links)$|[_-](related|popular|sidebar)$",
    re.IGNORECASE,
)
# Of a class, what is one card's own and not its kind's: post-123, category-news, odd, first.
_OWN = re.compile(
    r"\d|^(category|tag|cat|author|status|format|type|is|has)-|^(odd|even|first|last|sticky|active"
    r"|featured|hentry|current)$",
    re.IGNORECASE,
)
_TRACKING = re.compile(r"(?<=[?&])(utm_\w+|mc_[ce]id|fbclid|gclid|ref_src|at_\w+)=[^&]*&?")


@dataclass(frozen=True, eq=False)
class Anchor:
    """One link. *where* is the same for all that stand alike, by names and classes or *roughly*."""

    element: Element
    url: str
    order: int
    where: str
    roughly: str  # by names alone
    beside: bool  # beside the matter of the page: related, popular
    central: bool  # inside a main or an article


def anchors(root: Element, url: str) -> list[Anchor]:
    """Those of the page *root*, found at *url*, outside of its frame; in its order."""
    base = base_of(root, url)
    found = (_anchor(link, n, base, url) for n, link in enumerate(root.iter("a")))
    return list(islice((each for each in found if each), MAX_ANCHORS))


def base_of(root: Element, url: str) -> str:
    """What its relative addresses are relative to."""
    given = next((each.get("href", "") for each in root.iter("base") if each.get("href")), "")
    return one_address(given, url) or url


def _anchor(link: Element, order: int, base: str, page: str) -> Anchor | None:
    target = urldefrag(one_address(link.get("href", ""), base)).url
    target = _TRACKING.sub("", target).rstrip("?&")
    if not target or host(target) != host(page) or not may_be_article(target):
        return None
    if target.rstrip("/") == urldefrag(page).url.partition("?")[0].rstrip("/"):
        return None
    if _in_prose(link):
        return None
    above = [link, *link.iterancestors()]
    marks = [*_marks(above)]
    if any(_FRAMED.search(mark) for mark in marks) or _framed(above):
        return None
    return Anchor(
        link,
        target,
        order,
        "/".join(map(_step, reversed(above))),
        "/".join(str(each.tag) for each in reversed(above)),
        _is_beside(above, marks),
        any(each.tag in {"main", "article"} or each.get("role") == "main" for each in above),
    )


def _in_prose(link: Element) -> bool:
    """Whether it goes on a sentence: words before it on its line, and no colon or date."""
    previous, above = link.getprevious(), link.getparent()
    if above is None or above.tag not in _LINES:
        return False
    text = (above.text if previous is None else previous.tail) or ""
    before = text.strip()
    return len(before.split()) >= 2 and before[-1:].isalnum() and dates.parse(before) is None


def _framed(above: list[Element]) -> bool:
    """Whether it stands in the frame of the page; a card may have a head and a foot of its own."""
    for at, each in enumerate(above):
        edge = each.tag in {"header", "footer"}
        own = edge and any(box.tag in _CARD for box in above[at:])
        if _is_frame(each) and not (own or _is_heading(each)):
            return True
    return False


def _is_heading(element: Element) -> bool:
    """Whether a header is one of a story rather than of the page: it leads nowhere else."""
    return element.tag == "header" and next(element.iter("nav", "ul", "form"), None) is None


def _is_beside(above: list[Element], marks: list[str]) -> bool:
    aside = any(each.tag == "aside" or each.get("role") == "complementary" for each in above)
    return aside or any(_BESIDE.search(mark) for mark in marks)


def _is_frame(element: Element) -> bool:
    return element.tag in _FRAME or element.get("role") in _ROLES


def _marks(above: list[Element]) -> Iterator[str]:
    """What the boxes around it are called, but for the page as a whole."""
    for each in above:
        if each.tag not in {"html", "body"}:
            yield from f"{each.get('class', '')} {each.get('id', '')}".split()


def _step(element: Element) -> str:
    own = sorted(mark for mark in element.get("class", "").split() if not _OWN.search(mark))
    return ".".join([str(element.tag), *own[:3]])
