"""What is due as jobs in Procrastinate's table, which the workers of all machines share.

    due row ─ put ─→ todo ─ fetch ─→ doing (worker) ─ finish ─→ gone
                       └ one at most for a row: its queueing lock is ``deliver:17``

A job holds a primary key and nothing else, and may be lost, doubled or late: the row says what is
due, and its claim who may do it. So a job that cannot go on is not mended but swept away, and the
next tick puts a new one. Why Procrastinate, and why its own worker is not used:
docs/decisions/009-procrastinate.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import psycopg
from django.db import Error, OperationalError, connection, transaction
from procrastinate import jobs as rows
from procrastinate import sql
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from syndicate.jobs import JOBS, Job
from syndicate.lib.config import site

# What a database that is gone, or has forgotten us, raises: Django, Procrastinate, psycopg.
LOST = (Error, ConnectorException, psycopg.Error)
# A worker says every BEAT seconds that it is alive; silent for SILENT, its jobs are for others.
# Sooner where leases are shorter than that.
BEAT, SILENT = 5.0, 15.0
# Any number, but always the same one: who holds this lock is the one that puts and sweeps.
_ADVISORY_KEY = 7_140_227

# In the queue, or begun lately by somebody alive. A job that takes longer than a lease does not
# stand in for its row: if that is due, its claim has ended.
_TAKEN = """
SELECT queueing_lock FROM procrastinate_jobs AS job
 WHERE queueing_lock = ANY(%s) AND (status = 'todo' OR status = 'doing'
   AND EXISTS (SELECT FROM procrastinate_workers AS worker WHERE worker.id = job.worker_id
                AND last_heartbeat > now() - make_interval(secs => %s))
   AND EXISTS (SELECT FROM procrastinate_events AS event WHERE event.job_id = job.id
                AND event.type = 'started' AND event.at > now() - make_interval(secs => %s)))
"""
# All but what waits to be begun now and what a registered worker has begun.
_SWEEP = """
DELETE FROM procrastinate_jobs WHERE queue_name = ANY(%s) AND NOT (
       status = 'todo' AND coalesce(scheduled_at, now()) <= now()
    OR status = 'doing' AND worker_id IS NOT NULL)
"""


class Fetched(NamedTuple):
    """A job that is ours to do now."""

    id: int
    name: str  # a row of jobs.JOBS
    key: int


def put(job: Job, keys: Sequence[int]) -> list[int]:
    """Put rows of work into the queue; returns those that were not there yet.

    In the caller's transaction, if there is one: rolled back, nothing was put. While another
    process is putting, none: it puts the same. Raises OperationalError.
    """
    try:
        with transaction.atomic():
            if not _alone():
                return []
            taken = _taken(job, keys)
            new = [key for key in keys if _lock(job, key) not in taken]
            if new:
                app.job_manager.batch_defer_jobs([_row(job, key) for key in new])
            return new
    except AlreadyEnqueued:  # by hand, past that lock
        return []
    except ConnectorException as error:
        raise OperationalError("the connection was lost") from error


def fetch(worker: int, names: Iterable[str]) -> Fetched | None:
    """The next job of these kinds, ours from now on; None when none waits."""
    found = _ask("fetch_job", queues=list(names), worker_id=worker)
    if found["id"] is None:
        return None
    return Fetched(found["id"], found["queue_name"], int(found["queueing_lock"].rpartition(":")[2]))


def finish(job: int) -> None:
    """It is done, well or not: base.run has kept what is to be kept."""
    _ask("finish_job", job_id=job, status=rows.Status.SUCCEEDED.value, delete_job=True)


def register() -> int:
    """A number for this worker, under which it fetches."""
    return int(_ask("register_worker")["worker_id"])


def unregister(worker: int) -> None:
    """It is gone; what it had begun is for others."""
    _ask("unregister_worker", worker_id=worker)


def beat(worker: int) -> None:
    """It is alive."""
    _ask("update_heartbeat", worker_id=worker)


def listen() -> None:
    """Have this thread's connection told of each new job, as it is committed."""
    with connection.cursor() as cursor:
        for job in JOBS:
            cursor.execute(f'LISTEN "procrastinate_queue_v1#{job.name}"')


def heard() -> bool:
    """Whether something new was told since the last time. Does not wait."""
    return bool(list(connection.connection.notifies(timeout=0)))


def sweep() -> int:
    """Delete what will never end by itself; returns how many.

    Begun by a worker that is silent (Procrastinate keeps these for ever), put off by hand to a
    later hour while holding the lock, or ended other than well. What is due of them is put anew.
    """
    with transaction.atomic():
        if not _alone():
            return 0
        app.connector.get_sync_connector().execute_query_all(
            query=sql.queries["prune_stalled_workers"], seconds_since_heartbeat=silent()
        )
        with connection.cursor() as cursor:
            cursor.execute(_SWEEP, [[job.name for job in JOBS]])
            return int(cursor.rowcount)


def silent() -> float:
    """So many seconds without a sign mean that a worker is gone."""
    return min(SILENT, float(site().daemon.lease_seconds))


def _alone() -> bool:
    """Whether we may put and sweep; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ADVISORY_KEY])
        return bool(cursor.fetchone()[0])


def _taken(job: Job, keys: Iterable[int]) -> set[str]:
    locks = [_lock(job, key) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, [locks, silent(), float(site().daemon.lease_seconds)])
        return {lock for (lock,) in cursor.fetchall()}


def _row(job: Job, key: int) -> rows.Job:
    return rows.Job(
        queue=job.name,
        lock=None,
        queueing_lock=_lock(job, key),
        task_name=job.name,
        task_kwargs={"key": key},
    )


def _lock(job: Job, key: int) -> str:
    return f"{job.name}:{key}"


def _ask(query: str, **values: Any) -> dict[str, Any]:
    return app.connector.get_sync_connector().execute_query_one(query=sql.queries[query], **values)
