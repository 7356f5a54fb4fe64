"""Which of a page's leaves are its article: a decision on what the witness told.

::

    leaves ─→ without surroundings ─→ the smallest box that holds most of what is told
           ─→ in it: the told; parts between them that read like text; pictures without text
           ─→ before it, below the headline: its figures
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from syndicate.lib.tree import Element
from syndicate.sources.around import (
    is_around,
    is_byline,
    is_closing,
    is_credit,
    is_masthead,
    is_noise,
)
from syndicate.sources.facts import Facts
from syndicate.sources.lead import same_file
from syndicate.sources.leaves import HEADINGS, Leaf, above_all, words

# The box holds this share of what is told; surroundings, whatever they are called, hold less.
_COVER, _MOST = 0.8, 0.4
# A part between told ones is part of the text if no more of its characters are links.
_LINKED = 0.4
# Told characters of an article.
_FEW = 250
# A byline is no longer.
_LINE = 100
# What systems call the picture above a text.
_FEATURED = re.compile(r"featured|post-(image|thumbnail)|hero|lead-?(image|media|photo)|feature-im")
# Within a list, an item or a row that is told, links alone are part of what it says.
_ENTRIES = {("li", "ol"), ("li", "ul"), ("ol", "li"), ("ul", "li"), ("tr", "td"), ("tr", "th")}
_WHOLE = HEADINGS | {"blockquote", "ol", "p", "pre", "table", "tbody", "tr", "ul"}


@dataclass(frozen=True)
class Choice:
    """The element that holds the article, what of it is kept, and figures to stand before it."""

    box: Element
    kept: list[Leaf]
    before: list[Element]


def choose(root: Element, found: Sequence[Leaf], facts: Facts) -> Choice:
    """Choose among the leaves *found* in *root*; the tree is not changed."""
    _note_title(found, facts)
    around = _around(root, _weights(root, found))
    those = [leaf for leaf in found if leaf.element not in around]
    weights = _weights(root, those)
    box = _box(_headed(root, those, weights), weights)
    inside = set(box.iter())
    inner = [leaf for leaf in those if leaf.element in inside]
    kept = _ended(_flow(inner, box))
    before = those[: those.index(inner[0])] if kept else []
    return Choice(box, kept, _figures(before, box, same_file(facts.image.url)))


def _note_title(found: Iterable[Leaf], facts: Facts) -> None:
    title, description = (words(text.casefold()) for text in (facts.title, facts.description))
    longest = 2 * max(len(facts.title), len(facts.description))
    for leaf in found:
        if 0 < len(leaf.text) < longest:
            said = words(leaf.text.casefold())
            leaf.is_title = said == title or (leaf.is_heading and said == description)


def _weights(root: Element, found: Iterable[Leaf]) -> dict[Element, int]:
    """How many told characters each element holds; what leads elsewhere weighs against it."""
    weights = {leaf.element: _weight(leaf) for leaf in found if leaf.is_sure}
    # From the last to the first each child comes before its parent: the cost is that of the tree.
    for element in reversed([*root.iter(etree.Element)]):
        if weight := weights.get(element, 0):
            above = element.getparent()
            weights[above] = weights.get(above, 0) + weight
    return weights


def _weight(leaf: Leaf) -> int:
    """What a told leaf counts; lists, as a gallery's legends, count less than paragraphs."""
    above = leaf.element.getparent()
    listed = leaf.element.tag == "li" or (above is not None and above.tag == "li")
    return max(0, len(leaf.text) - 2 * leaf.linked) // (2 if listed else 1)


def _around(root: Element, weights: dict[Element, int]) -> set[Element]:
    """All that is in surroundings; what holds most of the article is none, whatever its name.

    But for a masthead: beside a single line of news, the site's own words are the most.
    """
    most = _MOST * weights.get(root, 0)
    around: set[Element] = set()
    for element in root.iterdescendants():
        if isinstance(element.tag, str) and (
            element.getparent() in around
            or is_masthead(element)
            or (is_around(element) and weights.get(element, 0) <= most)
        ):
            around.add(element)
    return around


def _headed(root: Element, those: Iterable[Leaf], weights: dict[Element, int]) -> Element:
    """Of several articles on one page the one with the headline; else the page."""
    several = [each for each in root.iter("article") if weights.get(each, 0) >= _FEW]
    if len(several) < 2:
        return root
    heads = [leaf.element for leaf in those if leaf.is_title and leaf.is_heading]
    above = {up for head in heads[:1] for up in head.iterancestors("article")}
    return next((each for each in several if each in above), root)


def _box(root: Element, weights: dict[Element, int]) -> Element:
    """The smallest element that holds most of what is told."""
    box, least = root, max(1, _COVER * weights.get(root, 0))
    while inner := [each for each in box if weights.get(each, 0) >= least]:
        if inner[0].tag in _WHOLE:
            break
        box = inner[0]
    return box


