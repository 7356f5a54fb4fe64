"""Addresses that must be confirmed by their pages, from a real site on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources.detect import peek
from syndicate.sources.gather import NO_ARTICLE, Pages
from syndicate.sources.look import OTHER_ADDRESS
from syndicate.sources.models import Article, Source
from syndicate.sources.readers import READERS
from syndicate.sources.readers.base import Entry
from tests.conftest import NOON
from tests.fakes.publication import PARAGRAPHS
from tests.fakes.website import Website
from tests.sources.looking import HOUR, Stage, look, show, staged, states

pytestmark = pytest.mark.django_db
LONG = PARAGRAPHS * 3


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Website]:
    monkeypatch.setitem(READERS, "stage", ("", f"{Stage.__module__}.Stage"))
    Stage.shows.clear()
    with clock.frozen(NOON), Website() as made:
        yield made


def addresses(*urls: str) -> list[Entry]:
    return [Entry(url=url, unsure=True) for url in urls]


def watched(site: Website, *urls: str, **values: Any) -> Source:
    return look(staged(addresses(*urls), **values), NOON)


def pages_asked(site: Website) -> int:
    return sum(each.path != "/robots.txt" for each in site.requests)


def test_a_first_look_reads_no_page_but_those_of_the_few_that_go(site: Website) -> None:
    urls = [site.publish(f"News {n}", LONG) for n in range(5)]
    watched(site, *reversed(urls), take_newest=1)
    assert pages_asked(site) == 1
    assert states() == {"News 0": "seen", "News 1": "seen", "News 2": "seen", "News 3": "seen",
                        "News 4": "new"}  # fmt: skip


def test_a_new_address_is_an_article_when_its_page_holds_one(site: Website) -> None:
    source = watched(site, site.publish("Old", LONG))
    new = site.publish("A new pier", LONG, date=NOON + HOUR)
    show(source, addresses(new, f"{site.url}/", f"{site.url}/404"))
    for hours in (1, 2):
        look(source, NOON + hours * HOUR)
    article = Article.objects.get(url=new)
    assert (article.title, article.state, article.author) == ("A new pier", "new", "Ada Example")
    assert article.published_at == NOON + HOUR
    assert Article.objects.get(url=f"{site.url}/404").state_reason == NO_ARTICLE
    assert len(site.asked(new)) == len(site.asked(f"{site.url}/404")) == 1


def test_an_old_article_is_known_by_the_date_of_its_page(site: Website) -> None:
    source = watched(site)
    old = site.publish("Old", LONG, date=NOON - timedelta(days=99))
    show(source, addresses(old))
    look(source, NOON + HOUR)
    assert "99 days old" in Article.objects.get(url=old).state_reason


def test_what_its_page_calls_by_a_known_address_is_not_new(site: Website) -> None:
    known = site.publish("A new pier", LONG)
    source = watched(site, known)
    page = site.publication.page(site.publication.stories[0])
    html = {"Content-Type": "text/html; charset=utf-8"}
    site.answer_with(200, page, html, url=f"{site.url}/amp/pier")
    show(source, addresses(f"{site.url}/amp/pier", known))
    for hours in (1, 2):
        look(source, NOON + hours * HOUR)
    assert Article.objects.get(url__contains="/amp/").state_reason == OTHER_ADDRESS
    assert len(site.asked(f"{site.url}/amp/pier")) == 1
    assert Article.objects.get(url=known).revision == 1


def test_a_page_that_cannot_be_read_now_comes_again(site: Website) -> None:
    source = watched(site, site.publish("Old", LONG))
    new = site.publish("A new pier", LONG)
    site.answer_with(500, url=new)
    show(source, addresses(new))
    source = look(source, NOON + HOUR)
    assert (states(), source.etag, source.body_hash) == ({"Old": "seen"}, "", "")
    site.recover()
    assert look(source, NOON + 2 * HOUR).etag == '"a tag"'
    assert states()["A new pier"] == "new"


def test_many_new_addresses_are_read_bit_by_bit_and_held(
    site: Website, configure: Callable[..., Any]
) -> None:
    configure(sources={"max_new": 2})
    source = watched(site, site.publish("Old", LONG))
    show(source, addresses(*[site.publish(f"News {n}", LONG) for n in range(5)]))
    look(source, NOON + HOUR)
    assert sorted(states().values()) == ["held", "held", "seen"]
    for hours in (2, 3):
        look(source, NOON + hours * HOUR)
    assert Article.objects.count() == 6


def test_a_glance_reads_no_page(site: Website) -> None:
    source = watched(site, site.publish("Old", LONG))
    show(source, addresses(site.publish("A new pier", LONG)))
    assert len(peek(source, NOON).new) == 1
    assert site.requests == []


def test_only_the_sources_own_site_is_shown_what_lets_us_in(site: Website) -> None:
    with Website() as other:
        source = watched(site, site.publish("Old", LONG))
        source.url, source.credentials = f"{site.url}/list", {"token": "secret"}
        pages = Pages(source, NOON)
        for each in (site, other):
            pages.read(each.publish("A new pier", LONG))
        assert site.requests[-1].headers["authorization"] == "Bearer secret"
        assert "authorization" not in other.requests[-1].headers
