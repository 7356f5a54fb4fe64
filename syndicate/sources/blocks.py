"""The text of a page's article, as sanitised HTML with its pictures.

::

    tree ─→ scripts and what is hidden out ─→ pictures found, captions in figures
         ─→ leaves ─→ marked by the witness (trafilatura) ─→ the smallest box that holds the told
         ─→ each leaf and picture in it kept or not ─→ the rest cut out ─→ sanitised
"""

from __future__ import annotations

from lxml import html as lxml_html

from syndicate.lib.html import sanitise
from syndicate.lib.pictures import figures, pictures
from syndicate.lib.tree import Element, absolute, is_hidden
from syndicate.sources.choose import choose
from syndicate.sources.facts import Facts
from syndicate.sources.leaves import Leaf, above_all, leaves
from syndicate.sources.ornaments import drop_doubles, drop_ornaments
from syndicate.sources.witness import hear, mark

_GONE = (
    "script", "style", "template", "iframe", "object", "embed", "svg", "canvas", "math", "audio",
    "video", "select", "textarea", "button", "input", "link", "meta",
)  # fmt: skip


def body(root: Element, base: str, facts: Facts) -> str:
    """The article's text out of *root*, which is taken apart; addresses are relative to *base*."""
    base = _base(root, base)
    _strip(root)
    heard = hear(root)
    pictures(root, base)
    drop_ornaments(root)
    figures(root)
    found = leaves(root)
    mark(found, root, heard)
    choice = choose(root, found, facts)
    if not choice.kept:
        return ""
    _cut(choice.box, choice.kept)
    parts = [*choice.before, choice.box]
    drop_doubles(parts)
    return sanitise("".join(_written(part) for part in parts), base)


def _written(element: Element) -> str:
    return str(lxml_html.tostring(element, encoding="unicode", with_tail=False))


def _base(root: Element, base: str) -> str:
    given = next((each.get("href") for each in root.iter("base") if each.get("href")), "")
    return absolute(given.strip(), base) or base


def _strip(root: Element) -> None:
    for element in [*root.iter(*_GONE)]:
        element.drop_tree()
    most = len(root.text_content()) / 2
    for element in [*root.iterdescendants()]:
        # Some pages hide all that they hold until a script has run.
        if is_hidden(element) and len(element.text_content()) < most:
            element.drop_tree()


def _cut(box: Element, kept: list[Leaf]) -> None:
    """Take out of *box* whatever holds nothing that is kept."""
    own = {leaf.element for leaf in kept}
    needed = above_all(own)
    for leaf in leaves(box):
        if leaf.element not in own:
            _empty(leaf.element, needed)


def _empty(element: Element, needed: set[Element]) -> None:
    if element not in needed:
        if element.getparent() is not None:
            element.drop_tree()
        return
    element.text = None
    for child in [*element]:
        child.tail = None
        if child not in needed:
            element.remove(child)
