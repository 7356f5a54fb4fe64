"""A page into its article, to fill the gaps a feed leaves.

::

    page ─→ decoded ─→ tree ─→ facts.facts: title, authors, date …, before anything is taken out
                            ─→ blocks.body: the text with its pictures, and nothing around it
"""

from __future__ import annotations

from dataclasses import dataclass

from syndicate.lib.http import Page
from syndicate.sources.blocks import body
from syndicate.sources.facts import Facts, facts
from syndicate.sources.readers.tree import tree


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
    return Extract(**vars(found), body=text, is_article=bool(found.title and text))
