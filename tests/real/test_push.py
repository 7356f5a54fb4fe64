"""A real Ghost tells our real door what its authors do: an Article without a look."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import QuerySet

from syndicate.lib import clock
from syndicate.sources.models import Article, Notice, Source
from syndicate.sources.notice import take
from tests.real.ghost import Ghost
from tests.real.watch import Watch

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
SECRET = "a secret of Ghost and us"
EVENTS = ("published", "published.edited", "unpublished", "deleted")


@pytest.fixture
def watch(a_ghost: Ghost, live_server: Any) -> Iterator[Watch]:
    """Ghost, watched as a feed, with a webhook for each event that ends at our door."""
    a_ghost.clear()
    watch = Watch(a_ghost, "feed")
    source = Source.objects.get()
    source.credentials = {"secret": SECRET}
    source.save()
    door = f"{live_server.url}/hooks/ping/{source.ping_token}".replace("localhost", "127.0.0.1")
    ends = [a_ghost.webhook(f"post.{event}", door, SECRET) for event in EVENTS]
    yield watch
    for end in ends:
        end()


def _hear(count: int) -> QuerySet[Notice]:
    """Wait for *count* notices, and take them in their order."""
    end = time.monotonic() + 30
    while Notice.objects.count() < count:
        assert time.monotonic() < end, "nothing was said"
        time.sleep(0.05)
    for notice in Notice.objects.order_by("pk"):
        take(notice.pk, clock.now())
    return Notice.objects.all()


def test_publish(watch: Watch, title: Callable[[str], str]) -> None:
    post = watch.site.publish(title("Told of"), "<p>It opens on Monday.</p>", tags=["Harbour"])
    assert not _hear(1)
    article = watch.one(post)
    assert (article.state, article.url) == (Article.State.NEW, post.url)
    assert (article.author, article.tags) == ("Ada Example", ["Harbour"])
    assert "Monday" in article.body
    watch.look_a_day_later()
    assert watch.one(post).pk == article.pk
    assert watch.new() == [post.title]


def test_edit(watch: Watch, title: Callable[[str], str]) -> None:
    post = watch.site.publish(title("A new peir"))
    _hear(1)
    before = watch.one(post)
    edited = watch.site.edit(post, title=title("A new pier"), html="<p>On Tuesday.</p>")
    assert not _hear(1)
    after = watch.one(edited)
    assert (after.pk, after.state) == (before.pk, before.state)
    assert "Tuesday" in after.body, (before.body, after.body)


# What is deleted is unpublished first, and Ghost says both.
@pytest.mark.parametrize(("act", "notices"), [("unpublish", 1), ("delete", 2)])
def test_taken_back(watch: Watch, title: Callable[[str], str], act: str, notices: int) -> None:
    post = watch.site.publish(title("Too early"))
    _hear(1)
    getattr(watch.site, act)(post)
    assert not _hear(notices)
    assert not Article.objects.ready(clock.now()).filter(pk=watch.one(post).pk).exists()


def test_a_look_that_is_first_leaves_nothing_to_tell(
    watch: Watch, title: Callable[[str], str]
) -> None:
    post = watch.site.publish(title("Seen before heard"))
    watch.look()
    assert not _hear(1)
    watch.look_a_day_later()
    assert watch.one(post).state == Article.State.NEW
