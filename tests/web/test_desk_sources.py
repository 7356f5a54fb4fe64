"""Sources on the desk: found as cards, arranged by a form, shown in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from syndicate.lib import clock
from syndicate.sources.hand import by_hand
from syndicate.sources.models import Article, Push, Source
from tests import rows
from tests.fakes.website import Website
from tests.web.furniture import editor

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(client: Client) -> Client:
    """The desk, an editor before it."""
    client.force_login(editor())
    return client


@pytest.fixture
def website() -> Iterator[Website]:
    """A publication with two articles."""
    with Website() as site:
        site.publish("A first pier")
        site.publish("A second pier")
        yield site


def to(name: str, *args: Any) -> str:
    """An address of the desk."""
    return reverse(f"desk:{name}", args=args)


def said(answer: Any) -> str:
    """What the next page will say."""
    return " ".join(str(note) for note in get_messages(answer.wsgi_request))


def text(answer: Any) -> str:
    """What a page says."""
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def form(source: Source, **values: Any) -> dict[str, Any]:
    """The settings of a source as its page would send them."""
    return {"name": source.name, "url": source.url} | values


def test_what_is_found_stands_as_cards_the_best_first(desk: Client, website: Website) -> None:
    shown = text(desk.post(to("source_new"), {"url": website.url}))
    best, _, others = shown.partition("other way to watch it")
    assert "The best of it:</b> its feed, 2 articles" in best
    assert "A second pier" in best and "Ada Example" in best
    assert "A page that lists 2 articles" in others and "Watch this instead" in others


def test_a_card_of_its_kind_is_watched(desk: Client, website: Website) -> None:
    given = {"url": website.url + "/", "kind": "page", "site": website.url, "newest": 0}
    desk.post(to("source_add"), given)
    made = Source.objects.get()
    assert (made.kind, made.url, made.site_url) == ("page", website.url + "/", website.url)


@pytest.mark.parametrize("wrong", [{"newest": 51}, {"kind": "telepathy"}, {"url": ""}])
def test_a_card_that_was_tampered_with_watches_nothing(desk: Client, wrong: Any) -> None:
    answer = desk.post(to("source_add"), {"url": "https://example.org/", "kind": "feed"} | wrong)
    assert "choose one" in said(answer) and not Source.objects.exists()


def test_what_was_tried_is_told(desk: Client, website: Website) -> None:
    website.answer_with(200, "<html><body>Hello</body></html>", url=website.url + "/about")
    for path in ("/feed.xml", "/atom.xml", "/feed.json", "/rdf.xml", "/"):
        website.answer_with(404, url=website.url + path)
    answer = desk.post(to("source_new"), {"url": website.url + "/about"})
    assert answer.status_code == 422 and "feeds (" in text(answer)


def test_a_closed_source_is_tried_and_watched(desk: Client, website: Website) -> None:
    login = {"url": website.feed_url, "kind": "feed", "username": "ada", "password": "a secret"}
    website.answer_with(401)
    refused = desk.post(to("source_new"), login)
    assert refused.status_code == 422 and "does not let us in" in text(refused)
    assert "a secret" not in text(refused) and "<details open>" in text(refused)
    website.recover()
    desk.post(to("source_new"), login)
    assert Source.objects.get().credentials == {"username": "ada", "password": "a secret"}


def test_all_settings_are_set_and_cleared(desk: Client) -> None:
    one = rows.source()
    given = {
        "name": "The Harbour", "interval": 30, "since": "2026-11-01", "max_age_days": 3,
        "max_new": 0, "settle_minutes": 10, "tags": "piers\r\nropes", "not_words": "advert",
    }  # fmt: skip
    assert desk.post(to("source_settings", one.pk), form(one, **given)).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.interval, one.max_age_days) == ("The Harbour", HOUR / 2, 3)
    assert one.since is not None and one.since.isoformat() == "2026-10-31T23:00:00+00:00"  # Berlin
    assert (one.max_new, one.settle_minutes) == (0, 10)
    assert one.filters == {"tags": ["piers", "ropes"], "not_words": ["advert"]}
    shown = text(desk.get(to("source_settings", one.pk)))
    assert 'value="2026-11-01"' in shown and "piers\nropes" in shown
    desk.post(to("source_settings", one.pk), form(one))
    one.refresh_from_db()
    assert (one.interval, one.since, one.max_new, one.filters) == (None, None, None, {})


def test_what_is_left_alone_is_not_set_again(desk: Client) -> None:
    since = rows.NOON + timedelta(minutes=7)
    one = rows.source(since=since, interval=timedelta(seconds=90), next_check=rows.NOON)
    kept = {"since": "2026-11-23", "interval": 2}
    desk.post(to("source_settings", one.pk), form(one, **kept) | {"name": "Renamed"})
    one.refresh_from_db()
    assert (one.name, one.since, one.interval) == ("Renamed", since, timedelta(seconds=90))
    assert one.next_check == rows.NOON


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("interval", "0", "greater than or equal to 1"),
        ("max_new", "many", "whole number"),
        ("since", "soon", "valid date"),
        ("header", "X Key", "valid value"),
        ("header", "X-Key", "both its name and its value"),
        ("name", "", "required"),
    ],
)
def test_a_mistake_stands_by_its_field(desk: Client, field: str, value: str, told: str) -> None:
    one = rows.source()
    answer = desk.post(to("source_settings", one.pk), form(one) | {field: value})
    assert answer.status_code == 422 and told in text(answer)
    assert f'id="id_{field}_error"' in text(answer) or field == "header"


def test_a_wrong_key_is_told_at_once_and_nothing_is_set(desk: Client, website: Website) -> None:
    one = rows.source(url=website.feed_url)
    website.answer_with(403)
    given = form(one, token="a secret", max_new=5)
    answer = desk.post(to("source_settings", one.pk), given)
    assert answer.status_code == 422 and "does not let us in (403)" in text(answer)
    assert "a secret" not in text(answer)
    one.refresh_from_db()
    assert (one.sealed, one.max_new) == ("", None)


def test_a_password_left_empty_stays_until_it_is_forgotten(desk: Client, website: Website) -> None:
    one = rows.source(url=website.feed_url)
    address = to("source_settings", one.pk)
    desk.post(address, form(one, username="ada", password="a secret"))
    desk.post(address, form(one, name="Renamed"))
    one.refresh_from_db()
    assert (one.name, one.credentials["password"]) == ("Renamed", "a secret")
    shown = text(desk.get(address))
    assert "Kept now: username, password." in shown and "a secret" not in shown
    desk.post(address, form(one, forget="on"))
    one.refresh_from_db()
    assert one.credentials == {}


def test_another_way_in_takes_the_place_of_the_first(desk: Client, website: Website) -> None:
    one = rows.source(url=website.feed_url)
    for given in ({"username": "ada", "password": "p"}, {"token": "t", "secret": "s"}):
        desk.post(to("source_settings", one.pk), form(one, **given))
    one.refresh_from_db()
    assert one.credentials == {"token": "t", "secret": "s"}
    assert website.requests[-1].headers["authorization"] == "Bearer t"


def test_a_source_tells_how_it_is_watched(desk: Client) -> None:
    one = rows.source(
        interval=HOUR, at_least=2 * HOUR, filters={"authors": ["Ada Example"]},
        site_url="https://harbour.example.org/", hint="It has moved.",
    )  # fmt: skip
    hub = "https://hub.example.org/"
    Push.objects.create(
        source=one, hub=hub, topic=one.url, sealed="", state="denied", next_try=rows.NOON
    )
    shown = text(desk.get(to("source", one.pk)))
    for words in (
        "every 1 hour, as set here", "2 hours between two looks; here it is set otherwise",
        "only by “Ada Example”", "It has moved.", f"{hub} will not tell us", one.ping_token,
    ):  # fmt: skip
        assert words in shown, words


def test_its_articles_say_what_an_editor_should_know(desk: Client) -> None:
    one, other = rows.source(name="The Harbour"), rows.source(name="The Wire")
    first = rows.article(source=one, available_at=clock.now() + HOUR, body="<p>word</p>" * 500)
    second = rows.article(source=other, twin_of=first)
    rows.article(source=one, missing_at=rows.NOON)
    shown = text(desk.get(to("source", one.pk)))
    assert "It waits until" in shown and "Also from The Wire; it goes once." in shown
    assert "shows it no more" in shown and "pill missing" in shown
    assert "Also from The Harbour, which had it first" in text(desk.get(to("article", second.pk)))
    assert "3 minutes" in text(desk.get(to("article", first.pk)))


@pytest.mark.parametrize("name", ["source", "sources", "articles"])
def test_many_rows_cost_no_more_questions(
    desk: Client, name: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    one, other = rows.source(), rows.source()
    args = [one.pk] if name == "source" else []

    def publish(count: int) -> None:
        for _ in range(count):
            first = rows.article(source=one)
            rows.article(source=other, twin_of=first)
            rows.article(source=rows.source())

    publish(1)
    with django_assert_max_num_queries(99) as few:
        desk.get(to(name, *args))
    publish(6)
    with django_assert_max_num_queries(len(few)):
        desk.get(to(name, *args))


def test_a_ping_address_is_renewed(desk: Client) -> None:
    one = rows.source()
    assert "another ping address" in said(desk.post(to("source_act", one.pk, "renew")))
    assert Source.objects.get().ping_token != one.ping_token


def test_an_article_is_added_by_its_address(desk: Client, website: Website) -> None:
    one = rows.source(url=website.feed_url)
    url = website.publish("A third pier")
    back = to("source", one.pk)
    given = {"url": url, "source": one.pk, "back": back}
    answer: Any = desk.post(to("article_add"), given)
    assert answer["Location"] == back and "“A third pier” was added" in said(answer)
    assert Article.objects.get().source == one
    assert "known already" in said(desk.post(to("article_add"), given))


@pytest.mark.parametrize("url", ["", "127.0.0.1:9/pier"])
def test_what_is_no_article_is_not_added(desk: Client, url: str) -> None:
    assert said(desk.post(to("article_add"), {"url": url}))
    assert not Article.objects.exists()


def test_what_was_added_by_hand_has_a_page_and_nothing_to_set(desk: Client) -> None:
    hand = by_hand(rows.NOON)
    rows.article(source=hand, title="A pier elsewhere")
    shown = text(desk.get(to("source", hand.pk)))
    assert "A pier elsewhere" in shown and "Look now" not in shown and "Settings" not in shown
    assert desk.get(to("source_settings", hand.pk)).status_code == 404
    assert "by-hand" not in text(desk.get(to("sources")))
