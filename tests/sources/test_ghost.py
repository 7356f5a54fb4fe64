"""Ghost's Content API: every article, once, and of those for members no more than all may read."""

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
from syndicate.sources.readers.feed import Feed
from syndicate.sources.readers.ghost import WHOLE, Ghost, recognise
from tests.conftest import NOON
from tests.fakes.ghost import KEY
from tests.fakes.ghost import Ghost as Blog
from tests.fakes.publication import Picture
from tests.fakes.website import Website

SAMPLES = Path(__file__).parents[1] / "fakes" / "samples" / "ghost"


@pytest.fixture
def blog() -> Iterator[Blog]:
    with clock.frozen(NOON), Blog() as site:
        yield site


def look(blog: Blog, last: Reading | None = None, **values: Any) -> Reading:
    """A look after *last*; what it showed, is known."""
    known = {each.guid for each in (last.entries if last else ())}
    given = {"key": KEY, "knows": known.__contains__, "first": last is None, **values}
    ask = Ask(blog.api_url, NOON, **given)
    return Ghost().read(replace(ask, last=last.conditions) if last else ask)


def titles(reading: Reading) -> list[str]:
    return [each.title for each in reading.entries]


def only(reading: Reading) -> Entry:
    (found,) = reading.entries
    return found


def test_it_gives_what_no_feed_has(blog: Blog) -> None:
    picture = Picture(caption="The old pier & its gulls")
    tags = ["Harbour", "#layout-wide"]
    url = blog.publish(
        "Pier & Sons", tags=tags, picture=picture, excerpt="In short.", comments=True
    )
    found = only(look(blog))
    assert (found.title, found.url, found.summary) == ("Pier & Sons", url, "In short.")
    assert found.image_url == f"{blog.url}/pictures/pier.jpg"
    assert (found.image_alt, found.image_caption) == (picture.alt, picture.caption)
    assert (found.author, found.tags) == ("Ada Example", ("Harbour",))
    assert found.published_at == NOON and found.comments_url == f"{url}#ghost-comments"


def test_its_guid_is_that_of_the_feed(blog: Blog) -> None:
    blog.publish("A new pier")
    assert only(Feed().read(Ask(blog.feed_url, NOON))).guid == only(look(blog)).guid


def test_a_first_look_names_the_site_and_has_all(blog: Blog) -> None:
    for number in range(30):
        blog.publish(f"Story {number}")
    found = look(blog)
    assert (found.title, found.site_url, found.language) == ("Harbour Review", f"{blog.url}/", "en")
    assert len(found.entries) == 30 and found.complete


def test_nothing_new_is_not_modified(blog: Blog) -> None:
    blog.publish("A new pier")
    assert look(blog, look(blog)).not_modified


@pytest.mark.parametrize("how", ["edit", "backdate", "schedule"])
def test_what_is_not_among_the_newest_is_found(blog: Blog, how: str) -> None:
    at = NOON + timedelta(hours=1)
    urls = [blog.publish(f"Story {number}") for number in range(60)]
    first = look(blog)
    with clock.frozen(at):
        if how == "edit":
            blog.edit(urls[0], title="Late")
        elif how == "backdate":
            blog.backdate("Late")
        else:
            blog.schedule("Late", at)
        assert "Late" in titles(look(blog, first))


def test_a_burst_is_read_to_what_is_known(blog: Blog) -> None:
    blog.publish("Known before")
    first = look(blog)
    for number in range(3 * WHOLE):
        blog.publish(f"Story {number}")
    assert len(look(blog, first).entries) == 3 * WHOLE + 1


def test_a_burst_is_read_by_who_watches_the_feed(blog: Blog) -> None:
    known = blog.publish("Known before")
    for number in range(25):
        blog.publish(f"Story {number}", date=NOON - timedelta(minutes=number))
    found = Feed().read(Ask(blog.feed_url, NOON, knows={known}.__contains__)).entries
    assert len(found) == len({each.guid for each in found}) == 15
    found = Feed().read(Ask(blog.feed_url, NOON)).entries
    assert len(found) == len({each.guid for each in found}) == 26
    blog.answer_with(404, url=blog.url + "/")
    assert len(Feed().read(Ask(blog.feed_url, NOON)).entries) == 15


