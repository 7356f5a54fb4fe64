"""What we were told is taken: once, in order, again if it fails, and never twice an article."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.lib import clock
from syndicate.sources import editorial, push
from syndicate.sources.detect import detect
from syndicate.sources.models import TRIES, Article, Notice, Source
from syndicate.sources.notice import take
from syndicate.sources.tell import tell
from tests import rows
from tests.conftest import NOON
from tests.fakes.website import Website

pytestmark = pytest.mark.django_db
LONG = ["It is long, and it is made of wood. " * 30]  # nothing that a page could add
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site() -> Iterator[Website]:
    with clock.frozen(NOON), Website() as made:
        made.publish("Old news", date=NOON - timedelta(days=2))
        yield made


@pytest.fixture
def source(site: Website) -> Source:
    """Looked at once, and not due for long."""
    made = rows.source(url=site.feed_url, baseline_at=None, next_check=NOON)
    detect(made.pk, NOON)
    Source.objects.update(next_check=NOON + timedelta(days=1))
    made.refresh_from_db()
    return made


def taken(
    source: Source, kind: str, said: object = b"", url: str = "", at: datetime = NOON
) -> None:
    """Say it, and take all that is due."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    tell(source, kind, at, url=url, content_type="application/rss+xml" if body[:1] == b"<" else "",
         body=body)  # fmt: skip
    take_all(at)


def take_all(at: datetime) -> None:
    """As the daemon does."""
    while due := list(Notice.objects.due(at).values_list("pk", flat=True)):
        for pk in due:
            take(pk, at)


def states() -> dict[str, str]:
    return dict(Article.objects.order_by("pk").values_list("title", "state"))


def feed(site: Website) -> bytes:
    return site.publication.feed("rss")[1].encode()


def post(site: Website, url: str, **values: object) -> dict[str, Any]:
    """A webhook of Ghost about an article."""
    story = next(s for s in site.publication.stories if site.url + s.path == url)
    now: dict[str, Any] = {
        "id": story.guid,
        "url": url,
        "title": story.title,
        "html": f"<p>{LONG[0]}</p>",
    }
    now |= {"feature_image": "/pier.jpg", "primary_author": {"name": "Ada Example"}}
    return {"post": {"current": {**now, "status": "published", **values}, "previous": {}}}


NEW = {"Old news": "seen", "A new pier": "new"}


def test_look_now(site: Website, source: Source) -> None:
    site.publish("A new pier")
    taken(source, "ping")
    assert (states(), Notice.objects.count()) == (NEW, 0)
    source.refresh_from_db()
    assert source.next_check > NOON


def test_an_article_that_the_feed_holds_is_the_feeds(site: Website, source: Source) -> None:
    url = site.publish("A new pier", LONG, tags=["harbour"])
    taken(source, "ping", url=url)
    assert states() == NEW
    assert (Article.objects.get(url=url).tags, site.asked(url)) == (["harbour"], [])


def test_one_that_it_does_not_hold_yet_is_read_from_its_page(site: Website, source: Source) -> None:
    before = feed(site)
    url = site.publish("A new pier")
    site.answer_with(200, before, {"Content-Type": "application/rss+xml"})
    taken(source, "ping", url=url)
    assert states() == NEW
    site.recover()
    taken(source, "ping")
    assert states() == NEW, "and the feed's is known by its address"


def test_a_page_that_is_not_there_yet_is_tried_again(site: Website, source: Source) -> None:
    taken(source, "ping", url=f"{site.url}/soon")
    notice = Notice.objects.get()
    assert (notice.attempts, notice.due_at > NOON, "404" in notice.error) == (1, True, True)
    site.publish("Soon", path="/soon")
    take_all(notice.due_at)
    assert (states()["Soon"], Notice.objects.count()) == ("new", 0)


def test_what_cannot_be_taken_is_kept_and_shown(site: Website, source: Source) -> None:
    taken(source, "ping", url=f"{site.url}/never")
    for _ in range(9):
        take_all(Notice.objects.get().due_at)
    assert Notice.objects.get().attempts == TRIES
    (line,) = push.describe(source, NOON)
    assert f"What we were told of {site.url}/never on 23 November, 13:00" in line
    later = NOON + timedelta(days=31)
    taken(source, "ping", url=f"{site.url}/nor", at=later)
    assert [notice.url for notice in Notice.objects.all()] == [f"{site.url}/nor"]


def test_a_feed_that_is_pushed_needs_no_look(site: Website, source: Source) -> None:
    site.publish("A new pier", LONG)
    before = len(site.requests)
    taken(source, "push", feed(site))
    assert (states(), len(site.requests)) == (NEW, before)
    taken(source, "push", feed(site))
    assert states() == NEW


