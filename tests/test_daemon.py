"""The clock: what is due is done once, whoever asks; a stop drains; a wrong clock holds nothing."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from syndicate import daemon as clockwork
from syndicate.daemon import Daemon, Every
from syndicate.engine.models import Heartbeat
from syndicate.lib import clock, stop
from syndicate.mail.models import Edition, Newsletter, Slot
from syndicate.sources.models import Article, Source
from tests.fakes.website import Website
from tests.installation import until
from tests.rows import NOON, article, newsletter, source

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(configure: Callable[..., Any]) -> Iterator[None]:
    """A clock that ticks often; a stop asked for in one test must not reach the next."""
    stop.clear()
    configure(daemon={"tick_seconds": 0.05, "drain_seconds": 5})
    yield
    stop.clear()


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    made = Daemon()
    made.start()
    yield made
    made.stop()


def looks(website: Website) -> int:
    """How often the feed was asked for."""
    return sum(asked.path == "/feed.xml" for asked in website.requests)


def test_what_is_due_is_done(daemon: Daemon) -> None:
    with Website() as website:
        website.publish("A new pier")
        source(url=website.feed_url, baseline_at=None, take_newest=1)
        newsletter(since=NOON - timedelta(days=9000))
        until(Edition.objects.exists, what="an edition")
    assert Edition.objects.get().subject == "A new pier"


def test_two_daemons_do_everything_once() -> None:
    one, other = Daemon(), Daemon()
    with Website() as website:
        for n in range(5):
            website.publish(f"Pier {n}")
        source(url=website.feed_url, baseline_at=None, take_newest=5)
        newsletter(since=NOON - timedelta(days=9000))
        one.start(), other.start()
        until(lambda: Edition.objects.count() == 5, what="five editions")
        one.stop(), other.stop()
        assert looks(website) == 1
    assert Article.objects.count() == Edition.objects.count() == 5


def test_a_daemon_shows_that_it_is_alive_and_leaves_no_trace(daemon: Daemon) -> None:
    until(lambda: Heartbeat.objects.filter(worker=daemon.worker).exists(), what="a heartbeat")
    daemon.stop()
    assert not Heartbeat.objects.exists()


def test_a_heartbeat_of_long_ago_is_forgotten() -> None:
    old = clock.now() - timedelta(days=2)
    Heartbeat.objects.create(worker="gone", started_at=old, seen_at=old)
    daemon = Daemon()
    daemon.tick()
    assert not Heartbeat.objects.filter(worker="gone").exists()
    daemon.stop()


def test_what_stays_due_does_not_spin(configure: Callable[..., Any]) -> None:
    configure(daemon={"tick_seconds": 60.0})
    # Its edition was deleted by hand, but its slot stays decided: it is due, and nothing is done.
    one, lost = newsletter(), article()
    Slot.objects.create(
        newsletter=one, key=f"article:{lost.pk}", decided_at=NOON, outcome=Slot.Outcome.COMPOSED
    )
    daemon = Daemon()
    daemon.start()
    until(lambda: daemon._progress, what="the newsletter to have been asked")

    def rests() -> bool:
        """For more than twice as long as one that spins would."""
        before = daemon._ticked_at
        time.sleep(0.6)
        return daemon._ticked_at == before

    try:
        until(rests, what="the clock to rest")
    finally:
        daemon.stop()


def test_work_in_hand_ends_before_the_stop(daemon: Daemon) -> None:
    with Website() as website:
        website.publish("A new pier")
        website.stall(0.5)
        source(url=website.feed_url, baseline_at=None)
        until(lambda: looks(website), what="a look")
        assert daemon.stop() is True
    assert Source.objects.get().checked_at is not None  # its outcome was recorded


def test_a_stop_waits_no_longer_than_it_was_told(configure: Callable[..., Any]) -> None:
    configure(daemon={"drain_seconds": 0, "tick_seconds": 0.05})
    with Website() as website:
        website.publish("A new pier")
        website.stall(1)
        source(url=website.feed_url, baseline_at=None)
        daemon = Daemon()
        daemon.start()
        until(lambda: looks(website), what="a look")
        assert daemon.stop() is False
        until(lambda: Source.objects.get().checked_at, what="the look to end")


def test_a_stop_leaves_off_a_look_that_hangs(daemon: Daemon) -> None:
    with Website() as website:
        website.stall(30)
        made = source(url=website.feed_url, baseline_at=None)
        until(lambda: looks(website), what="a look")
        assert daemon.stop() is True
    found = Source.objects.get()
    assert (found.failures, found.checked_at, found.health) == (0, None, made.health)
    assert found.next_check <= clock.now()  # the next start looks at once


def test_a_clock_set_back_does_not_hold_it_up(caplog: pytest.LogCaptureFixture) -> None:
    daemon = Daemon()
    daemon.start()
    try:
        # As after the clock was set back by an hour: the next tick seems an hour away.
        daemon._scheduler.modify_job("tick", next_run_time=clock.now() + timedelta(hours=1))
        until(lambda: not daemon._ticking, what="the tick in hand")
        assert daemon.watch() is False
        daemon._ticked_at -= 3600
        with caplog.at_level(logging.WARNING):
            assert daemon.watch() is True
        assert "was the clock set" in caplog.text
        before = daemon._ticked_at
        until(lambda: daemon._ticked_at > before, what="a tick")
    finally:
        daemon.stop()


def test_a_clock_set_forward_by_years_is_one_tick() -> None:
    every = Every(timedelta(seconds=2))
    now = NOON + timedelta(days=3650)
    assert every.get_next_fire_time(NOON, now) == now + timedelta(seconds=2)


def test_a_database_that_does_not_answer_is_told_and_asked_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(now: Any) -> Any:
        raise DatabaseError("database is locked")

    monkeypatch.setattr(clockwork.base, "set_aside", locked)
    daemon = Daemon()
    assert daemon.tick() == 0
    assert "database is locked" in caplog.text
    daemon.stop()


def test_a_job_that_ended_is_followed_by_a_tick_at_once(configure: Callable[..., Any]) -> None:
    configure(daemon={"tick_seconds": 600.0})
    with Website() as website:
        website.publish("A new pier")
        source(url=website.feed_url, baseline_at=None, take_newest=1)
        newsletter(since=NOON - timedelta(days=9000), active=False)
        daemon = Daemon()
        daemon.start()
        until(Article.objects.exists, what="the article")
        Newsletter.objects.update(active=True)
        daemon._job_ended(True)
        until(Edition.objects.exists, seconds=10, what="the edition, long before the next tick")
        daemon.stop()
