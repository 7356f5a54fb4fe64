"""The page of one article, read as a guest would: the only way in which articles' pages are read.

::

    read ─→ permit: robots.txt, then our turn at that host ─→ fetch ─→ a page? ─→ extract
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page, fetch
from syndicate.sources.extract import Extract, extract
from syndicate.sources.permit import permit

MAX_PAGE = 3_000_000
_PAGES = {"text/html", "application/xhtml+xml", "application/xml", "text/xml", ""}


class Unreadable(BadInput):
    """What stands there is no web page, nor will it be."""


def read(url: str, now: datetime, headers: Mapping[str, str] | None = None) -> Extract:
    """What stands at *url*. Raises BadInput, naming it. *headers* let us in where not all may."""
    permit(url, now)
    page = fetch(url, headers=headers, max_bytes=MAX_PAGE, now=now)
    _be_page(page, url)
    return extract(page)


def _be_page(page: Page, url: str) -> None:
    """A PDF, a picture or a film has no text that we could read."""
    kind = "application/pdf" if page.body.startswith(b"%PDF-") else page.content_type
    if kind not in _PAGES or b"\0\0\0\0" in page.body[:1024]:
        raise Unreadable(
            f"{url} is no web page{f', but {kind}' if kind and kind not in _PAGES else ''}.",
            "Only the text of web pages can be read; link to it from an article.",
        )
