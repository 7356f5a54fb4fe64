"""A page into its article, to fill the gaps a feed leaves.

::

    page ─→ tree ─→ facts.facts: title, authors, date …, before anything is taken out
                 ─→ blocks.body: the text with its pictures, and nothing around it
                 ─→ single.is_single: whether that is one article
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from syndicate.lib.html import images
from syndicate.lib.http import Page
from syndicate.lib.tree import Element
from syndicate.sources.blocks import body
from syndicate.sources.facts import Facts, facts
from syndicate.sources.lead import lead
from syndicate.sources.readers.tree import tree
from syndicate.sources.single import is_single


@dataclass(frozen=True, kw_only=True)
class Extract(Facts):
    """What a page says about its article; *body* is sanitised HTML."""

    body: str = ""
    is_article: bool = False  # one article, with a headline and a text; no list, no form


# A page is read so far; twice what the longest articles take. An element counts for itself and for
# what is above it, as much that reads a page looks at all of that.
MAX_STEPS = 600_000
_STEP = 20


def extract(page: Page) -> Extract:
    """Read the article out of *page*; empty where the page is none."""
    root = tree(page)
    if root is None:
        return Extract()
    _shorten(root)
    found = facts(root, page.url)
    text = body(root, page.url, found)
    image = lead(found.image, images(text))
    known = {**vars(found), "image": image}
    return Extract(**known, body=text, is_article=is_single(found, text))


def _shorten(root: Element) -> None:
    """Leave out what begins after so many steps, so that no page takes long."""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    depth = steps = 0
    rest = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        steps += _STEP + depth
        if event == "start" and steps > MAX_STEPS:
            rest.append(element)
    for element in reversed(rest):
        element.getparent().remove(element)
