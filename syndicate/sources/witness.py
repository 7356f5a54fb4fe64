"""Which leaves of a page are its article, as trafilatura sees it.

No library keeps pictures and captions, so the text it returns is no body for us; but which text
belongs to the article it decides best. So it is heard as a witness: a leaf is told if its runs of
four words are in what trafilatura returns.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from syndicate.lib.tidy import Element
from syndicate.sources.leaves import Leaf, words
from syndicate.sources.main import bodies, main

_RUN = 4
# If less of what is told is no link, it leads to other articles.
_OWN = 0.1
# What foreign code may raise on foreign HTML; it promises nothing.
_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError, etree.LxmlError,
)  # fmt: skip


def hear(root: Element) -> str:
    """The article's text by trafilatura, a block in each line; "" if it finds none."""
    import trafilatura  # takes a while to import

    try:
        found = trafilatura.bare_extraction(
            root, fast=True, include_comments=False, with_metadata=False
        )
    except _BROKEN:
        return ""
    return str(getattr(found, "text", None) or "")


def mark(leaves: Sequence[Leaf], root: Element, text: str) -> None:
    """Set what is told of each leaf: by *text*, or by the page's structure if that is empty."""
    if not text:
        return _by_structure(leaves, main(root))
    said = words(text)
    runs = set(_runs(said))
    lines = {" ".join(words(line)) for line in text.split("\n")}
    for leaf in leaves:
        leaf.told = _share(words(leaf.text), runs, lines)
    if _leads_away([leaf for leaf in leaves if leaf.is_sure]):
        _by_structure(leaves, next(bodies(root), None))


def _by_structure(leaves: Sequence[Leaf], holder: Element | None) -> None:
    inside = set() if holder is None else set(holder.iter())
    for leaf in leaves:
        leaf.told = float(leaf.element in inside and not leaf.is_links)


def _leads_away(told: Sequence[Leaf]) -> bool:
    """Whether all of it is links: the cards of longer articles below a short one."""
    size = sum(len(leaf.text) for leaf in told)
    return size > 0 and size - sum(leaf.linked for leaf in told) < _OWN * size


def _share(own: list[str], runs: set[tuple[str, ...]], lines: set[str]) -> float:
    if len(own) < 2 * _RUN and " ".join(own) in lines:
        return 1.0
    each = _runs(own)
    return sum(run in runs for run in each) / len(each) if each else 0.0


def _runs(own: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(own[start:] for start in range(_RUN)), strict=False))
