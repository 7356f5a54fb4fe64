"""One sitemap document into what it lists: XML (with its news and image tags), plain text, a feed.

The XML is read piece by piece, and each piece dropped when it is read: a sitemap may hold 50,000
addresses. Entities stay unread, and broken XML is read as far as it goes.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any, cast

from lxml import etree

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.lib.text import one_line
from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.readers import feed
from syndicate.sources.readers.base import Entry
from syndicate.sources.readers.text import one_address, plain, tags

MAX_URLS = 50_000
MAX_BYTES = 52_428_800  # unpacked; both are limits of the protocol itself
_GZIP = b"\x1f\x8b"
# An address that is fit for use as it stands, as nearly all are.
_PLAINLY = re.compile(r"https?://[\w.-]+(?::\d{1,5})?/[\w/.,%&=?+~:@!-]*", re.ASCII)
# By address, as prefixes are each site's own; one that is never declared stays as it is written.
_PREFIX = {
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "https://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.google.com/schemas/sitemap-news/0.9": "news:",
    "http://www.google.com/schemas/sitemap-image/1.1": "image:",
}


@dataclass(frozen=True)
class Child:
    """A sitemap that an index names."""

    url: str
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """What one document lists: articles' addresses, or further sitemaps."""

    entries: tuple[Entry, ...] = ()
    children: tuple[Child, ...] = ()
    name: str = ""
    damaged: bool = False  # there may be more than could be read


def read(page: Page) -> Listed:
    """Raises BadInput where *page* is no sitemap."""
    try:
        start = _unpacked(page).read(4096).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        if start.startswith((b"http://", b"https://")):
            return Listed(_lines(page))
        if b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start:
            return _of_feed(page)
        if b"<urlset" not in start and b"<sitemapindex" not in start:
            raise _none(page.url)
        return _of_xml(page)
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{page.url} is packed wrongly.", "Tell the site's owner.") from error
    except etree.XMLSyntaxError as error:
        raise _none(page.url) from error


class _Capped(io.RawIOBase):
    """A stream that ends with an error where it unfolds to more than anybody's sitemap."""

    def __init__(self, stream: IO[bytes], url: str) -> None:
        self._stream, self._url, self._left = stream, url, MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size if size >= 0 else 65_536)
        self._left -= len(piece)
        if self._left < 0:
            raise BadInput(
                f"{self._url} unpacks to more than {MAX_BYTES / 1_000_000:.0f} MB.",
                "A sitemap as large as that must be parted; tell the site's owner.",
            )
        return piece


def _unpacked(page: Page) -> IO[bytes]:
    stream: IO[bytes] = io.BytesIO(page.body)
    if page.body.startswith(_GZIP):
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    return cast(IO[bytes], _Capped(stream, page.url))


def _none(url: str) -> BadInput:
    return BadInput(
        f"{url} is no sitemap.",
        "Its address stands in the site's robots.txt, or is /sitemap.xml as a rule.",
    )


def _lines(page: Page) -> tuple[Entry, ...]:
    text = _unpacked(page)
    whole = b"".join(iter(lambda: text.read(65_536), b"")).decode("utf-8", "replace")
    addresses = (one_address(line, page.url) for line in whole.splitlines()[:MAX_URLS])
    return tuple(Entry(url=address, unsure=True) for address in addresses if address)


def _of_feed(page: Page) -> Listed:
    found = feed.parse(page)
    return Listed(tuple(replace(each, unsure=True) for each in found.entries), (), found.title)


def _of_xml(page: Page) -> Listed:
    entries: list[Entry] = []
    children: list[Child] = []
    name = ""
    walk = _walk(page)
    for element in _elements(walk):
        if etree.QName(element).localname == "sitemap":
            children += _child(element, page.url)
        elif entry := _entry(element, page.url):
            entries.append(entry)
            name = name or (plain(_said(element).get("news:name", "")) if entry.title else "")
        if len(entries) >= MAX_URLS or len(children) >= MAX_URLS:
            break
    return Listed(tuple(entries), tuple(children), name, damaged=len(walk.error_log) > 0)


def _walk(page: Page) -> Any:
    return etree.iterparse(
        _unpacked(page), events=("end",), tag=("{*}url", "{*}sitemap"),
        resolve_entities=False, no_network=True, load_dtd=False, recover=True,
    )  # fmt: skip


def _elements(walk: Any) -> Iterator[Element]:
    """Each ``url`` and ``sitemap``, emptied after use."""
    for _, element in walk:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _child(element: Element, base: str) -> Iterator[Child]:
    said = _said(element)
    if url := _address(said.get("loc", ""), base):
        yield Child(url, dates.parse(said.get("lastmod", "")))


def _caption(said: dict[str, str]) -> str:
    """What stands under the picture; Ghost puts the name of its file there."""
    caption = plain(said.get("image:caption", ""))
    return "" if said.get("image:loc", "").endswith(f"/{caption}") else caption


def _entry(element: Element, base: str) -> Entry | None:
    """An address, and what stands with it; None where there is none."""
    said = _said(element)
    url = _address(said.get("loc", ""), base)
    if not url:
        return None
    changed = dates.parse(said.get("lastmod", ""))
    if not any(":" in name for name in said):  # as most: an address, and when it changed
        return Entry(url=url, updated_at=changed, unsure=True)
    return Entry(
        url=url,
        title=plain(said.get("news:title", "")),
        published_at=dates.parse(said.get("news:publication_date", "")),
        updated_at=changed,
        image_url=one_address(said.get("image:loc", ""), base),
        image_alt=plain(said.get("image:title", "")),
        image_caption=_caption(said),
        tags=tags(said.get("news:keywords", "").split(",")),
        language=one_line(said.get("news:language", "")),
        unsure=True,
    )


def _address(given: str, base: str) -> str:
    given = given.strip()
    plainly = len(given) <= 2000 and _PLAINLY.fullmatch(given)
    return given if plainly else one_address(given, base)


def _said(element: Element) -> dict[str, str]:
    """``{"loc": …, "news:title": …, "image:loc": …}``, the first of each."""
    found: dict[str, str] = {}
    for each in element.iterdescendants():
        if isinstance(each.tag, str) and each.text:
            space, _, name = each.tag.rpartition("}")
            found.setdefault(f"{_PREFIX.get(space[1:], 'x:' if space else '')}{name}", each.text)
    return found
