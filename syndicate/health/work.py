"""The daemon, the disk, the database, and jobs that failed as nobody expected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Q

from syndicate import paths
from syndicate.engine import base, instance
from syndicate.engine.models import Failure, Heartbeat
from syndicate.health.problem import Level, Problem, Where, clock
from syndicate.jobs import JOBS
from syndicate.mail.models import Batch

# A daemon beats at each tick; this many seconds of silence mean that none is there.
SILENT_AFTER = timedelta(seconds=60)
# No job ended well for so long though some are due: a watchdog hears in a minute.
IDLE_AFTER = timedelta(seconds=60)
# Below the first the disk is nearly full, below the second it is getting so. Bytes.
DISK_FULL, DISK_LOW = 100_000_000, 500_000_000
# The row that a job is given, as something an editor knows.
KINDS = {
    "detect": "source",
    "compose": "newsletter",
    "start": "edition",
    "finish": "edition",
    "write": "account",
    "publish": "post",
    "reshare": "account",
    "offer": "account",
    "measure": "account",
    "alert": "account",
}


def daemon(now: datetime) -> Iterator[Problem]:
    """Whether anybody is at work."""
    last = Heartbeat.objects.first()
    if last is None or last.seen_at < now - SILENT_AFTER:
        seen = f"It was last seen on {clock(last.seen_at)}." if last else ""
        yield Problem(
            "H01",
            Level.ERROR,
            "The daemon",
            f"Nothing is running, so nothing is detected, sent or posted. {seen}".strip(),
            "Start it: syndicate run",
        )


def idle(now: datetime) -> Iterator[Problem]:
    """Whether what is due is done: a daemon may beat, and its hands stand still.

    Mail has a question of its own, for a run may take hours: :func:`unmoved`; and what is to be
    finished does not say since when.
    """
    lately = now - IDLE_AFTER
    if Heartbeat.objects.filter(Q(progressed_at__gte=lately) | Q(started_at__gte=lately)).exists():
        return
    aside = base.set_aside(now)
    for job in JOBS:
        if job.name not in ("deliver", "finish") and any(
            (job.name, key) not in aside for key in job.due(lately)
        ):
            message = f"Something to {job.name} has been due for a minute, and nothing is done."
            hint = "The daemon's log tells what keeps it. Starting it anew loses nothing."
            yield Problem("H06", Level.ERROR, "The daemon", message, hint)
            return


def disk(now: datetime) -> Iterator[Problem]:
    """Whether there is room to write."""
    folder = paths.data()
    yield from room(folder, shutil.disk_usage(folder if folder.exists() else paths.home()).free)


def room(folder: Path, free: int) -> Iterator[Problem]:
    """What *free* bytes mean."""
    if free < DISK_LOW:
        level = Level.ERROR if free < DISK_FULL else Level.WARNING
        message = f"Only {free // 1_000_000} MB are free where {folder} lies."
        hint = "Make room. Nothing is lost: work goes on when rows can be written again."
        yield Problem("H02", level, "The disk", message, hint)


def copied(now: datetime) -> Iterator[Problem]:
    """Whether this database may be a copy of the one at work."""
    if (found := instance.doubt()) is not None:
        yield Problem("H04", Level.ERROR, "The database", found.message, instance.HINT)


def size(now: datetime) -> Iterator[Problem]:
    """Whether a copy of the database, which each update of the program makes, has room."""
    if connection.vendor == "sqlite":
        file = Path(settings.DATABASES["default"]["NAME"])
        if file.is_file():
            yield from copy_of(file.stat().st_size, shutil.disk_usage(file.parent).free)


def copy_of(size: int, free: int) -> Iterator[Problem]:
    """What a database of *size* bytes means beside *free* ones."""
    if size > free:
        message = f"It has {size // 1_000_000} MB, and only {free // 1_000_000} MB are free."
        hint = "Make room for a copy of it before you update the program or run a backup."
        yield Problem("H05", Level.WARNING, "The database", message, hint)


def set_aside(now: datetime) -> Iterator[Problem]:
    """Jobs that raised what nobody expected."""
    for failure in Failure.objects.all()[:50]:
        times = "once" if failure.tries == 1 else f"{failure.tries} times"
        message = f"Failed {times}; tried again on {clock(failure.retry_at)}. {failure.error}"
        where = _place(failure.job, failure.key)
        hint = failure.hint or "The log tells more. Other work goes on."
        yield Problem("H03", Level.ERROR, f"{failure.job} {failure.key}", message, hint, where)


def _place(job: str, key: int) -> Where | None:
    """The row that a job was given, as something an editor knows."""
    if job == "deliver":
        edition = Batch.objects.filter(pk=key).values_list("edition_id", flat=True).first()
        return None if edition is None else Where("edition", edition)
    kind = KINDS.get(job)
    return None if kind is None else Where(kind, key)
