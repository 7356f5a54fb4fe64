"""Hands at the shared queue: begun at once, done once, through losses (test_on_postgresql.py)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from syndicate.engine.distributed import DistributedEngine
from syndicate.engine.models import Failure
from syndicate.jobs import JOBS, Job
from syndicate.lib import clock
from syndicate.sources.models import Source
from tests.engine.other import Other
from tests.fakes.website import Website
from tests.installation import until
from tests.rows import source

pytestmark = pytest.mark.django_db(transaction=True)
DETECT: Job = next(job for job in JOBS if job.name == "detect")


@pytest.fixture(autouse=True)
def quick(configure: Callable[..., Any]) -> None:
    """A lease of three seconds: a worker that is silent as long is gone."""
    configure(daemon={"lease_seconds": 3}, sources={"look_width": 4})
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def website() -> Iterator[Website]:
    with Website() as site:
        site.publish("A new pier")
        yield site


@pytest.fixture
def engine() -> Iterator[DistributedEngine]:
    made = DistributedEngine(4, lambda well: None)
    made.admit(True)
    until(workers, what="a worker")
    yield made
    made.close(5)


def workers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_workers")
        return [pk for (pk,) in cursor.fetchall()]


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def looks(website: Website) -> int:
    return sum(asked.path == "/feed.xml" for asked in website.requests)


def due(website: Website) -> Source:
    """A source that is looked at in the present, not in the rows' invented one."""
    return source(url=website.feed_url, next_check=clock.now())


def test_what_is_put_is_done_and_gone(engine: DistributedEngine, website: Website) -> None:
    assert engine.submit(DETECT, [due(website).pk])
    until(lambda: Source.objects.get().checked_at and not jobs(), what="the look's end")
    assert looks(website) == 1


def test_it_begins_as_soon_as_it_is_put(engine: DistributedEngine, website: Website) -> None:
    """Told by the database: by itself this engine would look again in an hour."""
    engine.rhythm = 3600.0
    engine._ring()
    time.sleep(0.5)  # it sleeps for that hour by now
    engine.submit(DETECT, [due(website).pk])
    until(lambda: looks(website), what="a look")


def test_two_engines_share_and_each_row_is_done_once(website: Website) -> None:
    sources = [source(url=f"{website.url}/feed.xml?{n}", next_check=clock.now()) for n in range(9)]
    pair = [DistributedEngine(2, lambda well: None) for _ in range(2)]
    for engine in pair:
        engine.admit(True)
        engine.submit(DETECT, [row.pk for row in sources])
    until(lambda: not Source.objects.filter(checked_at=None).exists(), what="nine looks")
    assert [engine.close(5) for engine in pair] == [True, True]
    assert len([asked for asked in website.requests if asked.path.startswith("/feed")]) == 9


def test_slow_sources_take_no_hand_from_others(engine: DistributedEngine, website: Website) -> None:
    website.stall(2)
    sources = [source(url=f"{website.url}/feed.xml?{n}", next_check=clock.now()) for n in range(9)]
    engine.submit(DETECT, [row.pk for row in sources])
    until(lambda: engine._free["detect"] == 0, what="all of its hands to be taken")
    assert {name for name, hands in engine._free.items() if not hands} == {"detect"}
    assert jobs() == 9


def test_what_fails_is_set_aside_and_gone_from_the_queue(engine: DistributedEngine) -> None:
    engine.submit(next(job for job in JOBS if job.name == "compose"), [4711])
    until(lambda: Failure.objects.exists() and not jobs(), what="the failure")
    assert Failure.objects.get().key == 4711


def test_nothing_is_begun_before_it_may_be_nor_while_it_may_not(website: Website) -> None:
    engine = DistributedEngine(4, lambda well: None)
    engine.admit(False)
    engine.submit(DETECT, [due(website).pk])
    engine.admit(True)
    until(lambda: looks(website), what="a look")
    engine.admit(False)
    engine.submit(DETECT, [source(url=website.feed_url + "?2", next_check=clock.now()).pk])
    time.sleep(0.5)
    assert jobs() == 1
    assert engine.close(5)


def test_a_stop_waits_for_what_is_in_hand_and_leaves_the_rest(
    website: Website, configure: Callable[..., Any]
) -> None:
    configure(sources={"look_width": 1})
    website.stall(0.7)
    sources = [source(url=f"{website.url}/feed.xml?{n}", next_check=clock.now()) for n in range(3)]
    engine = DistributedEngine(1, lambda well: None)
    engine.admit(True)
    engine.submit(DETECT, [row.pk for row in sources])
    until(lambda: engine._in_hand, what="a look")
    assert engine.close(5) is True
    assert (jobs(), workers()) == (2, [])
    assert Source.objects.exclude(checked_at=None).count() == 1


def test_a_broken_connection_is_made_anew(
    engine: DistributedEngine, website: Website, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), Other() as other:
        before = workers()
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%procrastinate%'"
            " AND pid <> pg_backend_pid()"
        )
        connection.close()
        until(lambda: set(workers()) - set(before), what="a new worker")
    assert "asking again" in caplog.text
    engine.submit(DETECT, [due(website).pk])
    until(lambda: looks(website), what="a look")


def test_one_that_was_frozen_and_taken_for_dead_registers_anew(
    engine: DistributedEngine, website: Website
) -> None:
    before = workers()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    engine.submit(DETECT, [due(website).pk])
    until(lambda: looks(website), what="a look")
    assert set(workers()).isdisjoint(before)


def test_a_dead_worker_is_taken_over_from(engine: DistributedEngine, website: Website) -> None:
    row = due(website)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '2 seconds') RETURNING id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs"
            " (queue_name, task_name, queueing_lock, status, worker_id)"
            " VALUES ('detect', 'detect', %s, 'doing', %s) RETURNING id",
            [f"detect:{row.pk}", dead],
        )
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type) VALUES (%s, 'started')",
            [cursor.fetchone()[0]],
        )
    assert engine.submit(DETECT, [row.pk]) == []
    until(lambda: engine.submit(DETECT, [row.pk]), seconds=20, what="the death to be noticed")
    until(lambda: looks(website) and not jobs(), seconds=20, what="look and sweep")


def test_p17_an_engine_whose_fetching_hangs_is_not_alive(engine: DistributedEngine) -> None:
    assert engine.alive()
    with Other() as other, other.hiding("procrastinate_jobs"):
        time.sleep(1.2)  # longer than its rhythm: it waits for an answer now
        engine._looked_at -= 60
        time.sleep(1.2)
        assert not engine.alive()
    until(engine.alive, what="it to look again")
