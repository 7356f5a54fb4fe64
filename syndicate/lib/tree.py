"""The tree of a page: what an element is called, how deep it lies, where an address leads."""

from __future__ import annotations

import re
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree

Element: TypeAlias = Any  # lxml-stubs leaves lxml.html without types

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "ul",
}  # fmt: skip


def is_deep(root: Element) -> bool:
    """Whether *root* is nested deeper than browsers allow (Blink: 512).

    Much here looks at all that stands above an element, which is quick only within reason.
    """
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > 512:
            return True
    return False


def is_hidden(element: Element) -> bool:
    """Whether it says that nobody sees it; no comment or the like does."""
    return isinstance(element.tag, str) and (
        "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")) is not None
    )


def absolute(address: str, base_url: str) -> str:
    """An http(s) address, or "" where there is none."""
    if not address or address.startswith(("#", "data:", "javascript:")):
        return ""
    try:
        joined = urljoin(base_url, address)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in {"http", "https"} and parts.netloc else ""
