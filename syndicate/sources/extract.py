"""A page into its article, to fill the gaps a feed leaves.

::

    page ─→ tree ─→ facts.facts: title, authors, date …, before anything is taken out
                 ─→ blocks.body: the text with its pictures, and nothing around it
                 ─→ single.is_single: whether that is one article
"""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.lib.html import images
from syndicate.lib.http import Page
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


def extract(page: Page) -> Extract:
    """Read the article out of *page*; empty where the page is none."""
    root = tree(page)
    if root is None:
        return Extract()
    found = facts(root, page.url)
    text = body(root, page.url, found)
    image = lead(found.image, images(text))
    known = {**vars(found), "image": image}
    return Extract(**known, body=text, is_article=is_single(found, text))
