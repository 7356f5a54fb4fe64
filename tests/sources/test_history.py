"""What a burst pushed out of a feed is fetched from the pages before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.sources.readers.base import Ask, Entry
from syndicate.sources.readers.feed import Feed
from tests.conftest import NOON
from tests.fakes.website import Website
from tests.fakes.wordpress import WordPress

ITEM = "<item><guid>{0}</guid><title>{0}</title></item>"
PAGE = (
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>'
    "{}</channel></rss>"
)


@pytest.fixture
def blog() -> Iterator[WordPress]:
    with clock.frozen(NOON), WordPress() as site:
        yield site


def look(url: str, *known: str, first: bool = False, **values: object) -> list[str]:
    ask = Ask(url, NOON, knows=lambda mark: mark in known, first=first, **values)  # type: ignore[arg-type]
    return [each.title for each in Feed().read(ask).entries]


def test_a_burst_of_25_is_read_to_what_is_known(blog: WordPress) -> None:
    known = blog.publish("Known before")
    for number in range(25):
        blog.publish(f"Story {number}")
    assert len(look(blog.feed_url, known)) == 26
    assert [each.status for each in blog.requests] == [200] * 3


def test_where_something_is_known_nothing_more_is_asked(blog: WordPress) -> None:
    urls = [blog.publish(f"Story {number}") for number in range(12)]
    assert len(look(blog.feed_url, urls[3])) == 10
    assert len(blog.requests) == 1


def test_a_first_look_does_not_go_back(blog: WordPress) -> None:
    for number in range(12):
        blog.publish(f"Story {number}")
    assert len(look(blog.feed_url, first=True)) == 10


def test_no_page_before_it_ends_it_quietly(blog: WordPress) -> None:
    blog.publish("Only one")
    assert look(blog.feed_url) == ["Only one"]
    assert [each.status for each in blog.requests] == [200, 404]


def test_five_pages_are_enough(blog: WordPress) -> None:
    for number in range(70):
        blog.publish(f"Story {number}")
    assert len(look(blog.feed_url)) == 50


def test_a_server_in_trouble_is_asked_again_later() -> None:
    following = '<atom:link rel="next" href="/older.xml"/>'
    with Website() as site:
        site.answer_with(200, PAGE.format(following + ITEM.format("new")))
        site.answer_with(503, url=f"{site.url}/older.xml")
        with pytest.raises(BadInput, match="trouble of its own"):
            look(site.feed_url)


@pytest.mark.parametrize("relation", ["next", "prev-archive"])
def test_a_feed_may_say_itself_where_it_goes_on(relation: str) -> None:
    following = f'<atom:link rel="{relation}" href="/older.xml"/>'
    with Website() as site:
        site.answer_with(200, PAGE.format(following + ITEM.format("new")))
        older = PAGE.format(following + ITEM.format("new") + ITEM.format("old"))
        site.answer_with(200, older, url=f"{site.url}/older.xml")
        assert look(site.feed_url) == ["new", "old"]
        assert len(site.requests) == 2


def test_what_lets_us_in_is_not_shown_to_others() -> None:
    with Website() as site, Website() as other:
        following = f'<atom:link rel="next" href="{other.url}/older.xml"/>'
        site.answer_with(200, PAGE.format(following + ITEM.format("new")))
        look(site.feed_url, headers={"X-Ticket": "open"})
        assert site.requests[0].headers["x-ticket"] == "open"
        assert "x-ticket" not in other.requests[0].headers


def test_any_mark_of_an_entry_may_be_known() -> None:
    from syndicate.sources.readers.history import gap

    entries = [Entry(guid="a"), Entry(url="https://e.example/b")]
    for mark in ("a", "https://e.example/b"):
        assert not gap(entries, Ask("", NOON, knows=lambda each, mark=mark: each == mark))  # type: ignore[misc]
    assert gap(entries, Ask("", NOON))
