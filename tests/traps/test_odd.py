"""Odd histories: what no system does on purpose, and some site does all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from syndicate.lib import clock
from syndicate.sources.models import Article, Source, first_tellings
from tests.conftest import NOON
from tests.fakes.website import Website
from tests.traps.conftest import DAY, HOUR, LONG, OLD, Watch

MINUTE = timedelta(minutes=1)


def told(watch: Watch) -> list[str]:
    """What goes on now, each story once."""
    return sorted(each.title for each in first_tellings(Article.objects.ready(watch.at)))


def test_our_clock_steps_back(watch: Watch) -> None:
    watch.look(times=6)
    watch.at -= 5 * HOUR
    watch.publish("A new pier", date=watch.at)
    watch.look(times=8)
    assert watch.going == ["A new pier"]


def test_two_servers_take_turns_each_with_its_own_guids_and_order(watch: Watch) -> None:
    for n in range(6):
        watch.publish(f"Story {n}", date=watch.at - n * MINUTE)
        for story in watch.site.publication.stories:
            watch.site.edit(watch.site.url + story.path, guid=f"{n % 2}{story.path}")
        Random(n).shuffle(watch.site.publication.stories)
        watch.look(times=2)
    assert sorted(watch.going) == [f"Story {n}" for n in range(6)]


def test_one_of_two_servers_is_a_day_behind(watch: Watch) -> None:
    behind = list(watch.site.publication.stories)
    for n in range(4):
        watch.publish(f"Story {n}", date=watch.at)
        watch.look()
        now = list(watch.site.publication.stories)
        watch.site.publication.stories = behind
        watch.look()
        watch.site.publication.stories = behind = now
    watch.look()
    assert watch.going == [f"Story {n}" for n in range(4)]


@pytest.mark.parametrize("other", [{}, {"guid": "other"}, {"guid": ""}, {"path": "/other"}])
def test_each_entry_stands_there_twice(watch: Watch, other: dict[str, str]) -> None:
    watch.publish("A new pier", date=watch.at)
    stories = watch.site.publication.stories
    stories.insert(1, replace(stories[0], **other))  # type: ignore[arg-type]
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))


@pytest.mark.parametrize("full", [True, False], ids=["whole", "title only"])
@pytest.mark.parametrize("date", [NOON, None], ids=["dated", "undated"])
@pytest.mark.parametrize(
    "link", ["/pier?PHPSESSID={}", "/pier;jsessionid={}?n=1", "/pier?utm_source={}", "/pier#{}"]
)
def test_each_visitor_gets_another_address(
    watch: Watch, link: str, date: object, full: bool
) -> None:
    watch.publish("A new pier", date=date, guid="", full=full)
    stories = watch.site.publication.stories
    for n in range(4):
        path = link.format(f"{n}f3a")
        stories[0] = replace(stories[0], path=path, guid=watch.site.url + path if n > 1 else "")
        watch.look()
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))


@pytest.mark.parametrize("path", ["/caf%C3%A9", "/caf%c3%a9", "/café"])
def test_an_address_is_written_in_another_way(watch: Watch, path: str) -> None:
    watch.publish("At the café", date=None, guid="", path="/caf%C3%A9", html="<p>Open.</p>")
    watch.look()
    watch.site.publication.stories.pop(0)
    watch.publish("At the café again", date=None, guid="", path=path, html="<p>Open now.</p>")
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["At the café again"], 1 + len(OLD))


def test_a_guid_that_is_anothers_address(watch: Watch) -> None:
    first = watch.publish("First", date=watch.at)
    watch.publish("Second", date=watch.at, guid=first)
    watch.look()
    watch.publish("Third", date=watch.at, guid=f"{watch.site.url}/4/third", path="/fourth")
    watch.look()
    watch.publish("Fourth", date=watch.at, path="/4/third")
    watch.look(times=2)
    assert sorted(watch.going) == ["First", "Fourth", "Second", "Third"]


@pytest.mark.parametrize("there", [1, 20], ids=["alone", "with the others"])
def test_guids_that_are_places_in_the_list(watch: Watch, there: int) -> None:
    stories = watch.site.publication.stories
    for n in range(5):
        text = f"<p>{n} {LONG[0]}</p>"
        watch.publish(f"Story {n}", date=watch.at, html=text)
        del stories[there:]
        for place, story in enumerate(list(stories)):
            watch.site.edit(watch.site.url + story.path, guid=f"item-{place}")
        stories = watch.site.publication.stories
        watch.look(times=2)
    assert watch.going == [f"Story {n}" for n in range(5)]


def test_the_same_title_and_text_every_week(watch: Watch) -> None:
    for _ in range(4):
        watch.publish("Open thread", date=watch.at)
        watch.look(after=7 * DAY)
    assert watch.going == ["Open thread"] * 4


def test_no_titles_at_all(watch: Watch) -> None:
    for n in range(5):
        url = watch.publish("", date=watch.at, images=[], html=f"<p>Ship {n} has come in.</p>")
        watch.look()
    watch.site.edit(url, html="<p>Ship 4 has come in, at last.</p>")
    watch.look(times=2)
    assert watch.going == [*(f"Ship {n} has come in." for n in range(4)), watch.going[-1]]
    assert len(watch.going) == 5


def test_a_list_of_5000(db: None) -> None:
    with clock.frozen(NOON), Website(feed="jsonfeed") as site:
        for n in range(5000):
            site.publish(f"Archive {n}", ["Short."], images=[], date=NOON - (5000 - n) * HOUR)
        watch = Watch(site)
        watch.look_at(NOON)
        watch.publish("A new pier", date=watch.at)
        watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["A new pier"], 5001)


def test_relative_links(watch: Watch) -> None:
    kind, text = watch.site.publication.feed("rss")
    for host in ("", "..", watch.site.url):
        item = f"<item><title>A new pier</title><link>{host}/pier</link></item></channel>"
        changed = text.replace("</channel>", item)
        watch.site.answer_with(200, changed, {"Content-Type": kind})
        watch.look()
    assert watch.going == ["A new pier"]
    assert watch.article("A new pier").url == f"{watch.site.url}/pier"


def test_http_and_https_take_turns(watch: Watch) -> None:
    watch.publish("A new pier", date=watch.at, guid="")
    _, text = watch.site.publication.feed("rss")
    for n in range(4):
        scheme = "https" if n % 2 else "http"
        own = watch.site.url.replace("http", scheme, 1)
        body = text.replace(watch.site.url, own).replace("harbour-", f"{own}/?p=")
        watch.site.answer_with(200, body, {"Content-Type": "application/rss+xml"})
        watch.look()
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))


def test_a_site_moves_with_all_its_addresses_and_guids(watch: Watch) -> None:
    watch.publish("A new pier", date=watch.at)
    watch.look()
    _, text = watch.site.publication.feed("rss")
    body = text.replace(watch.site.url, "https://new.example.org").replace("harbour-", "moved-")
    watch.site.answer_with(200, body, {"Content-Type": "application/rss+xml"})
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))


def test_another_language(watch: Watch) -> None:
    url = watch.publish("A new pier", date=watch.at)
    watch.look()
    _, text = watch.site.publication.feed("rss")
    watch.site.edit(url, title="Eine neue Mole", html="<p>Sie ist lang und aus Holz.</p>")
    _, text = watch.site.publication.feed("rss")
    body = text.replace("<language>en<", "<language>de<")
    watch.site.answer_with(200, body, {"Content-Type": "application/rss+xml"})
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["Eine neue Mole"], 1 + len(OLD))


def test_an_advertisement_that_never_stands_still_does_not_keep_an_article_waiting(
    watch: Watch,
) -> None:
    Source.objects.update(settle_minutes=90)
    url = watch.publish("A new pier", date=watch.at)
    for n in range(30):
        watch.site.edit(url, html=f"<p>{LONG[0]}</p><p>Offer {n}!</p>")
        watch.look()
    assert told(watch) == ["A new pier"]


@pytest.mark.parametrize("later", [MINUTE, DAY])
def test_deleted_and_published_anew_under_another_address(watch: Watch, later: timedelta) -> None:
    url = watch.publish("A new peir", date=watch.at)
    watch.look(times=2)
    watch.site.withdraw(url)
    watch.look()
    watch.at += later
    watch.publish("A new peir", date=watch.at)
    watch.look(times=2)
    assert Article.objects.filter(title="A new peir", state="new").count() == 1
    assert watch.going == ["A new peir"]


def test_a_story_of_two_sources_that_one_of_them_takes_back(watch: Watch) -> None:
    url = watch.publish("A new pier", date=watch.at)
    watch.publish("Later", date=watch.at + MINUTE)
    other = Watch(watch.site, url=f"{watch.site.url}/atom.xml", take_newest=2)
    watch.look()
    other.look()
    assert told(watch) == ["A new pier", "Later"]
    watch.site.withdraw(url)
    watch.look()
    assert told(watch) == ["A new pier", "Later"]
    other.look()
    assert told(watch) == ["Later"]


def test_a_date_mistyped_into_the_future_and_mended(watch: Watch) -> None:
    url = watch.publish("A new pier", date=watch.at + 20 * DAY)
    watch.look()
    watch.site.edit(url, date=watch.at)
    watch.look()
    assert told(watch) == ["A new pier"]


def test_every_date_is_two_hours_ahead_whenever_it_is_asked(watch: Watch) -> None:
    url = watch.publish("A new pier", date=watch.at)
    for _ in range(4):
        watch.site.edit(url, date=watch.at + 3 * HOUR)
        watch.look()
    assert told(watch) == ["A new pier"]


def test_the_first_look_knows_only_what_is_yet_to_come(db: None, site: Website) -> None:
    site.publish("In ten days", date=NOON + 10 * DAY)
    watch = Watch(site)
    watch.look_at(NOON)
    watch.publish("A new pier", date=watch.at + MINUTE)
    watch.look()
    assert watch.going == ["A new pier"]


def test_oldest_first_and_undated(db: None, site: Website) -> None:
    """The first might be an old one shown again, and is asked about; then the order is known."""
    for n in range(3):
        site.publish(f"Old news {n}", date=None)
    site.publication.stories.reverse()
    watch = Watch(site)
    watch.look_at(NOON)
    for n in range(3):
        watch.publish(f"Story {n}", date=None)
        stories = site.publication.stories
        site.publication.stories = [*stories[1:], stories[0]]
        watch.look()
    assert (watch.going, watch.held) == (["Story 1", "Story 2"], 1)
