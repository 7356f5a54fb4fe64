"""Squarespace: any collection of a site says what it holds with ``?format=json``.

::

    the collection ─→ as at the last look: not modified
                   └─→ nothing in it is known: the pages before it, too ─→ Reading

Its feed holds the same, but no excerpt beside the body, no cover and no time of the last change.
An article bears the guid that it has in the feed, so that both are the same source.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from syndicate.lib.errors import BadInput
from syndicate.lib.html import to_text
from syndicate.lib.http import Page, fetch
from syndicate.lib.tidy import Element
from syndicate.sources.readers import patience
from syndicate.sources.readers.api import items, number, part, text
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.conditions import left_behind
from syndicate.sources.readers.history import Leaf, recovered, with_fields
from syndicate.sources.readers.text import names, one_address, picture, plain, tags, whole

_PUBLISHED = 1  # a workflowState; drafts and what waits for a review have others
_IS_ONE = re.compile(rb"This is Squarespace\.|static1?\.squarespace\.com|Site-Server v", re.I)


@dataclass(frozen=True)
class _Site:
    """Of what the items have in common: the beginning of their guids, and the site's own zone."""

    base: str
    guid: str
    zone: timezone


class Squarespace:
    """The reader for a collection of a Squarespace site, by its own address."""

    def read(self, ask: Ask) -> Reading:
        """Read it, unless it is as it was."""
        ask = replace(ask, url=with_fields(ask.url, format="json"))
        last = ask.last
        page = fetch(
            ask.url,
            headers=ask.headers,
            etag=last.etag,
            last_modified=last.last_modified,
            now=ask.now,
        )
        found = left_behind(page, last)
        at_least = patience.at_least(patience.of_headers(page.headers, ask.now))
        if page.status == 304 or found.body_hash == last.body_hash:
            return Reading(
                not_modified=True, conditions=found, moved_to=page.moved_to, at_least=at_least
            )
        leaf = _leaf(page)
        return replace(
            recovered(leaf, ask, _leaf),
            conditions=found,
            moved_to=page.moved_to,
            at_least=at_least,
            complete=not leaf.before,
        )


def recognise(page: Page, root: Element | None) -> list[str]:
    """The collections that *page* shows articles of: those its feeds are about, and itself."""
    if not _IS_ONE.search(page.body):
        return []
    links = [] if root is None else [*root.iter("link")]
    feeds = [each.get("href", "") for each in links if "format=rss" in each.get("href", "")]
    found = [one_address(each, page.url).partition("?")[0] for each in feeds]
    every = [*found, page.url.partition("?")[0]]
    return [*dict.fromkeys(with_fields(each, format="json") for each in every if each)]


def _leaf(page: Page) -> Leaf:
    shown = page.url.partition("?")[0]
    try:
        data = json.loads(page.body)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{shown} does not answer in JSON.", "Is it a page of a site made with Squarespace?"
        ) from error
    if not isinstance(part({"": data}, "").get("items"), list):
        raise BadInput(f"{shown} holds no articles.", "Give the address of the blog itself.")
    website, collection = part(data, "website"), part(data, "collection")
    site = _site(page.url, website, collection)
    posts = [each for each in items(data, "items") if _is_published(each)]
    found = Reading(
        entries=tuple(_entry(each, site) for each in posts),
        title=plain(text(website, "siteTitle") or text(collection, "title")),
        site_url=one_address(text(website, "baseUrl"), page.url),
        language=text(website, "language").replace("_", "-"),
    )
    return Leaf(found, _before(part(data, "pagination"), page))


def _before(pages: dict[str, Any], page: Page) -> str:
    """Where the articles before these are, if there are any."""
    if not pages.get("nextPage"):
        return ""
    if offset := number(pages.get("nextPageOffset")):
        return with_fields(page.url, offset=offset)
    following = one_address(text(pages, "nextPageUrl"), page.url)
    return with_fields(following, format="json") if following else ""


def _site(url: str, website: dict[str, Any], collection: dict[str, Any]) -> _Site:
    known = text(website, "id") and text(collection, "id")
    guid = f"{text(website, 'id')}:{text(collection, 'id')}:" if known else ""
    shift = timedelta(milliseconds=number(website.get("timeZoneOffset")))
    zone = timezone(shift if abs(shift) < timedelta(days=1) else timedelta(0))
    return _Site(url, guid, zone)


def _is_published(item: dict[str, Any]) -> bool:
    return number(item.get("workflowState"), _PUBLISHED) == _PUBLISHED


def _entry(item: dict[str, Any], site: _Site) -> Entry:
    guid, body = text(item, "id"), text(item, "body")
    return Entry(
        guid=f"{site.guid}{guid}" if guid else "",
        url=one_address(text(item, "fullUrl"), site.base),
        title=plain(text(item, "title")),
        author=names([text(part(item, "author"), "displayName")]),
        published_at=_moment(item.get("publishOn"), site) or _moment(item.get("addedOn"), site),
        updated_at=_moment(item.get("updatedOn"), site),
        summary=plain(text(item, "excerpt")),
        # Where a page was laid out freely, its body may be boxes with nothing in them.
        body=body if "<img" in body or to_text(body) else "",
        image_url=_cover(text(item, "assetUrl"), site),
        tags=tags(whole(each) for each in [*_list(item, "categories"), *_list(item, "tags")]),
    )


def _cover(address: str, site: _Site) -> str:
    """The cover's address; without a cover, that of the folder where it would be."""
    return "" if urlsplit(address).path.endswith("/") else picture(address, site.base)


def _moment(value: object, site: _Site) -> datetime | None:
    """Milliseconds since 1970, if they name a time that articles are of."""
    since = number(value)
    if not 631_152_000_000 < since < 253_370_764_800_000:  # 1990 to 9999
        return None
    return datetime.fromtimestamp(since / 1000, UTC).astimezone(site.zone)


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []
