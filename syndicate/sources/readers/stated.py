"""What a page's own JSON-LD says it lists: the posts of a Blog, the items of an ItemList.

Used where the page shows no list (a script draws it), and for the dates that it does not show.
https://schema.org/blogPost, https://schema.org/itemListElement
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from syndicate.lib.tidy import Element
from syndicate.sources import dates
from syndicate.sources.readers.base import Entry
from syndicate.sources.readers.likely import host, may_be_article
from syndicate.sources.readers.text import one_address, plain, whole

_MOST = 200
_LISTS = ("blogPost", "blogPosts", "itemListElement", "hasPart")
_AROUND = ("@graph", "mainEntity", "mainEntityOfPage")
_ARTICLE = re.compile(r"Article|Posting|ListItem|Report")
_NO_ARTICLE = re.compile(r"BreadcrumbList|Product|Event|JobPosting|Recipe|VideoObject")


def stated(root: Element, url: str) -> list[Entry]:
    """The articles of this site that the page at *url* says it lists, in its order."""
    found: dict[str, Entry] = {}
    for item in islice(_items(root), _MOST):
        entry = _entry(item, url)
        if may_be_article(entry.url) and host(entry.url) == host(url):
            found.setdefault(entry.url, entry)
    return list(found.values())


def _items(root: Element) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if script.get("type", "").strip().lower() != "application/ld+json":
            continue
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue  # what a script draws, or nobody checked
        for each in _objects(data, 3):
            yield from _listed(each)


def _objects(data: Any, deep: int) -> Iterator[dict[str, Any]]:
    """The objects of a document, as far as they lie around its chief one."""
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, dict):
            yield one
            if deep:
                for name in _AROUND:
                    yield from _objects(one.get(name), deep - 1)


def _listed(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if _NO_ARTICLE.search(str(one.get("@type"))):
        return
    for name in _LISTS:
        listed = one.get(name)
        for each in listed if isinstance(listed, list) else []:
            item = each.get("item") if isinstance(each, dict) else None
            inner = {**each, **item} if isinstance(item, dict) else each
            if isinstance(inner, dict) and _ARTICLE.search(str(inner.get("@type"))):
                yield inner


def _entry(item: dict[str, Any], base: str) -> Entry:
    own = next((item[key] for key in ("url", "@id", "item") if isinstance(item.get(key), str)), "")
    return Entry(
        url=one_address(whole(own).partition("#")[0], base),
        title=plain(whole(item.get("headline")) or whole(item.get("name"))),
        published_at=dates.parse(whole(item.get("datePublished"))),
        unsure=True,
    )
