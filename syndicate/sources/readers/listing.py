"""A plain page that lists articles, for a site that has nothing better.

::

    fetch ─→ links of this site, outside its frame (anchors) ─→ groups that stand alike
          ─→ what stands with each (cards) ─→ scored: headlines, dates, addresses alike
          ─→ the best, and others like it ─→ Reading, in the page's order
          (shows it none: what its JSON-LD says it lists)

Nothing is known of the page before: what repeats in it, and reads like headlines, is its list.
Every entry is *unsure*: its own page is read, and must hold an article.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.lib.tidy import Element
from syndicate.sources.permit import permit
from syndicate.sources.readers.anchors import Anchor, anchors
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.cards import Card, cards
from syndicate.sources.readers.likely import is_telling, shape
from syndicate.sources.readers.page import look, site_name
from syndicate.sources.readers.stated import stated
from syndicate.sources.readers.tree import tree

MAX_ENTRIES = 200
MAX_SINGLES = 20
# The largest of the groups are looked at; a page of hundreds was made to keep us busy.
MAX_GROUPS = 40
# A group that scores less is no list of articles; of others, one that comes near the best is taken
# with it. Both were found by trying pages of many kinds: tests/fakes/listings.py.
_ENOUGH = 4.5
_NEAR = 0.7


class Listing:
    """The reader for pages."""

    def read(self, ask: Ask) -> Reading:
        """Fetch it and find its list, unless it is as it was."""
        permit(ask.url, ask.now)
        return look(ask, parse)


def parse(page: Page) -> Reading:
    """The articles that *page* lists. Raises BadInput where it lists none."""
    root = tree(page)
    entries = [] if root is None else _entries(root, page.url)
    if root is None or not entries:
        raise _none(page.url)
    return Reading(
        entries=tuple(entries[:MAX_ENTRIES]),
        title=site_name(root),
        site_url=page.url,
        language=str(root.get("lang", "")),
    )


def _entries(root: Element, url: str) -> list[Entry]:
    """The articles that a page shows; else those that it says it would."""
    said = {each.url: each for each in stated(root, url)}
    nothing = Entry()
    shown = [
        Entry(
            url=each.url,
            title=each.headline,
            published_at=each.published_at or said.get(each.url, nothing).published_at,
            unsure=True,
        )
        for each in listed(root, url)
    ]
    return shown or (list(said.values()) if len(said) > 1 else [])


def _none(url: str) -> BadInput:
    return BadInput(
        f"{url} has no list of articles that can be told from its other links.",
        "Name the page on which the newest articles stand, or the site's feed or sitemap.",
    )


@dataclass(frozen=True)
class _Group:
    anchors: list[Anchor]
    cards: list[Card]
    score: float


def listed(root: Element, url: str) -> list[Card]:
    """The cards of the page's list of articles, in its order; none where it has no such list."""
    every = anchors(root, url)
    alike: dict[str, list[Anchor]] = defaultdict(list)
    for anchor in every:
        for place in dict.fromkeys((anchor.where, anchor.roughly)):
            alike[place].append(anchor)
    several = [each for each in alike.values() if len({anchor.url for anchor in each}) > 1]
    groups = [_group(each) for each in sorted(several, key=len, reverse=True)[:MAX_GROUPS]]
    good = sorted((each for each in groups if each.score >= _ENOUGH), key=lambda each: -each.score)
    return _merged(every, good) if good else []


def _merged(every: Sequence[Anchor], good: Sequence[_Group]) -> list[Card]:
    """The best group, those near it, and what stands alone but like it; in the page's order."""
    best, found = good[0], dict[str, Card]()
    inside = {box for card in best.cards for box in card.boxes}
    for group in good:
        if group.score >= _NEAR * best.score:
            for card in group.cards:
                known = found.get(card.url)
                if (known is None and not _is_inside(card, inside)) or _is_better(card, known):
                    found[card.url] = card
    found |= {each.url: each for each in _singles(every, best, found, inside)}
    return sorted(found.values(), key=lambda each: each.order)


def _is_inside(card: Card, boxes: Collection[Element]) -> bool:
    """Whether it stands in the card of another story: a link in its text, a translation."""
    return any(above in boxes for box in card.boxes for above in box.iterancestors())


def _is_better(card: Card, known: Card | None) -> bool:
    return known is not None and card.headed and not known.headed


def _group(group: list[Anchor]) -> _Group:
    found = _alike(cards(group))
    return _Group(group, found, _score(group, found))


def _alike(found: list[Card]) -> list[Card]:
    """Without those that have not half of what most of them have ("Home", "About us")."""
    traits = [_traits(each) for each in found]
    common = [at for at, each in enumerate(zip(*traits, strict=True)) if sum(each) > len(found) / 2]
    kept = [sum(each[at] for at in common) * 2 >= len(common) for each in traits]
    return [card for card, good in zip(found, kept, strict=True) if good]


def _traits(card: Card) -> tuple[bool, ...]:
    dated, long = card.published_at is not None, is_headline(card.headline)
    return long, dated, card.headed, card.teased, card.pictured, is_telling(card.url)


def _score(group: Sequence[Anchor], found: Sequence[Card]) -> float:
    """How much a group looks like a list of articles: 0 to 14."""

    def share(flags: Sequence[bool]) -> float:
        return sum(flags) / len(flags)

    titles = sum(_titled(each.headline) for each in found) / len(found)
    dated = share([each.published_at is not None for each in found])
    headed = share([each.headed for each in found])
    if share([each.odd for each in found]) >= 0.5 or share([each.beside for each in group]) >= 0.5:
        return 0
    if share([bool(each.headline) for each in found]) < 0.8 or max(titles, headed / 2) < 0.25:
        return 0
    if titles + max(dated, headed) / 2 < 0.5:
        return 0
    common = Counter(shape(each.url) for each in found).most_common(1)[0][1]
    return (
        3 * titles
        + 2 * share([is_telling(each.url) for each in found])
        + 2 * dated
        + 1.5 * headed
        + share([each.central for each in group])
        + share([each.teased for each in found])
        + 0.5 * share([each.pictured for each in found])
        + common / len(found)
        + 2 * min(len(found), 8) / 8
    )


def _titled(text: str) -> float:
    """How much *text* is like a headline: 1, or half of it for two words or a long one."""
    if is_headline(text):
        return 1
    return 0.5 if len(text.split()) > 1 or len(text) >= 12 else 0


def is_headline(text: str) -> bool:
    """Whether *text* is as long as headlines are: some words, or as much where none are parted."""
    count = len(text.split())
    wide = sum(not char.isascii() and char.isalpha() for char in text)
    return count >= 4 or (count == 3 and len(text) >= 12) or wide >= 8


def _singles(
    every: Sequence[Anchor], best: _Group, found: Collection[str], inside: set[Element]
) -> list[Card]:
    """What stands alone, but like the list: a lead story, whose address has the list's shape."""
    shapes = {shape(each.url) for each in best.cards}
    alone: dict[str, list[Anchor]] = defaultdict(list)
    for anchor in every:
        if anchor.url not in found and shape(anchor.url) in shapes:
            alone[anchor.url].append(anchor)
    kept: list[Card] = []
    for links in [*alone.values()][:MAX_SINGLES]:
        card = next(each for each in cards([*links, *best.anchors]) if each.url == links[0].url)
        if _is_lead(card, links[0], best) and not _is_inside(card, inside):
            kept.append(card)
            inside |= {*card.boxes}
    return kept


def _is_lead(card: Card, link: Anchor, best: _Group) -> bool:
    """Whether it reads like a story; one beside the list must come before it, under a heading."""
    if card.odd or not (card.headed or (is_headline(card.headline) and is_telling(card.url))):
        return False
    return not link.beside or (card.headed and card.order < best.cards[0].order)
