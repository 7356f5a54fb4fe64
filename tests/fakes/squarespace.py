"""A Squarespace site on 127.0.0.1: a blog as pages, as feed and as ``?format=json``.

::

    with Squarespace() as site:
        url = site.publish("A new pier", tags=["Harbour"], picture=Picture("pier.jpg"))
        site.edit(url, title="A newer pier")
        site.rename(url, "the-pier")              # guid and id stay
        site.publish("Laid out freely", blank=True)
        site.delete(url)
        site.answer_with(429, headers={"Retry-After": "31"})

No real one could be recorded; this follows what others have written down of it.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape as xml

from syndicate.lib import clock
from tests.fakes.publication import PARAGRAPHS, Picture
from tests.fakes.website import Answer, Website

PER_PAGE = 20
SITE, COLLECTION = "5a0db01c6957dad66ea9c908", "5a0db1b8ec212d9bd3e0b5a4"
_EMPTY = '<div class="sqs-layout sqs-grid-12"><div class="row sqs-row"></div></div>'


@dataclass(frozen=True)
class Item:
    """An item of the blog."""

    id: str
    slug: str
    title: str
    html: str
    published: datetime
    updated: datetime
    excerpt: str = ""
    author: str = "Ada Example"
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    picture: Picture | None = None
    blank: bool = False  # its body is empty boxes, as where a page was laid out freely
    state: int = 1  # 1 is published

    @property
    def body(self) -> str:
        """As feed and JSON give it: pictures are loaded later, by a script."""
        if self.blank:
            return _EMPTY
        text = f'<div class="sqs-html-content">{self.html}</div>'
        figure = self.picture and (
            '<figure class="sqs-block-image-figure"><img data-src="/pictures/'
            f'{self.picture.file}" alt="{escape(self.picture.alt)}"><figcaption>'
            f"<p>{escape(self.picture.caption)}</p></figcaption></figure>"
        )
        return f"{text}{figure or ''}"


class Squarespace(Website):
    """The site, with one collection at ``/news``."""

    def __init__(self, name: str = "Harbour Review") -> None:
        super().__init__(name)
        self.items: list[Item] = []
        self._ids = itertools.count(0x5A0DB2000000000000000000)

    @property
    def feed_url(self) -> str:
        """The feed of the collection."""
        return f"{self.url}/news?format=rss"

    @property
    def api_url(self) -> str:
        """The collection as JSON."""
        return f"{self.url}/news?format=json"

    # --- what its editors do --------------------------------------------------------------------

    def publish(  # type: ignore[override]
        self,
        title: str,
        paragraphs: Iterable[str] = PARAGRAPHS,
        *,
        date: datetime | None = None,
        **values: Any,
    ) -> str:
        """Publish, and return the address."""
        now = self._now()
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
        html = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
        made = Item(f"{next(self._ids):x}", slug, title, html, date or now, now)
        given: dict[str, Any] = dict(values)
        given |= {name: tuple(given[name]) for name in ("tags", "categories") if name in given}
        self.items.append(replace(made, **given))
        return self._link(self.items[-1])

    def edit(self, url: str, /, **values: Any) -> None:
        """Change fields of an item: ``title=…``, ``html=…``."""
        item = next(each for each in self.items if self._link(each) == url)
        changed = replace(item, **{"updated": self._now(), **values})
        self.items[self.items.index(item)] = changed

    def rename(self, url: str, slug: str) -> str:
        """Give it another address."""
        self.edit(url, slug=slug)
        return f"{self.url}/news/{slug}"

    def delete(self, url: str) -> None:
        """Take it away."""
        self.items = [each for each in self.items if self._link(each) != url]

    withdraw = delete

    # --- what it answers ------------------------------------------------------------------------

    def respond(self, target: str, headers: Mapping[str, str]) -> Answer | None:
        """A page, or the collection in one of its forms; None for pictures."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        if parts.path.startswith("/pictures/"):
            return None
        if parts.path.rstrip("/") in {"", "/news"}:
            return self._collection(query)
        found = [each for each in self._shown() if self._link(each) == self.url + parts.path]
        return _html(self._article(found[0])) if found else (404, b"<h1>404</h1>", {})

    def _collection(self, query: Mapping[str, str]) -> Answer:
        before = int(query.get("offset", 10**15))
        shown = [each for each in self._shown() if _millis(each.published) < before]
        page = shown[:PER_PAGE]
        if query.get("format") == "rss":
            return 200, self._rss(page).encode(), {"Content-Type": "application/rss+xml"}
        if query.get("format") in {"json", "json-pretty"}:
            data = self._json(page, len(shown) > PER_PAGE)
            return 200, json.dumps(data).encode(), {"Content-Type": "application/json"}
        return _html(self._front(page))

    def _json(self, page: list[Item], more: bool) -> dict[str, Any]:
        offset = _millis(page[-1].published) if page else 0
        following = {
            "nextPage": True,
            "nextPageOffset": offset,
            "nextPageUrl": f"/news?offset={offset}",
            "pageSize": PER_PAGE,
        }
        return {
            "website": {
                "id": SITE,
                "baseUrl": self.url,
                "siteTitle": self.publication.name,
                "language": "en-GB",
                "timeZoneOffset": 0,
            },
            "collection": {"id": COLLECTION, "title": "News", "fullUrl": "/news"},
            "items": [self._told(each) for each in page],
            "pagination": following if more else {},
        }

    def _told(self, item: Item) -> dict[str, Any]:
        folder = f"{self.url}/pictures/"
        return {
            "id": item.id,
            "collectionId": COLLECTION,
            "recordType": 1,
            "workflowState": item.state,
            "addedOn": _millis(item.published),
            "updatedOn": _millis(item.updated),
            "publishOn": _millis(item.published),
            "title": item.title,
            "urlId": item.slug,
            "fullUrl": f"/news/{item.slug}",
            "excerpt": f"<p>{escape(item.excerpt)}</p>" if item.excerpt else "",
            "body": item.body,
            "assetUrl": folder + (item.picture.file if item.picture else ""),
            "categories": list(item.categories),
            "tags": list(item.tags),
            "author": {"id": "1", "displayName": item.author},
        }

    def _rss(self, page: list[Item]) -> str:
        # As in a feed that was seen: older than the newest article in it.
        built = page[0].published - timedelta(seconds=151) if page else self.time()
        items = "".join(
            f"<item><title>{xml(each.title)}</title><dc:creator>{xml(each.author)}</dc:creator>"
            f"<pubDate>{format_datetime(each.published)}</pubDate><link>{self._link(each)}</link>"
            f'<guid isPermaLink="false">{SITE}:{COLLECTION}:{each.id}</guid>'
            + "".join(f"<category>{xml(tag)}</category>" for tag in each.categories + each.tags)
            + f"<description><![CDATA[{each.body}]]></description></item>"
            for each in page
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            "<!--Generated by Site-Server v@build.version@ (http://www.squarespace.com)-->"
            '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:media="http://www.rssboard.org/media-rss"><channel>'
            f"<title>News - {xml(self.publication.name)}</title><link>{self.url}/news/</link>"
            f"<lastBuildDate>{format_datetime(built)}</lastBuildDate><language>en-GB</language>"
            "<generator>Site-Server v@build.version@ (http://www.squarespace.com)</generator>"
            f"<description></description>{items}</channel></rss>"
        )

    # --- pages ----------------------------------------------------------------------------------

    def _front(self, page: list[Item]) -> str:
        listed = "".join(
            f'<article class="blog-item"><h1 class="blog-title"><a href="/news/{each.slug}">'
            f"{escape(each.title)}</a></h1></article>"
            for each in page
        )
        return self._around(self.publication.name, f"<main>{listed}</main>")

    def _article(self, item: Item) -> str:
        whole = item.body if not item.blank else f'<div class="fluid-engine">{item.html}</div>'
        return self._around(
            f"{item.title} — {self.publication.name}",
            f'<main><article><h1 class="blog-item-title">{escape(item.title)}</h1>{whole}'
            f'<p class="author-name">Written By {escape(item.author)}</p></article></main>',
        )

    def _around(self, title: str, main: str) -> str:
        return (
            f'<!doctype html><html lang="en-GB"><head><!-- This is Squarespace. -->'
            f'<title>{escape(title)}</title><link rel="alternate" type="application/rss+xml" '
            f'title="RSS Feed" href="{self.url}/news?format=rss"></head>'
            f"<body>{main}</body></html>"
        )

    # --- its items ------------------------------------------------------------------------------

    def _shown(self) -> list[Item]:
        due = [each for each in self.items if each.published <= self.time()]
        return sorted(due, key=lambda each: (each.published, each.id), reverse=True)

    def _now(self) -> datetime:
        self.tick()
        return clock.now().replace(microsecond=0)

    def _link(self, item: Item) -> str:
        return f"{self.url}/news/{item.slug}"


def _html(body: str) -> Answer:
    return 200, body.encode(), {"Content-Type": "text/html; charset=utf-8"}


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)
