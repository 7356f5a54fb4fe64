"""WordPress' own interface: every article, once, whole – also those no date tells of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.lib.errors import BadInput
from syndicate.lib.html import parse as parse_html
from syndicate.lib.http import fetch
from syndicate.sources.readers.base import Ask, Entry, Reading
from syndicate.sources.readers.wordpress import WHOLE, WordPress, recognise
from tests.conftest import NOON
from tests.fakes.publication import Picture
from tests.fakes.website import Website
from tests.fakes.wordpress import WordPress as Blog

SAMPLES = Path(__file__).parents[1] / "fakes" / "samples" / "wordpress"


@pytest.fixture
def blog() -> Iterator[Blog]:
    with clock.frozen(NOON), Blog() as site:
        yield site


def look(blog: Blog, last: Reading | None = None, **values: Any) -> Reading:
    """A look after *last*; what it showed, is known."""
    entries = last.entries if last else ()
    known = {each.guid for each in entries} | {each.url for each in entries}
    ask = Ask(blog.api_url, NOON, knows=known.__contains__, first=last is None, **values)
    return WordPress().read(replace(ask, last=last.conditions) if last else ask)


def titles(reading: Reading) -> list[str]:
    return [each.title for each in reading.entries]


def only(reading: Reading) -> Entry:
    (found,) = reading.entries
    return found


def test_it_gives_what_no_feed_has(blog: Blog) -> None:
    picture = Picture(caption="The old pier & its gulls")
    url = blog.publish("Pier & Sons", tags=["Harbour"], picture=picture, excerpt="In short.")
    found = only(look(blog))
    assert (found.title, found.url, found.guid) == ("Pier & Sons", url, url)
    assert found.image_url == f"{blog.url}/pictures/pier.jpg"
    assert (found.image_alt, found.image_caption) == (picture.alt, picture.caption)
    assert (found.author, found.tags, found.summary) == ("Ada Example", ("Harbour",), "In short.")
    assert found.published_at == NOON and found.published_at.utcoffset() == timedelta(hours=1)
    assert found.body.startswith("<p>The council") and found.comments_url == f"{url}#respond"


def test_a_first_look_names_the_site_and_has_all(blog: Blog) -> None:
    for number in range(30):
        blog.publish(f"Story {number}")
    found = look(blog)
    assert (found.title, found.site_url) == ("Harbour Review", blog.url)
    assert len(found.entries) == 30 and found.complete


def test_nothing_new_is_not_modified(blog: Blog) -> None:
    blog.publish("A new pier")
    first = look(blog)
    assert look(blog, first).not_modified


@pytest.mark.parametrize("how", ["edit", "backdate", "schedule", "draft"])
def test_what_is_not_among_the_newest_is_found(blog: Blog, how: str) -> None:
    at = NOON + timedelta(hours=1)
    if how == "schedule":
        blog.schedule("Late", at)
    urls = [blog.publish(f"Story {number}") for number in range(60)]
    first = look(blog)
    with clock.frozen(at):
        blog.tick()
        if how == "edit":
            blog.edit(urls[0], title="Late")
        elif how == "backdate":
            blog.backdate("Late")
        elif how == "draft":
            blog.publish("Late", id=1, date=NOON - timedelta(days=9), modified=at)
        assert "Late" in titles(look(blog, first))


def test_a_burst_is_read_to_what_is_known(blog: Blog) -> None:
    blog.publish("Known before")
    first = look(blog)
    for number in range(3 * WHOLE):
        blog.publish(f"Story {number}")
    assert len(look(blog, first).entries) == 3 * WHOLE + 1


def test_what_is_not_for_everybody_is_left_out(blog: Blog) -> None:
    blog.protect(blog.publish("Secret"))
    blog.edit(blog.publish("Private"), status="private")
    blog.publish("Open")
    assert titles(look(blog)) == ["Open"]


def test_a_new_address_keeps_the_guid(blog: Blog) -> None:
    url = blog.publish("A new pier", from_draft=True)
    first = only(look(blog))
    moved = blog.rename(url, "the-pier")
    second = only(look(blog))
    assert (first.url, second.url) == (url, moved) and first.guid == second.guid != url


def test_guid_and_feed_are_of_one_mind(blog: Blog) -> None:
    from syndicate.sources.readers.feed import Feed

    blog.publish("A new pier", from_draft=True, guid=f"{blog.url}/?post_type=a&p=7")
    (fed,) = Feed().read(Ask(blog.feed_url, NOON)).entries
    assert fed.guid == only(look(blog)).guid


def test_it_is_found_without_permalinks() -> None:
    with Blog(pretty=False) as blog:
        url = blog.publish("A new pier")
        page = fetch(blog.url + "/")
        assert recognise(page, parse_html(page.body)) == [blog.api_url]
        found = look(blog)
        assert only(found).url == url and found.title == "Harbour Review"


@pytest.mark.parametrize("hidden", [{}, {"Link": ""}])
def test_a_page_tells_where_its_interface_is(blog: Blog, hidden: dict[str, str]) -> None:
    page = fetch(blog.publish("A new pier"))
    page = replace(page, headers={**page.headers, **hidden})
    assert recognise(page, parse_html(page.body)) == [blog.api_url]
    assert recognise(page, None) == ([] if hidden else [blog.api_url])


def test_other_pages_do_not(blog: Blog) -> None:
    with Website() as site:
        page = fetch(site.url)
        assert recognise(page, parse_html(page.body)) == []
    bare = replace(page, body=b'<meta name="generator" content="WordPress 6.1">')
    assert recognise(bare, parse_html(bare.body)) == [f"{page.url.rstrip('/')}/wp-json/wp/v2/posts"]


def test_a_closed_one_says_what_it_needs() -> None:
    with Blog(closed=True) as blog:
        with pytest.raises(BadInput) as caught:
            look(blog)
        assert "application password" in caught.value.hint
        assert not look(blog, headers={"Authorization": "Basic YTpi"}).entries


@pytest.mark.parametrize("body", ["<p>Not found</p>", '{"code": "rest_no_route"}', "[" * 100_000])
def test_other_answers_are_refused(blog: Blog, body: str) -> None:
    blog.answer_with(200, body, url=blog.api_url)
    with pytest.raises(BadInput):
        look(blog)


def test_fields_of_the_wrong_kind_are_absent(blog: Blog) -> None:
    odd = [{"id": 1, "title": 5, "content": [], "_embedded": {"author": 3, "wp:term": [None]}}, 7]
    blog.answer_with(200, json.dumps(odd), url=blog.api_url)
    assert only(look(blog)) == Entry()


def test_a_real_answer_is_read(blog: Blog) -> None:
    real = (SAMPLES / "api.json").read_bytes()
    blog.answer_with(200, real, {"X-WP-Total": "3"}, url=blog.api_url)
    newest = look(blog).entries[0]
    assert (newest.title, newest.author) == ("The pier is old", "Ada Example")
    assert newest.image_alt == "A lighthouse above the surf" and "figcaption" in newest.body
    assert "Minutes of the council" not in titles(look(blog))


def test_the_fake_answers_as_the_real_one_does(blog: Blog) -> None:
    blog.publish("A new pier", picture=Picture(), tags=["Harbour"])
    (ours,) = json.loads(fetch(f"{blog.api_url}?_embed=author").body)
    real = json.loads((SAMPLES / "api.json").read_bytes())[0]
    assert set(ours) <= set(real) and set(ours["_embedded"]) <= set(real["_embedded"])
    assert {k: type(v) for k, v in ours.items()} == {k: type(real[k]) for k in ours}