def _flow(inner: list[Leaf], box: Element) -> list[Leaf]:
    """What is kept of the leaves within the box."""
    sure = [place for place, leaf in enumerate(inner) if leaf.is_sure]
    if not sure:
        return []
    begin = next((place for place in sure if not inner[place].is_heading), sure[0])
    fits = _fitting(inner, range(sure[0], sure[-1] + 1), box)
    return [
        leaf
        for place, leaf in enumerate(inner)
        if (leaf.is_sure or leaf.element in fits)
        and not _is_label(leaf)
        and not (leaf.element.tag == "h1" and place < begin)
    ]


def _fitting(inner: list[Leaf], within: range, box: Element) -> set[Element]:
    """Leaves that are not told but belong to the article, part by part.

    A part is the largest element that holds nothing told: a list, a figure, a row of links.
    """
    told = above_all([box, *(leaf.element for leaf in inner if leaf.is_sure)])
    tops: dict[Element, Element] = {}
    parts: dict[Element, list[tuple[int, Leaf]]] = {}
    for place, leaf in enumerate(inner):
        if not leaf.is_sure:
            parts.setdefault(_top(leaf.element, told, tops), []).append((place, leaf))
    return {
        leaf.element
        for top, part in parts.items()
        if _is_entry(top, told)
        or _fits([leaf for _, leaf in part], part[0][0] in within or top in told)
        for _, leaf in part
    }


def _is_entry(top: Element, told: set[Element]) -> bool:
    """Whether it stands in a list's item or a table's row that is told: a sub-list, a
    cell; or in a told list, as an item of links among others."""
    above = top.getparent()
    return above in told and (above.tag, top.tag) in _ENTRIES


def _top(element: Element, told: set[Element], tops: dict[Element, Element]) -> Element:
    """The largest element around *element* that is none of *told*; *tops* are known already."""
    way = [element]
    while way[-1] not in tops and (above := way[-1].getparent()) is not None and above not in told:
        way.append(above)
    top = tops.get(way[-1], way[-1])
    tops.update(dict.fromkeys(way, top))
    return top


def _fits(part: list[Leaf], within: bool) -> bool:
    """Whether a part that was not told belongs to the article all the same."""
    prose = [leaf for leaf in part if leaf.text and not leaf.is_caption]
    size = sum(len(leaf.text) for leaf in prose)
    if not size:
        return any(leaf.images for leaf in part)
    quoted = any(
        "blockquote" in {each.tag for each in (leaf.element, leaf.element.getparent())}
        for leaf in prose
        if leaf.element.getparent() is not None
    )
    return within and (quoted or sum(leaf.linked for leaf in prose) < _LINKED * size)


def _is_label(leaf: Leaf) -> bool:
    """Whether it says something about the article, its pictures or its site."""
    if leaf.is_caption:
        return False
    if leaf.is_title or is_noise(leaf.text):
        return True
    if leaf.images:
        return False
    short = len(leaf.text) < _LINE
    return (short and is_byline(leaf.element)) or (not leaf.is_sure and is_credit(leaf.element))


def _ended(kept: list[Leaf]) -> list[Leaf]:
    """*kept* without headings over nothing, and what an agency adds below its text."""
    end = len(kept)
    while end > 1 and not kept[end - 1].images:
        if not _is_bare(kept[end - 1]) and not is_closing(kept[end - 1].text):
            break
        end -= 1
    return kept[:end]


def _is_bare(leaf: Leaf) -> bool:
    """Whether it is a heading, and no loose text or picture follows it in its parent."""
    after = leaf.element.getnext()
    loose = (leaf.element.tail or "").strip() or (after is not None and after.tag == "img")
    return leaf.is_heading and not loose


def _figures(before: list[Leaf], box: Element, lead: str) -> list[Element]:
    """Figures that stand between headline and text, or just above both: two at most.

    Each has a caption, or is the picture that the page names as the article's own.
    """
    heads = [leaf.element for leaf in before if leaf.element.tag == "h1" or leaf.is_title]
    zone = next((up for up in box.iterancestors("article", "main")), None)
    if zone is None and heads:
        shared = set(heads[-1].iterancestors())
        zone = next((up for up in box.iterancestors("div", "section") if up in shared), None)
    if zone is None:
        return []
    own = {up for leaf in before for up in (leaf.element, *leaf.element.iterancestors("figure"))}
    below = {each for head in heads[-1:] for each in head.itersiblings("figure")}
    return [
        each
        for each in zone.iter("figure")
        if each in own and (each in below or _is_shown(each, lead))
    ][-2:]


def _is_shown(figure: Element, lead: str) -> bool:
    images = [same_file(image.get("src", "")) for image in figure.iter("img")]
    captioned = next(figure.iter("figcaption"), None) is not None
    named = " ".join(each.get("class", "") for each in figure.iter("figure", "img"))
    return bool(images) and (captioned or lead in images or bool(_FEATURED.search(named)))
