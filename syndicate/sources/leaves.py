"""A tree's leaves: the elements that hold text or pictures of their own, in order.

What stands in a block beside other blocks (``<div>loose <b>words</b><p>…</p></div>``) is its own;
so each word belongs to one leaf.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from syndicate.lib.tree import BLOCKS, Element

_BLOCKS = BLOCKS | {
    "body", "caption", "details", "dialog", "fieldset", "figcaption", "form", "html", "summary",
    "tbody", "td", "tfoot", "th", "thead", "tr",
}  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# A leaf told to this share is part of the article.
_TOLD = 0.5
# Chinese and Japanese put no space between words: there each character counts as one.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(eq=False)
class Leaf:
    """One block's own text and pictures; *linked* are the characters within links."""

    element: Element
    text: str = ""
    linked: int = 0
    images: int = 0
    is_caption: bool = False  # of a picture, or otherwise no running text
    is_title: bool = False  # the headline once more, or the description
    told: float = 0.0  # how much of it trafilatura counts to the article, 0 … 1
    parts: list[str] = field(default_factory=list, repr=False)

    @property
    def is_links(self) -> bool:
        """Whether most of it leads elsewhere."""
        return 2 * self.linked > len(self.text)

    @property
    def is_sure(self) -> bool:
        """Whether the witness says that it is part of the article's text."""
        return self.told >= _TOLD and not self.is_caption and not self.is_title

    @property
    def is_heading(self) -> bool:
        """Whether it is of h1 … h6."""
        return self.element.tag in HEADINGS


def leaves(root: Element) -> list[Leaf]:
    """Those of *root* that hold anything, in the order of their beginnings; one pass."""
    found: list[Leaf] = []
    open_blocks: list[Leaf] = []
    links = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            if element.tag in _BLOCKS or not open_blocks:
                inside = bool(open_blocks) and _is_captions(open_blocks[-1])
                open_blocks.append(Leaf(element, is_caption=inside or _is_caption(element)))
                found.append(open_blocks[-1])
            links += element.tag == "a"
            _begin(open_blocks[-1], element, links)
            continue
        if event == "end":
            links -= element.tag == "a"
            if open_blocks[-1].element is element:
                open_blocks.pop()
        if open_blocks and element.tail:
            _add(open_blocks[-1], element.tail, links)
    for leaf in found:
        leaf.text = " ".join("".join(leaf.parts).split())
    return [leaf for leaf in found if leaf.text or leaf.images]


def above_all(elements: Iterable[Element]) -> set[Element]:
    """*elements* and all that is above any of them; each step is taken once."""
    found: set[Element] = set()
    for each in elements:
        element = each
        while element is not None and element not in found:
            found.add(element)
            element = element.getparent()
    return found


def words(text: str) -> list[str]:
    """Its words, without what stands between them."""
    return _WORD.findall(text)


def _is_caption(element: Element) -> bool:
    """Whether *element* is a caption, or a figure around a picture."""
    if element.tag == "figure":
        return next(element.iter("img"), None) is not None
    return bool(element.tag == "figcaption")


def _is_captions(leaf: Leaf) -> bool:
    return leaf.is_caption and leaf.element.tag != "figure"


def _begin(leaf: Leaf, element: Element, links: int) -> None:
    if element.tag == "br":
        leaf.parts.append("\n")
    leaf.images += element.tag == "img"
    if element.text:
        _add(leaf, element.text, links)


def _add(leaf: Leaf, text: str, links: int) -> None:
    leaf.parts.append(text)
    if links:
        leaf.linked += len(text.strip())
