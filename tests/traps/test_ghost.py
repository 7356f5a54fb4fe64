"""What a real Ghost does that loses articles or doubles them; by its feed and by its API.

Each test bears the name of a row of what was measured at Ghost 5 and 6.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicate.lib import clock
from syndicate.sources.discover import discover
from syndicate.sources.models import Article, Source
from tests.conftest import NOON
from tests.fakes.ghost import KEY, Ghost
from tests.fakes.publication import Picture
from tests.traps.conftest import DAY, HOUR, LONG, OLD, Watch, begin

SECOND = timedelta(seconds=1)


@pytest.fixture
def site() -> Iterator[Ghost]:
    with clock.frozen(NOON), Ghost() as made:
        yield made


@pytest.fixture(params=["feed", "ghost"])
def watch(db: None, site: Ghost, request: pytest.FixtureRequest) -> Watch:
    """Watched by its feed, and by its API."""
    return begin(site, kind=request.param, url=given(site, request.param), max_new=40)


def given(site: Ghost, kind: str) -> str:
    return site.feed_url if kind == "feed" else f"{site.api_url}?key={KEY}"


def test_a_burst_of_25_where_a_feed_holds_15_and_no_page_before_them(watch: Watch) -> None:
    titles = [f"Story {n:02}" for n in range(25)]
    for n, title in enumerate(titles):
        watch.publish(title, date=watch.at + n * SECOND)
    watch.look(times=3)
    assert watch.going == titles


def test_guid_is_kept_when_the_slug_changes_and_the_old_address_is_404(watch: Watch) -> None:
    url = watch.publish("A new pier")
    watch.look()
    with watch.time():
        new = watch.site.rename(url, "the-pier")
        watch.site.edit(new, title="The pier", html=f"<p>{'All is told anew. ' * 40}</p>")
    watch.look(times=2)
    assert (watch.going, watch.article("The pier").url) == (["The pier"], new)
    watch.publish("A new pier")  # at the address that has become free
    watch.look(times=2)
    assert watch.going == ["The pier", "A new pier"]


def test_title_edit(watch: Watch) -> None:
    url = watch.publish("A new peir")
    watch.look()
    before = watch.article("A new peir")
    with watch.time():
        watch.site.edit(url, title="A new pier")
    watch.look(times=2)
    after = watch.article("A new pier")
    assert (watch.going, before.pk) == (["A new pier"], after.pk)
    assert (before.published_at, before.available_at) == (after.published_at, after.available_at)


def test_back_dated_publish_changes_the_etag(watch: Watch) -> None:
    watch.look()
    with watch.time():
        watch.site.backdate("An older pier", days=2)
    watch.look()
    assert watch.going == ["An older pier"]


def test_back_dated_publish_below_all_that_a_feed_shows(watch: Watch) -> None:
    """Its API tells what was changed last; nothing in the feed tells of it."""
    for n in range(15):
        watch.publish(f"Story {n}", date=watch.at + n * SECOND)
    watch.look()
    with watch.time():
        watch.site.backdate("An older pier", days=2)
    watch.look(times=2)
    assert ("An older pier" in watch.going) == (watch.source.kind == "ghost")


def test_same_second_second_post(watch: Watch) -> None:
    watch.publish("First", date=NOON)
    watch.look()
    watch.publish("Second", date=NOON)
    watch.look()
    assert watch.going == ["First", "Second"]


def test_newest_post_deleted_and_an_old_one_shows_again(watch: Watch) -> None:
    urls = [watch.publish(f"Story {n:02}", date=watch.at + n * SECOND) for n in range(15)]
    watch.look()
    watch.site.delete(urls.pop())
    watch.look(times=2)
    assert watch.going == [f"Story {n:02}" for n in range(14)]


def test_scheduled_post_is_absent_until_it_is_due(watch: Watch) -> None:
    with watch.time():
        watch.site.schedule("Later", watch.at + 5 * HOUR + 30 * SECOND)
    watch.publish("Meanwhile", date=watch.at + 2 * HOUR)
    watch.look(times=4)
    assert watch.going == ["Meanwhile"]
    watch.look(times=3)
    assert watch.going == ["Meanwhile", "Later"]


@pytest.mark.parametrize("visibility", ["members", "paid", "tiers"])
def test_of_a_members_only_post_nothing_goes_but_what_all_may_read(
    watch: Watch, visibility: str
) -> None:
    html = f"<p>{LONG[0]}</p><!--members-only--><p>Only for members.</p>"
    watch.publish("Half open", html=html, visibility=visibility)
    watch.publish("Closed", html="<p>Only for members.</p>", visibility=visibility)
    watch.look(times=2)
    for article in Article.objects.all():
        assert "Only for members" not in article.body + article.summary
    assert sorted(watch.going) == ["Closed", "Half open"]


def test_rel_self_and_one_feed_link_in_a_page(watch: Watch) -> None:
    url = watch.publish("A new pier")
    watch.look(times=2)
    assert (watch.source.moved_to, watch.going) == ("", ["A new pier"])
    for address in (watch.site.url, url):
        feeds = [each.url for each in discover(address, watch.at) if each.kind == "feed"]
        assert feeds == [watch.site.feed_url]


def test_sitemap_with_lastmod(db: None, site: Ghost) -> None:
    watch = begin(site, kind="sitemap", url=f"{site.url}/sitemap.xml")
    url = watch.publish("A new pier", picture=Picture())
    watch.look(times=2)
    with watch.time():
        site.edit(url, title="A newer pier")
    watch.look(times=2, after=DAY)
    assert len(watch.going) == 1 and Article.objects.count() == 1 + len(OLD)


def test_metadata_of_its_own_and_the_stock_cover(watch: Watch) -> None:
    watch.publish("Without a picture")
    watch.publish("With one", picture=Picture())
    watch.look()
    assert watch.article("Without a picture").image_url == ""
    assert watch.article("With one").image_url.endswith("/pictures/pier.jpg")


def test_an_archive_saved_again_announces_nothing(watch: Watch) -> None:
    old = [watch.site.backdate(f"Archive {n}", days=60 + n) for n in range(60)]
    watch.look(times=2)
    for url in old:
        with watch.time():
            watch.site.edit(url, html="<p>Saved again.</p>")
    watch.look(times=25)
    assert (watch.going, watch.held) == ([], 0)


def test_the_same_site_by_its_api_instead(watch: Watch) -> None:
    """Who changes from the one to the other is sent nothing again."""
    watch.publish("A new pier")
    watch.look()
    kind = {"feed": "ghost", "ghost": "feed"}[watch.source.kind]
    Source.objects.update(kind=kind, url=given(watch.site, kind), etag="", full_look_at=None)
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))