def test_an_edited_slug_is_the_same_article(blog: Blog) -> None:
    url = blog.publish("A new pier")
    first = only(look(blog))
    moved = blog.rename(url, "the-pier")
    second = only(look(blog))
    assert (first.url, second.url) == (url, moved) and first.guid == second.guid
    with pytest.raises(BadInput, match="404"):
        fetch(url)


def test_of_what_is_for_members_only_the_teaser_is_taken(blog: Blog) -> None:
    url = blog.publish("For members", html="<p>Open.</p><!--members-only--><p>Paid.</p>")
    blog.protect(url)
    assert only(look(blog)).body == "<p>Open.</p>"
    blog.edit(url, html="<p>Paid.</p>")
    found = only(look(blog))
    assert (found.body, found.summary) == ("", "")


@pytest.mark.parametrize(
    ("html", "kept"), [("<p>o</p><!--members-only--><p>p</p>", "<p>o</p>"), ("<p>p</p>", "")]
)
def test_not_even_a_server_that_tells_too_much_is_believed(
    blog: Blog, html: str, kept: str
) -> None:
    told = {"id": "1", "visibility": "paid", "access": True, "html": html, "excerpt": "p"}
    blog.answer_with(200, json.dumps({"posts": [told]}), url=blog.api_url)
    found = only(look(blog))
    assert (found.body, found.summary) == (kept, "")


def test_another_home_is_its_canonical_address(blog: Blog) -> None:
    blog.publish("A new pier", canonical="https://elsewhere.example/pier")
    assert only(look(blog)).canonical == "https://elsewhere.example/pier"


def test_a_page_carries_address_and_key(blog: Blog) -> None:
    page = fetch(blog.publish("A new pier"))
    (address,) = recognise(page, parse_html(page.body))
    assert address == f"{blog.api_url}?key={KEY}"
    assert titles(Ghost().read(Ask(address, NOON))) == ["A new pier"]


@pytest.mark.parametrize("sample", ["front-source", "article-source", "front-casper"])
def test_a_real_page_carries_them_too(blog: Blog, sample: str) -> None:
    page = replace(fetch(blog.url), body=(SAMPLES / f"{sample}.html").read_bytes())
    (address,) = recognise(page, parse_html(page.body))
    assert address.startswith("https://blog.example.org/ghost/api/content/posts/?key=")


def test_other_pages_do_not() -> None:
    with Website() as site:
        page = fetch(site.url)
    assert recognise(page, parse_html(page.body)) == []


@pytest.mark.parametrize("key", ["", "b" * 26])
def test_a_wrong_key_says_where_the_right_one_is(blog: Blog, key: str) -> None:
    with pytest.raises(BadInput) as caught:
        look(blog, key=key)
    assert "Integrations" in caught.value.hint
    assert not key or key not in caught.value.message


def test_no_message_shows_the_key(blog: Blog) -> None:
    blog.answer_with(503, url=blog.api_url)
    with pytest.raises(BadInput) as caught:
        look(blog)
    assert caught.value.message == f"{blog.api_url} has trouble of its own (503)."


@pytest.mark.parametrize("body", ["<p>Not found</p>", '{"posts": 7}', "[]", "[" * 100_000])
def test_other_answers_are_refused(blog: Blog, body: str) -> None:
    blog.answer_with(200, body, url=blog.api_url)
    with pytest.raises(BadInput):
        look(blog)


def test_fields_of_the_wrong_kind_are_absent(blog: Blog) -> None:
    odd = {"posts": [{"id": [], "title": 5, "authors": 3, "tags": [None], "url": True}, 7]}
    blog.answer_with(200, json.dumps(odd), url=blog.api_url)
    assert only(look(blog)) == Entry(title="5")


def test_the_fake_answers_as_the_real_one_does(blog: Blog) -> None:
    blog.publish("A new pier", picture=Picture(), tags=["Harbour"])
    (ours,) = json.loads(fetch(f"{blog.api_url}?key={KEY}").body)["posts"]
    real = json.loads((SAMPLES / "api.json").read_bytes())
    post = next(each for each in real["posts"] if each["title"] == "The pier is old")
    assert set(ours) <= set(post)
    assert {"page", "limit", "pages", "total", "next", "prev"} == set(real["meta"]["pagination"])
