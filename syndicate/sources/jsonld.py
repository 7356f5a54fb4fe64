"""JSON-LD of a page: the object that speaks of its article, and the one that speaks of its site.

::

    scripts ─→ mended (comments, trailing commas) ─→ objects, wherever they are nested
            ─→ those that are an article ─→ the one of this address, else the first

What an object names by ``@id`` alone is found among the page's other objects. Shapes differ wildly
(https://schema.org/Article); every value read from here may be of any type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
from typing import Any, TypeAlias

from syndicate.lib.tidy import Element

Object: TypeAlias = dict[str, Any]

_ARTICLE = re.compile(r"(Article|BlogPosting|Posting|Report|Review|Recipe|CreativeWork)$")
_NO_ARTICLE = re.compile(r"^(LiveBlog|JobPosting|AggregateReview|ClaimReview)")
_SITE = re.compile(r"(WebSite|Organization|Blog|Newspaper|Periodical)$")
# In these an article may be nested. Others (itemListElement, hasPart, blogPost) hold many.
_NESTING = ("@graph", "mainEntity", "mainEntityOfPage", "about", "subjectOf")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*;?\s*$"
)
_COMMA = re.compile(r",(\s*[}\]])")
_MOST = 500


@dataclass(frozen=True)
class Linked:
    """What a page's JSON-LD says; either may be empty."""

    article: Object = field(default_factory=dict)
    site: Object = field(default_factory=dict)
    by_id: dict[str, Object] = field(default_factory=dict)

    def each(self, value: object) -> list[Object | str]:
        """*value* (one, or many; text, object, or a reference) as objects and texts."""
        listed = value if isinstance(value, list) else [value]
        return [self._resolved(one) for one in listed[:_MOST] if isinstance(one, dict | str)]

    def _resolved(self, one: Object | str) -> Object | str:
        if isinstance(one, dict) and isinstance(one.get("@id"), str) and "name" not in one:
            return self.by_id.get(one["@id"], one)
        return one


def linked(root: Element, url: str) -> Linked:
    """Read all scripts of JSON-LD in *root*, the page at *url*."""
    data = [
        _data(script.text_content())
        for script in root.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
    ]
    objects = list(islice(_walk(data, _NESTING), _MOST))
    people = islice(_walk(data, (*_NESTING, "author", "publisher")), _MOST)
    articles = [one for one in objects if is_a(one, _ARTICLE) and not is_a(one, _NO_ARTICLE)]
    sites = [one for one in objects if is_a(one, _SITE)]
    by_id = {one["@id"]: one for one in people if isinstance(one.get("@id"), str) and len(one) > 1}
    here = [one for one in articles if _is_of(one, url)]
    return Linked(next(iter(here or articles), {}), next(iter(sites), {}), by_id)


def is_a(one: Object, kind: re.Pattern[str]) -> bool:
    """Whether any of the types of *one* matches *kind*."""
    types = one.get("@type")
    return any(kind.search(str(each)) for each in (types if isinstance(types, list) else [types]))


def _data(text: str) -> object:
    """The data in a script; None where nothing of it can be read."""
    bare = _WRAPPING.sub("", text).strip().rstrip(";")
    for attempt in (text, bare, _COMMA.sub(r"\1", bare), _COMMA.sub(r"\1", unescape(bare))):
        try:
            # Not strict: line breaks stand raw in many a description.
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(data: object, into: tuple[str, ...], depth: int = 0) -> Iterator[Object]:
    """All objects of *data*, those within others too where they stand under one of *into*."""
    if depth > 8:
        return
    if isinstance(data, list):
        for one in data[:_MOST]:
            yield from _walk(one, into, depth + 1)
    elif isinstance(data, dict):
        yield data
        for name in into:
            yield from _walk(data.get(name), into, depth + 1)


def _is_of(one: Object, url: str) -> bool:
    """Whether an object says that it is about the page at *url*."""
    main = one.get("mainEntityOfPage")
    named = [one.get("url"), one.get("@id"), main.get("@id") if isinstance(main, dict) else main]
    here = _bare(url)
    return any(isinstance(each, str) and _bare(each) == here for each in named)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|[#?].*$", "", url).rstrip("/")
