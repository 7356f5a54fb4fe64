"""What a real WordPress and a real Ghost do to whoever watches them: each story once, none lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from syndicate.lib import clock
from syndicate.lib.html import to_text
from syndicate.sources.models import Article
from tests.real import story
from tests.real.watch import Watch

pytestmark = pytest.mark.real
WAYS_TO_WORDPRESS = [("wordpress", "feed"), ("wordpress", "wordpress")]
WAYS = [*WAYS_TO_WORDPRESS, ("ghost", "feed"), ("ghost", "ghost")]
IN_PASSING = [(site, kind) for site in ("wordpress", "ghost") for kind in ("sitemap", "page")]
Title = Callable[[str], str]

in_every_way = pytest.mark.parametrize("watch", WAYS, indirect=True, ids="-".join)
in_wordpress = pytest.mark.parametrize("watch", WAYS_TO_WORDPRESS, indirect=True, ids="-".join)


@in_every_way
def test_install(watch: Watch) -> None:
    assert "A story of 9 days ago" in {each.title for each in watch.all()}
    watch.look_a_day_later()
    assert watch.new() == []


@in_every_way
def test_publish(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("A new pier"), "<p>It opens on <b>Monday</b>.</p>")
    watch.look()
    watch.look_a_day_later()
    article = watch.one(post)
    assert (article.state, article.url) == (Article.State.NEW, post.url)
    assert (article.author, article.published_at is not None) == ("Ada Example", True)
    assert "It opens on <b>Monday</b>." in article.body.replace("strong>", "b>")
    assert watch.new() == [post.title]


@in_every_way
def test_publish_in_few_words(watch: Watch, title: Title) -> None:
    for _ in range(2):
        watch.site.publish(title("A long story"), story.body(watch.site))
    short = watch.site.publish(title("A short one"), "<p>It opens on Monday.</p>")
    watch.look()
    assert to_text(watch.one(short).body).strip() == "It opens on Monday."


@in_every_way
def test_publish_what_was_a_draft(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("A slow story"), status="draft")
    watch.look()
    assert watch.rows(post) == []
    watch.site.edit(post, status=watch.site.published)
    watch.look()
    watch.look_a_day_later()
    assert watch.one(post).state == Article.State.NEW


@in_every_way
def test_edit(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("A new peir"))
    watch.look()
    before = watch.one(post)
    edited = watch.site.edit(post, title=title("A new pier"), html="<p>It opens on Tuesday.</p>")
    watch.look_a_day_later()
    after = watch.one(edited)
    assert (after.pk, after.state, after.revision) == (before.pk, Article.State.NEW, 2)
    assert "Tuesday" in after.body
    assert watch.new() == [edited.title]


@in_every_way
def test_unpublish_and_publish_again(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("Too early"))
    watch.look()
    watch.site.unpublish(post)
    watch.look_a_day_later()
    watch.site.edit(post, status=watch.site.published)
    watch.look_a_day_later()
    assert watch.new() == [post.title]


@in_every_way
def test_delete(watch: Watch, title: Title) -> None:
    stays, goes = (watch.site.publish(title(words)) for words in ("Stays", "Goes"))
    watch.look()
    watch.site.delete(goes)
    watch.look()
    watch.look_a_day_later()
    assert sorted(watch.new()) == [goes.title, stays.title]


@in_every_way
def test_schedule(watch: Watch, title: Title) -> None:
    due = clock.now() + timedelta(seconds=3)
    post = watch.site.schedule(title("News of tomorrow"), due)
    watch.look_a_day_later()
    assert watch.rows(post) == []
    _wait_until(lambda: clock.now() > due)
    watch.site.tick()
    _wait_until(lambda: (watch.look(), watch.rows(post))[1] != [])
    watch.look_a_day_later()
    assert watch.one(post).state == Article.State.NEW


@in_every_way
def test_back_date(watch: Watch, title: Title) -> None:
    post = watch.site.backdate(title("What happened last week"), clock.now() - timedelta(days=4))
    watch.look()
    watch.look_a_day_later()
    assert watch.one(post).state == Article.State.NEW


@in_every_way
def test_slug_edit(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("A new pier"))
    watch.look()
    renamed = watch.site.rename(post, f"renamed-{post.id}")
    assert renamed.url != post.url
    watch.look_a_day_later()
    article = watch.one(post)
    assert (article.url, article.state) == (renamed.url, Article.State.NEW)


@in_every_way
def test_same_second_post(watch: Watch, title: Title) -> None:
    time.sleep(1.02 - time.time() % 1)
    first = watch.site.publish(title("The first of a second"))
    watch.look()
    second = watch.site.publish(title("The second of a second"))
    watch.look()
    watch.look_a_day_later()
    assert watch.new() == [first.title, second.title]


@in_every_way
def test_burst_of_25(watch: Watch, title: Title) -> None:
    posts = [watch.site.publish(title("One of many")) for _ in range(25)]
    watch.look()
    watch.look_a_day_later()
    assert [len(watch.rows(post)) for post in posts] == [1] * 25


@in_every_way
def test_only_for_some(watch: Watch, title: Title) -> None:
    post = watch.site.protect(title("For members"), "<p>A word that opens doors.</p>")
    watch.look()
    watch.look_a_day_later()
    assert len(watch.rows(post)) <= 1
    for article in watch.rows(post):
        assert "opens doors" not in article.body + article.summary
        assert "protected" not in article.body + article.summary


@in_every_way
def test_for_all_after_all(watch: Watch, title: Title) -> None:
    post = watch.site.protect(title("For members first"), "<p>A word that opens doors.</p>")
    watch.look()
    opened = watch.site.edit(post, **watch.site.unprotected)
    watch.look_a_day_later()
    article = watch.one(opened)
    assert (article.state, article.title) == (Article.State.NEW, post.title)
    assert "opens doors" in article.body


@in_wordpress
def test_comment_added(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("Much talked about"))
    watch.look()
    watch.site.comment(post, "I have sat there every summer.")
    watch.look()
    watch.look_a_day_later()
    assert watch.one(post).revision == 1


@in_wordpress
def test_private(watch: Watch, title: Title) -> None:
    post = watch.site.publish(title("For the editors"), status="private")
    watch.look_a_day_later()
    assert watch.rows(post) == []


@pytest.mark.parametrize("watch", IN_PASSING, indirect=True, ids="-".join)
def test_publish_where_only_pages_tell(watch: Watch, title: Title) -> None:
    assert watch.new() == []
    post = watch.site.publish(title("A new pier"), story.body(watch.site))
    watch.look()
    watch.look_a_day_later()
    article = watch.one(post)
    assert (article.state, article.url) == (Article.State.NEW, post.url), article.state_reason
    assert watch.new() == [post.title]


def _wait_until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not there():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)
