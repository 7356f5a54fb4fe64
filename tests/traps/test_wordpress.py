"""What a real WordPress does that loses articles or doubles them; by its feed and by its API.

Each test bears the name of a row of what was measured at WordPress 6.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources.discover import discover
from syndicate.sources.models import Article, Push, Source
from tests.conftest import NOON
from tests.fakes.publication import Picture
from tests.fakes.wordpress import WordPress
from tests.traps.conftest import DAY, HOUR, OLD, Watch, begin

SECOND = timedelta(seconds=1)


@pytest.fixture
def site() -> Iterator[WordPress]:
    with clock.frozen(NOON), WordPress() as made:
        yield made


@pytest.fixture(params=["feed", "wordpress"])
def watch(db: None, site: WordPress, request: pytest.FixtureRequest) -> Watch:
    """Watched by its feed, and by its API."""
    return begin(site, kind=request.param, url=given(site, request.param), max_new=40)


def given(site: WordPress, kind: str) -> str:
    return site.feed_url if kind == "feed" else site.api_url


def test_a_burst_of_25_where_a_feed_holds_10(watch: Watch) -> None:
    titles = [f"Story {n:02}" for n in range(25)]
    for n, title in enumerate(titles):
        watch.publish(title, date=watch.at + n * SECOND)
    watch.look(times=3)
    assert watch.going == titles


@pytest.mark.parametrize("from_draft", [False, True])
def test_guid_of_permalink_or_number_is_kept_when_the_slug_changes(
    watch: Watch, from_draft: bool
) -> None:
    url = watch.publish("A new pier", from_draft=from_draft)
    watch.look()
    with watch.time():
        new = watch.site.rename(url, "the-pier")
        watch.site.edit(new, title="The pier", html=f"<p>{'All is told anew. ' * 40}</p>")
    watch.look(times=2, after=DAY)
    assert (watch.going, watch.article("The pier").url) == (["The pier"], new)


def test_slug_edit_and_another_post_at_the_old_address(watch: Watch) -> None:
    """Which then has the very guid of the first: the permalink at its creation."""
    url = watch.publish("A new pier")
    watch.look()
    with watch.time():
        watch.site.rename(url, "the-pier")
    watch.look()
    assert watch.publish("A new pier?") == url
    watch.look(times=25)
    assert watch.going == ["A new pier", "A new pier?"]


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


def test_back_dated_publish_that_is_answered_304(watch: Watch) -> None:
    watch.look()
    with watch.time():
        watch.site.backdate("An older pier", days=2)
    watch.look(times=24)
    statuses = [each.status for each in watch.site.requests]
    assert watch.going == ["An older pier"]
    assert watch.source.kind == "wordpress" or 304 in statuses


def test_same_second_second_post_with_the_same_etag(watch: Watch) -> None:
    watch.publish("First", date=NOON)
    watch.look()
    watch.publish("Second", date=NOON)
    watch.look(times=24)
    assert watch.going == ["First", "Second"]


def test_newest_post_deleted_and_an_old_one_shows_again(watch: Watch) -> None:
    urls = [watch.publish(f"Story {n}", date=watch.at + n * SECOND) for n in range(10)]
    watch.look()
    watch.site.delete(urls.pop())
    watch.look(times=25)
    assert watch.going == [f"Story {n}" for n in range(9)]


def test_scheduled_post_that_counts_as_changed_before_its_own_date(watch: Watch) -> None:
    with watch.time():
        watch.site.schedule("Later", watch.at + 5 * HOUR + 30 * SECOND)
    watch.publish("Meanwhile", date=watch.at + 2 * HOUR)
    watch.look(times=4)
    assert watch.going == ["Meanwhile"]
    watch.look(times=3)
    assert watch.going == ["Meanwhile", "Later"]


def test_comment_added(watch: Watch) -> None:
    url = watch.publish("A new pier")
    watch.look()
    before = watch.article("A new pier")
    for _ in range(3):
        watch.site.comment(url)
        watch.look(after=DAY)
    after = watch.article("A new pier")
    assert (watch.going, after.revision) == (["A new pier"], before.revision)


@pytest.mark.parametrize("kept_back", [{"password": "mackerel"}, {"status": "private"}])
def test_protected_and_private_posts_never_go(watch: Watch, kept_back: dict[str, Any]) -> None:
    url = watch.publish("Secret", **kept_back)
    watch.look(times=2)
    assert Article.objects.filter(title__contains="Secret").count() == 0
    with watch.time():
        watch.site.edit(url, password="", status="publish")
    watch.look()
    assert watch.going == ["Secret"]


def test_protected_after_it_was_seen_goes_no_more(watch: Watch) -> None:
    url = watch.publish("Secret")
    watch.look()
    with watch.time():
        watch.site.protect(url)
    watch.look()
    assert watch.going == []


def test_rel_self_without_the_port(watch: Watch) -> None:
    watch.publish("A new pier")
    watch.look(times=4)
    url = given(watch.site, watch.source.kind)
    assert (watch.source.url, watch.source.moved_to, watch.going) == (url, "", ["A new pier"])
    assert Push.objects.count() == 0


def test_three_feed_links_in_a_page(db: None, site: WordPress) -> None:
    url = site.publish("A new pier")
    for address in (site.url, url):
        feeds = [each.url for each in discover(address, NOON) if each.kind == "feed"]
        assert feeds == [site.feed_url]


def test_sitemap_without_lastmod(db: None, site: WordPress) -> None:
    watch = begin(site, kind="sitemap", url=f"{site.url}/wp-sitemap.xml")
    with watch.time():
        url = site.publish("A new pier", picture=Picture())
    watch.look(times=3)
    with watch.time():
        site.edit(url, title="A newer pier")
    watch.look(times=3, after=DAY)
    assert len(watch.going) == 1 and Article.objects.filter(state="new").count() == 1


def test_metadata_there_is_none_and_the_comment_form_is_no_author(
    db: None, site: WordPress
) -> None:
    watch = begin(site, kind="sitemap", url=f"{site.url}/wp-sitemap.xml")
    watch.publish("A new pier")
    watch.look()
    found = watch.article("A new pier")
    assert (found.author, found.image_url) == ("Ada Example", "")


def test_an_archive_saved_again_announces_nothing(watch: Watch) -> None:
    old = [watch.site.backdate(f"Archive {n}", days=60 + n) for n in range(60)]
    watch.look(times=2)
    for url in old:
        with watch.time():
            watch.site.edit(url, html="<p>Saved again.</p>")
    watch.look(times=25)
    assert (watch.going, watch.held) == ([], 0)


def test_an_archive_of_600_saved_again_through_a_hub(watch: Watch) -> None:
    if watch.source.kind != "feed":
        pytest.skip("a hub pushes feeds")
    watch.look()
    for n in range(600):
        watch.site.backdate(f"Archive {n}", days=40 + n)
    with watch.time():
        body = watch.site._rss(watch.site._sorted("date"), "")
    for _ in range(2):
        watch.hear(body.encode())
    assert (watch.going, watch.held) == ([], 0)


def test_the_same_site_by_its_api_instead(watch: Watch) -> None:
    """Who changes from the one to the other is sent nothing again."""
    watch.publish("A new pier")
    watch.look()
    kind = {"feed": "wordpress", "wordpress": "feed"}[watch.source.kind]
    Source.objects.update(kind=kind, url=given(watch.site, kind), etag="", full_look_at=None)
    watch.look(times=2)
    assert (watch.going, Article.objects.count()) == (["A new pier"], 1 + len(OLD))