@pytest.mark.parametrize("body", [b"", b"<html>", b"nonsense", b"<rss version='2.0'></rss>", b"{}"])
def test_a_push_that_says_nothing_is_a_reason_to_look(
    site: Website, source: Source, body: bytes
) -> None:
    site.publish("A new pier")
    taken(source, "push", body)
    assert (states(), Notice.objects.count()) == (NEW, 0)


def test_a_source_that_is_no_feed_is_looked_at_in_its_own_way(
    site: Website, source: Source
) -> None:
    """What its hub pushes bears other marks than what its own reader finds."""
    Source.objects.update(kind="page", url=site.url)
    taken(source, "push", feed(site))
    assert len(site.asked("/")) == 1


def test_what_is_missing_in_a_push_is_not_gone(site: Website, source: Source) -> None:
    rows.article(source=source, title="Older")
    taken(source, "push", feed(site))
    assert Article.objects.get(title="Older").missing_at is None


def test_ghosts_article_is_taken_and_the_feeds_is_the_same(site: Website, source: Source) -> None:
    url = site.publish("A new pier")
    taken(source, "webhook", post(site, url))
    assert (states(), site.asked(url)) == (NEW, [])
    assert Article.objects.get(url=url).body == f"<p>{LONG[0]}</p>"
    taken(source, "webhook", post(site, url))
    taken(source, "ping")
    assert states() == NEW


def test_deleted_is_not_taken_before_published(site: Website, source: Source) -> None:
    url = site.publish("A new pier")
    told = post(site, url)
    gone = {"post": {"current": {}, "previous": told["post"]["current"]}}
    for said in (told, gone):
        tell(source, "webhook", NOON, body=json.dumps(said).encode())
    assert Notice.objects.due(NOON).count() == 1
    take_all(NOON)
    assert Article.objects.get(url=url).missing_at == NOON
    taken(source, "webhook", told)
    assert Article.objects.get(url=url).missing_at is None


def test_one_that_waits_for_its_next_try_holds_up_no_other(site: Website, source: Source) -> None:
    taken(source, "ping", url=f"{site.url}/never")
    site.publish("A new pier")
    taken(source, "ping")
    assert states() == NEW


def test_micropub_without_an_address_is_held(source: Source) -> None:
    said = {"type": ["h-entry"], "properties": {"name": ["A note"], "content": ["It is short."]}}
    taken(source, "micropub", said)
    assert states()["A note"] == "held"


def test_a_paused_source_hears_nothing(site: Website, source: Source) -> None:
    site.publish("A new pier")
    editorial.pause(source)
    taken(source, "ping")
    assert (states(), Notice.objects.count()) == ({"Old news": "seen"}, 0)


def test_a_notice_is_claimed_by_one(source: Source) -> None:
    notice = tell(source, "ping", NOON)
    assert Notice.objects.claim(notice.pk, NOON, NOON + MINUTE)
    assert not Notice.objects.claim(notice.pk, NOON, NOON + MINUTE)
    take(notice.pk, NOON)
    assert Notice.objects.get().attempts == 1
    take(notice.pk, NOON + MINUTE)
    assert not Notice.objects.exists()


WAYS = ["push", "ping", "webhook"]


def say(site: Website, source: Source, way: str, url: str, at: datetime) -> None:
    """That *url* is new, in one of the ways."""
    said: dict[str, Any] = {"push": feed(site), "ping": b"", "webhook": post(site, url)}
    taken(source, way, said[way], url=url if way == "ping" else "", at=at)


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", WAYS)
def test_told_in_two_ways_it_is_one_article(
    site: Website, source: Source, first: str, second: str
) -> None:
    url = site.publish("A new pier", LONG)
    say(site, source, first, url, NOON)
    say(site, source, second, url, NOON + timedelta(seconds=1))
    assert states() == NEW


@pytest.mark.parametrize("way", WAYS)
def test_a_busy_day_is_no_burst(site: Website, source: Source, way: str) -> None:
    """Thirty an hour, each told of by itself: at no look would there have been too many."""
    for n in range(30):
        at = NOON + n * 2 * MINUTE
        say(site, source, way, site.publish(f"Story {n}", [f"{n}: {LONG[0]}"], date=at), at)
    assert list(states().values()) == ["seen"] + ["new"] * 30


def test_an_empty_push_is_nothing_to_worry_about(
    site: Website, source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    site.publish("A new pier")
    taken(source, "push")
    assert [record.getMessage() for record in caplog.records if "push" in record.getMessage()] == []
    taken(source, "push", b"<html>")
    assert f"was told of something new at {source.name} and looks" in caplog.text
