"""What Squarespace does that loses articles or doubles them, by feed and JSON; and what Wix does.

Each test bears the name of a fact that others have written down of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicate.lib import clock
from syndicate.sources.models import Article, Source
from tests.conftest import NOON
from tests.fakes.publication import Picture
from tests.fakes.squarespace import Squarespace
from tests.fakes.website import Website
from tests.traps.conftest import HOUR, LONG, OLD, Watch, begin

SECOND = timedelta(seconds=1)


@pytest.fixture
def site() -> Iterator[Squarespace]:
    with clock.frozen(NOON), Squarespace() as made:
        yield made


@pytest.fixture(params=["feed", "squarespace"])
def watch(db: None, site: Squarespace, request: pytest.FixtureRequest) -> Watch:
    """Watched by its feed, and by its JSON."""
    return begin(site, kind=request.param, url=given(site, request.param), max_new=40)


def given(site: Squarespace, kind: str) -> str:
    return site.feed_url if kind == "feed" else site.api_url


def test_last_build_date_older_than_the_newest_article(watch: Watch) -> None:
    """It is of no interest when the feed claims to have been built."""
    for n in range(4):
        watch.publish(f"Story {n}")
        watch.look(after=timedelta(minutes=2))
    assert watch.going == [f"Story {n}" for n in range(4)]


def test_a_burst_of_45_where_a_page_holds_20(watch: Watch) -> None:
    Source.objects.update(max_new=50)
    titles = [f"Story {n:02}" for n in range(45)]
    for n, title in enumerate(titles):
        watch.publish(title, date=watch.at + n * SECOND)
    watch.look(times=3)
    assert watch.going == titles


def test_guid_is_kept_when_the_slug_changes(watch: Watch) -> None:
    url = watch.publish("A new pier")
    watch.look()
    with watch.time():
        new = watch.site.rename(url, "the-pier")
    watch.look(times=2)
    assert (watch.going, watch.article("A new pier").url) == (["A new pier"], new)


def test_a_blank_item_waits_until_it_says_something(watch: Watch) -> None:
    with watch.time():
        url = watch.site.publish("", [], slug="blank", blank=True)
    watch.look(times=2)
    assert (watch.going, watch.held) == ([], 1)
    with watch.time():
        watch.site.edit(url, title="Filled", html=f"<p>{LONG[0]}</p>", blank=False)
    watch.look(times=2)
    assert (watch.going, watch.held) == (["Filled"], 0)


def test_twenty_items_are_blank_for_a_while_and_come_back_at_once(watch: Watch) -> None:
    for n in range(17):
        watch.publish(f"Story {n:02}", date=watch.at + n * SECOND)
    watch.look()
    whole, before = watch.site.items, watch.going
    watch.site.items = []
    watch.look(times=3)
    assert watch.source.health == Source.Health.FAILING
    watch.site.items = whole
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (before, 17 + len(OLD))


def test_twenty_unknown_items_at_once_are_held(watch: Watch) -> None:
    Source.objects.update(max_new=None)
    for n in range(21):
        watch.publish(f"From a move {n}", date=watch.at + n * SECOND)
    watch.look(times=2)
    assert (watch.going, watch.held) == ([], 21)


def test_429_asks_for_patience_and_loses_nothing(watch: Watch) -> None:
    watch.publish("A new pier")
    watch.site.answer_with(429, headers={"Retry-After": "7200"}, url="/news")
    source = watch.look()
    assert source.next_check >= watch.at + 2 * HOUR
    watch.site.recover()
    watch.look(times=2)
    assert watch.going == ["A new pier"]


@pytest.mark.parametrize("status", [403, 404, 503])
def test_who_is_blocked_says_so_and_loses_nothing(watch: Watch, status: int) -> None:
    watch.publish("A new pier")
    watch.site.answer_with(status, url="/news")
    source = watch.look(times=3)
    assert (source.health, bool(source.error)) == (Source.Health.FAILING, True)
    watch.site.recover()
    watch.look(times=2)
    assert watch.going == ["A new pier"]


def test_a_page_laid_out_freely_has_an_empty_body_but_is_an_article(watch: Watch) -> None:
    watch.publish("Laid out freely", blank=True)
    watch.look(times=2)
    assert watch.going == ["Laid out freely"]
    assert "made of wood" in watch.article("Laid out freely").body


def test_pictures_that_a_script_loads_later_keep_their_captions(watch: Watch) -> None:
    picture = Picture(caption="Seen from the steps")
    watch.publish("A new pier", picture=picture)
    watch.look()
    found = watch.article("A new pier")
    assert found.image_url == f"{watch.site.url}/pictures/pier.jpg"
    assert (found.image_alt, found.image_caption) == (picture.alt, "Seen from the steps")


def test_newest_item_deleted_and_an_old_one_shows_again(watch: Watch) -> None:
    urls = [watch.publish(f"Story {n:02}", date=watch.at + n * SECOND) for n in range(20)]
    watch.look()
    watch.site.delete(urls.pop())
    watch.look(times=2)
    assert watch.going == [f"Story {n:02}" for n in range(19)]


def test_the_same_site_by_its_json_instead(watch: Watch) -> None:
    """Who changes from the one to the other is sent nothing again."""
    watch.publish("A new pier")
    watch.look()
    kind = {"feed": "squarespace", "squarespace": "feed"}[watch.source.kind]
    Source.objects.update(kind=kind, url=given(watch.site, kind), body_hash="")
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))


def test_wix_gives_the_whole_picture_though_it_is_cut_anew_for_each_visitor(db: None) -> None:
    cut = "https://static.wixstatic.com/media/1a2b~mv2.jpg/v1/fill/w_{},h_{}/pier.jpg"
    with clock.frozen(NOON), Website() as site:
        watch = begin(site)
        for width in (640, 980):
            body = f'<p>{LONG[0]}</p><img src="{cut.format(width, width)}" alt="A pier">'
            if width == 640:
                url = watch.publish("A new pier", html=body)
            site.edit(url, html=body)
            watch.look()
    found = watch.article("A new pier")
    assert watch.going == ["A new pier"]
    assert found.image_url == "https://static.wixstatic.com/media/1a2b~mv2.jpg"
    assert found.image_alt == "A pier"
