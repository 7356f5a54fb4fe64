"""Squarespace's ``?format=json``: every article of a collection, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.lib.html import parse as parse_html
from syndicate.lib.http import Refused, fetch
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.feed import Feed
from syndicate.sources.readers.squarespace import Squarespace, recognise
from tests.conftest import NOON
from tests.fakes.publication import Picture
from tests.fakes.squarespace import Squarespace as Blog
from tests.fakes.website import Website


@pytest.fixture
def blog() -> Iterator[Blog]:
    with clock.frozen(NOON), Blog() as site:
        yield site


def look(blog: Blog, last: Reading | None = None, **values: Any) -> Reading:
    """A look after *last*; what it showed, is known."""
    known = {each.guid for each in (last.entries if last else ())}
    ask = Ask(blog.api_url, NOON, knows=known.__contains__, first=last is None, **values)
    return Squarespace().read(replace(ask, last=last.conditions) if last else ask)


def only(reading: Reading) -> Entry:
    (found,) = reading.entries
    return found


def item(blog: Blog, **values: Any) -> Entry:
    given = {"website": {"timeZoneOffset": -18_000_000}, "items": [values]}
    blog.answer_with(200, json.dumps(given), url=blog.api_url)
    return only(look(blog))


def test_it_gives_what_no_feed_has(blog: Blog) -> None:
    url = blog.publish("Pier & Sons", tags=["Harbour"], picture=Picture(), excerpt="In short.")
    reading = look(blog)
    found = only(reading)
    assert (found.title, found.url, found.summary) == ("Pier & Sons", url, "In short.")
    assert (found.author, found.tags, found.published_at) == ("Ada Example", ("Harbour",), NOON)
    assert found.image_url == f"{blog.url}/pictures/pier.jpg" and "data-src" in found.body
    assert (reading.title, reading.language) == ("Harbour Review", "en-GB")
    assert reading.complete


def test_its_guid_is_that_of_the_feed(blog: Blog) -> None:
    url = blog.publish("A new pier")
    first = only(look(blog)).guid
    blog.rename(url, "the-pier")
    assert only(Feed().read(Ask(blog.feed_url, NOON))).guid == only(look(blog)).guid == first


def test_nothing_new_is_not_modified(blog: Blog) -> None:
    blog.publish("A new pier")
    assert look(blog, look(blog)).not_modified


@pytest.mark.parametrize("kind", [Squarespace, Feed])
def test_a_burst_is_read_to_what_is_known(blog: Blog, kind: type[Squarespace] | type[Feed]) -> None:
    for number in range(50):
        blog.publish(f"Story {number}", date=NOON - timedelta(minutes=50 - number))
    url = blog.api_url if kind is Squarespace else blog.feed_url
    (oldest, *_) = sorted(kind().read(Ask(url, NOON)).entries, key=lambda each: each.title)
    found = kind().read(Ask(url, NOON, knows={oldest.guid}.__contains__))
    assert len({each.guid for each in found.entries}) == 50 and not found.complete


def test_a_body_of_empty_boxes_is_none(blog: Blog) -> None:
    blog.publish("Laid out freely", blank=True)
    assert only(look(blog)).body == ""


def test_what_is_not_published_is_left_out(blog: Blog) -> None:
    blog.publish("A draft", state=3)
    assert look(blog).entries == ()


@pytest.mark.parametrize(
    ("values", "field", "value"),
    [
        ({"assetUrl": "https://static1.squarespace.com/static/a/1700000/"}, "image_url", ""),
        (
            {"assetUrl": "https://images.e.example/a/pier"},
            "image_url",
            "https://images.e.example/a/pier",
        ),
        ({"publishOn": True}, "published_at", None),
        ({"publishOn": 10**40}, "published_at", None),
        ({"publishOn": -1}, "published_at", None),
        ({"fullUrl": 7, "categories": "x", "tags": [None, 3], "author": []}, "tags", ()),
    ],
)
def test_each_field_is_held_to_what_it_is(
    blog: Blog, values: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(item(blog, **values), field) == value


def test_a_moment_keeps_the_zone_of_the_site(blog: Blog) -> None:
    at = item(blog, publishOn=round(NOON.timestamp() * 1000)).published_at
    assert at == NOON and at is not None and at.utcoffset() == timedelta(hours=-5)


def test_a_page_tells_which_collection_it_shows(blog: Blog) -> None:
    url = blog.publish("A new pier")
    for address in (blog.url, url):
        page = fetch(address)
        assert recognise(page, parse_html(page.body))[0] == blog.api_url
    with Website() as site:
        page = fetch(site.url)
        assert recognise(page, parse_html(page.body)) == []


def test_it_may_ask_for_patience(blog: Blog) -> None:
    blog.answer_with(429, headers={"Retry-After": "31"}, url=blog.api_url)
    with pytest.raises(Refused) as caught:
        look(blog)
    assert caught.value.retry_after == timedelta(seconds=31)


@pytest.mark.parametrize("body", ["<p>Hello</p>", '{"item": {}}', "[]", "[" * 100_000])
def test_other_answers_are_refused(blog: Blog, body: str) -> None:
    blog.answer_with(200, body, url=blog.api_url)
    with pytest.raises(BadInput):
        look(blog)
