"""What every engine promises, and the one place where an unexpected error is caught."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django.db import Error, connection, transaction

from syndicate.engine.models import Failure
from syndicate.jobs import Job
from syndicate.lib import clock, database, stop
from syndicate.lib.errors import SyndicateError

log = logging.getLogger(__name__)

# Distances between tries of a job that raised, in minutes; the last one repeats.
RETRY_MINUTES = (1, 5, 30, 120)
# How long a job waits for a full disk or a busy database before it may be tried again. Seconds.
PATIENCE = 2.0


class Engine(Protocol):
    """Runs jobs somewhere. Submitting what is already in hand does nothing."""

    def admit(self, yes: bool) -> None:
        """Whether jobs may be begun; not before this is said."""

    def submit(self, job: Job, keys: Sequence[int]) -> list[int]:
        """Take rows of work; returns those taken: not what is in hand already."""

    def alive(self) -> bool:
        """Whether work could begin at all."""

    def wait(self, seconds: float) -> bool:
        """Block until nothing is in hand (True) or *seconds* have passed."""

    def close(self, seconds: float) -> bool:
        """Take no more, wait for what is in hand; False if it did not end in time."""


def run(job: Job, key: int, now: datetime) -> bool:
    """Do one job; an error of any kind is recorded and stops nothing else. True when it went well.

    Wings turn what they expect (a dead feed, a refused mail) into rows of their own; what arrives
    here was not expected, so it is set aside with growing distance. A database that cannot be
    written for now is nobody's mistake, and a bad place to write that down: the job stays due.
    In a database that may be a copy nothing is done: engine.instance.
    """
    try:
        doubted, failed = _standing(job, key)
        if doubted:
            return False
        job.do(key, now)
        if failed:
            Failure.objects.filter(job=job.name, key=key).delete()
    except stop.Interrupted as error:
        log.info("%s %s is left to the next start: %s", job.name, key, error)
        return False
    except Exception as error:
        if database.is_passing(error):
            log.error("%s %s waits, nothing is lost: %s", job.name, key, error)
            stop.wait(PATIENCE)
            return False
        log.exception("%s %s failed", job.name, key)
        _set_aside(job, key, clock.now(), error)
        return False
    return True


def rest(job: Job) -> None:
    """None of a job's rows waits any more: what it put off is done, what it took is given back."""
    try:
        job.rest()
    except Error as error:
        # What could not be written down now is done once more when its claim has ended.
        log.error("%s: the database does not answer: %s", job.name, error)


def set_aside(now: datetime) -> set[tuple[str, int]]:
    """The (job, key) pairs that are not to be tried yet."""
    return set(Failure.objects.filter(retry_at__gt=now).values_list("job", "key"))


def _standing(job: Job, key: int) -> tuple[bool, bool]:
    """Whether this database may be a copy, and whether the job has failed before.

    Asked before each job, some of which are as short as the question: in one, and past the ORM.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [job.name, key])
        doubt, failed = cursor.fetchone()
    return bool(doubt), bool(failed)


_STANDING = """
SELECT coalesce((SELECT max(doubt) FROM engine_instance), ''),
       EXISTS (SELECT 1 FROM engine_failure WHERE job = %s AND "key" = %s)
"""


def _set_aside(job: Job, key: int, now: datetime, error: Exception) -> None:
    hint = error.hint if isinstance(error, SyndicateError) else ""
    text = f"{type(error).__name__}: {error}"[:2000]
    with transaction.atomic():
        failure, new = Failure.objects.select_for_update().get_or_create(
            job=job.name,
            key=key,
            defaults={"first_at": now, "last_at": now, "retry_at": now, "error": text},
        )
        failure.tries += not new
        failure.last_at, failure.error, failure.hint = now, text, hint
        minutes = RETRY_MINUTES[min(failure.tries, len(RETRY_MINUTES)) - 1]
        failure.retry_at = now + timedelta(minutes=minutes)
        failure.save()
