"""JSON Feed: what it says of itself, of its authors and of its hub."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources.readers.base import Ask, Entry
from syndicate.sources.readers.feed import Feed, parse
from tests.conftest import NOON
from tests.fakes.website import Website

VERSION = "https://jsonfeed.org/version/1.1"


def page(**feed: Any) -> Page:
    body = json.dumps({"version": VERSION, **feed}).encode()
    return Page(200, "https://e.example/feed.json", "", {}, body, "", "", "", "")


def item(**values: Any) -> Entry:
    (found,) = parse(page(items=[values])).entries
    return found


@pytest.mark.parametrize(
    ("values", "field", "value"),
    [
        ({"id": 7}, "guid", "7"),
        ({"url": "/a"}, "url", "https://e.example/a"),
        ({"external_url": "https://x.example/a"}, "url", "https://x.example/a"),
        ({"content_text": "3 < 4\n\nmore"}, "body", "<p>3 &lt; 4</p><p>more</p>"),
        ({"authors": [{"name": "Ada"}, {"name": "Bo"}]}, "author", "Ada, Bo"),
        ({"author": {"name": "Ada"}}, "author", "Ada"),
        ({"date_published": "2026-11-23T13:00:00+01:00"}, "published_at", NOON),
        ({"image": "/i.jpg"}, "image_url", "https://e.example/i.jpg"),
        ({"tags": ["a", "a", 5, None, "Uncategorized"]}, "tags", ("a",)),
    ],
)
def test_each_field_is_found(values: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(item(**values), field) == value


def test_who_wrote_the_feed_wrote_its_items() -> None:
    found = parse(page(authors=[{"name": "Ada"}], items=[{}, {"author": {"name": "Bo"}}]))
    assert [each.author for each in found.entries] == ["Ada", "Bo"]


def test_its_hub_is_found() -> None:
    hubs = [{"type": "rssCloud", "url": "/cloud"}, {"type": "WebSub", "url": "/hub"}]
    found = parse(page(hubs=hubs, feed_url="https://e.example/all.json"))
    assert (found.hub, found.topic) == ("https://e.example/hub", "https://e.example/all.json")


def test_what_came_before_is_on_its_next_page() -> None:
    with Website(feed="jsonfeed") as site:
        newest = {"version": VERSION, "next_url": "/2.json", "items": [{"id": "b"}]}
        older = {"version": VERSION, "items": [{"id": "a"}]}
        site.answer_with(200, json.dumps(newest))
        site.answer_with(200, json.dumps(older), url=f"{site.url}/2.json")
        found = Feed().read(Ask(site.feed_url, NOON))
        assert [each.guid for each in found.entries] == ["b", "a"]


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"version": "1"}', b"[1]"])
def test_other_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="JSON"):
        parse(Page(200, "https://e.example/feed.json", "", {}, body, "", "", "", ""))
