"""What stands with a link: its headline, its date, a teaser, a picture.

A link's *card* is the largest element around it that holds no link to another of its group. Where
the page has none (``<p><a>…</a> 12 May 2026</p>``, all in one box), what follows the link up to
the next one is counted to it; or what precedes it, where dates come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lxml import etree

from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.readers.anchors import Anchor

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE = {
    "a", "abbr", "b", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u",
}  # fmt: skip
_SILENT = {"script", "style", "template", "svg", "noscript"}
_GENERIC = re.compile(
    r"^\W*(read|continue|view|see|full|keep|show|learn|find out|click|go to|open|more|details?"
    r"|weiter|mehr|zum|lire|en savoir|leer|ver|seguir|leggi|continua|läs|lees|les|czytaj|permalink"
    r"|link|comments?|kommentare?|leave|no comments|share|reply|download|watch|listen)\b.{0,40}$"
    r"|^\W*\d*\W*(comments?|replies|kommentare?)?\W*$",
    re.IGNORECASE,
)
_TITLED = re.compile(r"title|headline|heading|entry-name|p-name", re.IGNORECASE)
_DATED = re.compile(r"date|time|publish|posted|meta|datum|fecha", re.IGNORECASE)
_ODD = re.compile(
    r"\b[\d.,k]+ ?(replies|views|posts|answers|votes|antworten|beiträge|réponses)\b"
    r"|\b(replies|views|posts|antworten): ?\d|last (post|reply)\b|add to (cart|basket|bag)"
    r"|in den warenkorb|ajouter au panier|\bin stock\b|[€$£¥] ?\d|\d ?[€£¥]|\b(EUR|USD|CHF) ?\d",
    re.IGNORECASE,
)
_ODD_PLACE = re.compile(
    r"/(threads?|topic|viewtopic|forums?|questions|products?|produkte?|shop|store|dp|item|items"
    r"|collections|listing)(/|\.php|\?|$)",
    re.IGNORECASE,
)
_MOST = 2000  # steps through an element; what has more is no card
_FAR = 6  # siblings around a link that may be its own
_LONGEST = 300  # characters of a headline


@dataclass(frozen=True)
class Card:
    """What stands with one link."""

    url: str
    order: int
    headline: str
    published_at: datetime | None
    headed: bool  # the headline is a heading
    teased: bool
    pictured: bool
    odd: bool  # a price, or a count of replies: of a shop, or a forum
    boxes: tuple[Element, ...] = ()


def cards(group: Sequence[Anchor]) -> list[Card]:
    """One for each address of *group*, in the page's order."""
    links: dict[str, list[Anchor]] = {}
    for anchor in group:
        links.setdefault(anchor.url, []).append(anchor)
    holds = _holds(group)
    leading = _dates_lead(group, holds)
    return [_card(url, each, holds, leading) for url, each in links.items()]


_Holds = dict[Element, set[str]]  # element → the addresses of the group within it


def _holds(group: Sequence[Anchor]) -> _Holds:
    found: _Holds = {}
    for anchor in group:
        for element in (anchor.element, *anchor.element.iterancestors()):
            found.setdefault(element, set()).add(anchor.url)
    return found


def _box(anchor: Anchor, holds: _Holds) -> Element:
    """The largest element around a link that is its own."""
    box = anchor.element
    for above in anchor.element.iterancestors():
        if len(holds[above]) > 1 or above.tag in {"body", "html", "main"}:
            break
        box = above
    return box


def _card(url: str, links: list[Anchor], holds: _Holds, leading: bool) -> Card:
    boxes = list(dict.fromkeys(_box(link, holds) for link in links))
    headline, heading = _headline(links, boxes)
    beside = [
        text
        for box in boxes[:3]
        for text in (_before(box, holds) if leading else _after(box, holds))
    ]
    whole = " ".join([*(words(box) for box in boxes[:3]), *beside])
    return Card(
        url,
        links[0].order,
        headline,
        _date(boxes, beside, headline),
        headed=heading,
        teased=len(whole) - len(headline) > 80,
        pictured=any(next(box.iter("img", "picture"), None) is not None for box in boxes),
        odd=bool(_ODD.search(whole) or _ODD_PLACE.search(url)),
        boxes=tuple(boxes),
    )


# --- the headline -----------------------------------------------------------------------------


