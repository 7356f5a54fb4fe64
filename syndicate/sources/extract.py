"""A page into its article, to fill the gaps a feed leaves.

::

    page ─→ decoded ─→ tree ─→ facts.facts: title, authors, date …, before anything is taken out
                            ─→ blocks.body: the text with its pictures, and nothing around it
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from syndicate.lib.html import parse
from syndicate.lib.http import Page
from syndicate.lib.tidy import is_deep
from syndicate.sources.blocks import body
from syndicate.sources.facts import Facts, facts


@dataclass(frozen=True, kw_only=True)
class Extract(Facts):
    """What a page says about its article; *body* is sanitised HTML."""

    body: str = ""
    is_article: bool = False  # one article, with a headline and a text; no list, no form


def extract(page: Page) -> Extract:
    """Read the article out of *page*; empty where the page is none."""
    root = parse(_decoded(page))
    if root is None or is_deep(root):
        return Extract()
    found = facts(root, page.url)
    text = body(root, page.url, found)
    return Extract(**vars(found), body=text, is_article=bool(found.title and text))


def _decoded(page: Page) -> str:
    """The page as text: by its header, its own meta, else UTF-8, and Windows-1252 at last."""
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", page.body[:4096], re.IGNORECASE)
    inside = declared.group(1).decode("ascii") if declared else ""
    for charset in (page.charset, inside, "utf-8"):
        try:
            return page.body.decode(charset)
        except (LookupError, ValueError):  # no codec of that name, or none for this
            continue
    return page.body.decode("cp1252", "replace")
