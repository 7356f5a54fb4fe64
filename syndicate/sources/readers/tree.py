"""A page that was fetched, as a tree."""

from __future__ import annotations

import re

from syndicate.lib.html import parse
from syndicate.lib.http import Page
from syndicate.lib.tidy import Element, is_deep


def tree(page: Page) -> Element | None:
    """The elements of *page*; None where it is empty, or nested beyond reason."""
    root = parse(decoded(page))
    return None if root is None or is_deep(root) else root


def decoded(page: Page) -> str:
    """The page as text: by its header, its own meta, else UTF-8, and Windows-1252 at last."""
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", page.body[:4096], re.IGNORECASE)
    inside = declared.group(1).decode("ascii") if declared else ""
    for charset in (page.charset, inside, "utf-8"):
        try:
            return page.body.decode(charset)
        except (LookupError, ValueError):  # no codec of that name, or none for this
            continue
    return page.body.decode("cp1252", "replace")
