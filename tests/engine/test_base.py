"""One failing job is set aside with growing distance; the others go on."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from syndicate.engine import base
from syndicate.engine.local import LocalEngine
from syndicate.engine.models import Failure
from syndicate.jobs import JOBS, Job
from syndicate.lib import stop
from syndicate.lib.errors import BadInput

pytestmark = pytest.mark.django_db


def job(do: object) -> Job:
    """A job named like a real one that does *do*."""
    return Job(JOBS[0].name, lambda now: [], do, width=1, claim="")  # type: ignore[arg-type]


def broken(key: int, now: datetime) -> None:
    raise BadInput("The row is odd.", "Mend it.")


def test_a_failure_is_kept_with_its_words(now: datetime) -> None:
    assert base.run(job(broken), 7, now) is False
    failure = Failure.objects.get()
    assert (failure.key, failure.tries, failure.hint) == (7, 1, "Mend it.")
    assert "The row is odd." in failure.error


def test_a_failing_job_is_tried_at_growing_distances(now: datetime) -> None:
    distances = []
    for _ in range(5):
        base.run(job(broken), 7, now)
        failure = Failure.objects.get()
        distances.append(failure.retry_at - failure.last_at)
    assert distances == [timedelta(minutes=m) for m in (1, 5, 30, 120, 120)]


def test_what_failed_is_not_due_until_its_time(now: datetime) -> None:
    base.run(job(broken), 7, now)
    retry_at = Failure.objects.get().retry_at
    assert base.set_aside(retry_at - timedelta(seconds=1)) == {(JOBS[0].name, 7)}
    assert base.set_aside(retry_at) == set()


def test_a_full_disk_is_waited_for_and_not_held_against_the_job(now: datetime) -> None:
    def full(key: int, now: datetime) -> None:
        raise OperationalError("database or disk is full")

    stop.request()  # so that the wait is short
    try:
        assert base.run(job(full), 7, now) is False
    finally:
        stop.clear()
    assert not Failure.objects.exists()


def test_success_forgets_the_failure(now: datetime) -> None:
    base.run(job(broken), 7, now)
    assert base.run(job(lambda key, at: None), 7, now) is True
    assert not Failure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_work_in_hand_is_not_taken_twice() -> None:
    started, release, ended = threading.Event(), threading.Event(), []

    def slow(key: int, now: datetime) -> None:
        started.set()
        release.wait(10)

    engine = LocalEngine(2, ended.append)
    assert engine.submit(job(slow), [1]) == [1]
    assert started.wait(10)
    assert engine.submit(job(slow), [1]) == []
    release.set()
    assert engine.close(10) is True
    assert ended == [True]


@pytest.mark.django_db(transaction=True)
def test_a_closed_engine_takes_nothing() -> None:
    engine = LocalEngine(1, lambda well: None)
    engine.close(1)
    assert engine.submit(job(lambda key, now: None), [1]) == []