def _headline(links: list[Anchor], boxes: list[Element]) -> tuple[str, bool]:
    """(its text, whether it is a heading): the links' own words before those around them."""
    for link in links:
        if (heading := _heading(link.element)) and not is_generic(heading):
            return heading, True
    said = [(_own_words(link.element), _is_in_heading(link.element)) for link in links]
    good = [each for each in said if not is_generic(each[0])]
    if good:
        return max(good, key=lambda each: (each[1], min(len(each[0]), 80)))
    for box in boxes:
        if (heading := _heading(box)) and not is_generic(heading):
            return heading, True
    named = (image.get("alt", "").strip() for link in links for image in link.element.iter("img"))
    return next((name[:_LONGEST] for name in named if not is_generic(name)), ""), False


def is_generic(text: str) -> bool:
    """Whether it says nothing of the article: "Read more", "3 comments", a bare date."""
    return not text or bool(_GENERIC.search(text)) or _is_date(text)


def _is_date(text: str) -> bool:
    """Whether there is a date in *text*, and hardly anything else."""
    letters = sum(char.isalpha() for char in text)
    return len(text) <= 40 and letters <= 22 and dates.parse(text) is not None


def _heading(element: Element) -> str:
    found = next(element.iter(*_HEADINGS), None)
    return "" if found is None else words(found)[:_LONGEST]


def _is_in_heading(element: Element) -> bool:
    return any(each.tag in _HEADINGS for each in islice(element.iterancestors(), 3))


def _own_words(link: Element) -> str:
    """The words of a link; of a whole card that is one, those that are its headline."""
    text = words(link)
    pieces = [each for each in link.iterdescendants() if each.tag not in _INLINE]
    if len(pieces) < 2 and len(text) <= 120:
        return text
    for each in link.iterdescendants():
        if _TITLED.search(str(each.get("class", ""))) and (title := words(each)):
            return title[:_LONGEST]
    lines = (words(each) for each in link.iterdescendants() if isinstance(each.tag, str))
    good = (line for line in lines if not is_generic(line) and len(line.split()) > 1)
    return next((line for line in good if len(line) < len(text) and len(line) <= 160), text)[
        :_LONGEST
    ]


# --- the date ---------------------------------------------------------------------------------


def _date(boxes: list[Element], beside: list[str], headline: str) -> datetime | None:
    """The first that stands there: in a ``time``, in what is named so, in a short line."""
    written = [
        each.get("datetime") or words(each) for box in boxes for each in islice(box.iter("time"), 5)
    ]
    for box in boxes:
        named = (each for each in box.iter() if _DATED.search(str(each.get("class", ""))))
        written += [words(each) for each in islice(named, 10)]
        written += [piece for piece in islice(_pieces(box), 40) if piece not in headline]
    return next(filter(None, map(_moment, [*written, *beside])), None)


def _moment(text: str) -> datetime | None:
    """The date in a short line: ``Ada Example · 12 May 2026 · 4 min``."""
    for piece in re.split(r"\s[·•|–—]\s|\s-\s", text):
        piece = piece.strip(" \t\n()[]:,–—-")
        if 5 < len(piece) <= 45 and (found := dates.parse(piece)) is not None:
            return found
    return None


def _dates_lead(group: Sequence[Anchor], holds: _Holds) -> bool:
    """Whether a date stands before the first link, so that those between two are the later's."""
    box = _box(group[0], holds)
    return any(_moment(text) for text in _before(box, holds))


# --- text -------------------------------------------------------------------------------------


def words(element: Element) -> str:
    """The text of *element* in one line, as far as a card goes; blocks stand apart in it."""
    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in islice(walk, _MOST):
        apart = "" if each.tag in _INLINE else " "
        if event == "start" and each.tag not in _SILENT:
            pieces += [apart, each.text or ""]
        elif event != "start":
            pieces += [apart, (each.tail or "") if each is not element else ""]
    return " ".join("".join(pieces).split())


def _pieces(element: Element) -> Iterator[str]:
    return (" ".join(text.split()) for text in element.itertext() if text.strip())


def _after(box: Element, holds: _Holds) -> list[str]:
    """What follows *box*, up to what holds another link of the group."""
    found = [box.tail or ""]
    for sibling in islice(box.itersiblings(), _FAR):
        if sibling in holds:
            break
        found += [words(sibling) if isinstance(sibling.tag, str) else "", sibling.tail or ""]
    return [" ".join(text.split()) for text in found if text.strip()]


def _before(box: Element, holds: _Holds) -> list[str]:
    """What precedes *box*, nearest first, up to what holds another link of the group."""
    found: list[str] = []
    for sibling in islice(box.itersiblings(preceding=True), _FAR):
        found.append(sibling.tail or "")
        if sibling in holds:
            break
        found.append(words(sibling) if isinstance(sibling.tag, str) else "")
    else:
        above = box.getparent()
        found.append("" if above is None else above.text or "")
    return [" ".join(text.split()) for text in found if text.strip()]
