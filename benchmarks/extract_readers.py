"""Who reads pages: ours, and the libraries beside it.

bare text      all that a page shows, scripts and styles left out: the baseline
trafilatura    as its documentation has it; with favour of precision; its HTML with pictures
readability    readability-lxml, the Python port of Arc90's script
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syndicate.lib.html import parse, to_text
from syndicate.lib.http import Page
from syndicate.sources.extract import Extract, extract


@dataclass(frozen=True)
class Read:
    """What a reader made of a page: *text* is the article's, without captions."""

    text: str = ""
    html: str = ""  # the same with pictures and captions, if the reader has them
    extract: Extract | None = None


def ours(body: bytes, url: str) -> Read:
    """``sources.extract``, metadata and all."""
    found = extract(Page(200, url, "", {}, body, "", "", "text/html", ""))
    return Read(_without_captions(found.body), found.body, found)


def bare_text(body: bytes, _url: str) -> Read:
    """Whatever is written on the page."""
    return Read(to_text(body.decode("utf-8", "replace")))


def readability(body: bytes, url: str) -> Read:
    """Its summary, which keeps captions that are figcaptions."""
    from readability import Document

    html = Document(body.decode("utf-8", "replace"), url=url).summary(html_partial=True)
    return Read(_without_captions(html), html)


def trafilatura(body: bytes, url: str) -> Read:
    """Standard settings, and once more as HTML with pictures."""
    html = _trafilatura(body, url=url, output_format="html", include_images=True)
    return Read(_trafilatura(body), html)


def trafilatura_precision(body: bytes, _url: str) -> Read:
    """``favor_precision``: what its authors advise where nothing wrong may get in."""
    return Read(_trafilatura(body, favor_precision=True))


def _trafilatura(body: bytes, **options: Any) -> str:
    from trafilatura import extract as read

    return read(body, include_comments=False, **options) or ""


def _without_captions(html: str) -> str:
    """The text of *html*; a caption belongs to its picture, not to the text."""
    root = parse(html) if html.strip() else None
    if root is None:
        return ""
    for caption in [*root.iter("figcaption")]:
        caption.drop_tree()
    from lxml import html as lxml_html

    return to_text(lxml_html.tostring(root, encoding="unicode"))


PEERS: dict[str, Callable[[bytes, str], Read]] = {
    "trafilatura": trafilatura, "trafilatura_precision": trafilatura_precision,
    "readability_lxml": readability, "bare_text": bare_text,
}  # fmt: skip
