"""From a site's address to a source that is watched."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicate.lib.errors import BadInput
from syndicate.sources.add import add_source
from syndicate.sources.discover import Candidate, discover
from syndicate.sources.models import Source
from tests.conftest import NOON
from tests.fakes.website import Website


@pytest.fixture
def site() -> Iterator[Website]:
    with Website() as made:
        made.publish("A new pier")
        yield made


def test_a_sites_feed_is_found_and_its_comments_are_not(site: Website) -> None:
    assert discover(site.url) == [Candidate(site.feed_url, "feed", "Harbour Review", 1)]
    assert not site.asked(site.url + "/comments/feed.xml")


def test_an_article_leads_to_the_feed_too(site: Website) -> None:
    assert discover(site.publish("Another"))[0].url == site.feed_url


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml", "/feed.json", "/rdf.xml"])
def test_a_feed_is_its_own_answer(site: Website, path: str) -> None:
    assert discover(site.url + path) == [Candidate(site.url + path, "feed", "Harbour Review", 1)]


def test_a_page_that_links_none_is_searched_where_feeds_lie(site: Website) -> None:
    site.answer_with(200, "<html><body>Welcome</body></html>", url=site.url + "/")
    assert discover(site.url)[0].url == site.feed_url


def test_a_page_that_only_mentions_a_feed(site: Website) -> None:
    html = '<a href="/comments/feed.xml">Comments</a><a href="/atom.xml">Atom</a>'
    site.answer_with(200, html, url=site.url + "/")
    assert discover(site.url)[0].url == site.url + "/atom.xml"


def test_a_link_that_leads_nowhere_is_no_candidate(site: Website) -> None:
    html = '<link rel="alternate" type="application/rss+xml" href="/gone.xml">'
    site.answer_with(200, html, url=site.url + "/")
    assert discover(site.url)[0].url == site.feed_url


def test_the_scheme_may_be_left_out(site: Website) -> None:
    assert discover(site.url.removeprefix("http://"))[0].url == site.feed_url


@pytest.mark.django_db
def test_a_source_is_watched_from_now_on(site: Website) -> None:
    source = add_source(site.url, newest=2, now=NOON)
    assert (source.name, source.url, source.site_url) == ("Harbour Review", site.feed_url, site.url)
    assert (source.take_newest, source.next_check, source.health) == (2, NOON, "new")
    assert list(Source.objects.due(NOON)) == [source]
    assert add_source(site.url + "/atom.xml", name="Mine", now=NOON).name == "Mine"


@pytest.mark.django_db
def test_none_is_watched_twice(site: Website) -> None:
    add_source(site.url, now=NOON)
    with pytest.raises(BadInput, match="watched already, as Harbour Review"):
        add_source(site.feed_url, now=NOON)


@pytest.mark.django_db
def test_what_cannot_be_found_is_said(site: Website) -> None:
    with Website() as bare:
        bare.answer_with(200, "<p>Nothing</p>", url=bare.url + "/")
        for path in ("feed.xml", "atom.xml", "feed.json"):
            bare.answer_with(404, url=f"{bare.url}/{path}")
        with pytest.raises(BadInput, match="No feed was found") as error:
            add_source(bare.url, now=NOON)
    assert error.value.hint
    with pytest.raises(BadInput, match=r"is not there \(404\)"):
        add_source(site.url + "/nowhere", now=NOON)
