"""The clock: ask what is due, hand it to the engine, sleep; drain when told to stop.

    start → is this our database, no copy of it? → recover what a killed run left
    tick  → JOBS: due? → engine.submit        every tick_seconds, and at once when a job has ended
    watch → has it ticked lately?             a clock that was set back must not hold it up
    stop  → no more ticks → work in hand to its next safe point

APScheduler only ticks. What is due stands in the database, so a tick lost or doubled, or a second
daemon, changes nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from django.db import DEFAULT_DB_ALIAS, DatabaseError, Error, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from syndicate.engine import base, instance
from syndicate.engine.base import Engine
from syndicate.engine.local import LocalEngine
from syndicate.engine.models import Heartbeat
from syndicate.jobs import JOBS, Job
from syndicate.lib import clock, stop, wake
from syndicate.lib.config import site
from syndicate.mail.recover import recover

log = logging.getLogger(__name__)

# A sign of life this often is enough: each is a write that the disk must confirm.
BEAT_SECONDS = 5.0
# A heartbeat this old belongs to a daemon that is gone.
FORGET_AFTER = timedelta(days=1)
# So many rows of one job are handed over in a tick. They are counted after those set aside are
# left out: a hundred poisoned ones must not stand before the rest.
AT_ONCE = 300
# Where jobs end all the time, the clock would take a core for asking. So after a tick it leaves so
# many times as long to the work itself before the next one, though never more than these seconds.
REST, LONGEST_REST = 10, 0.25
# Longer without a tick than this many times its distance: the scheduler waits for a wrong hour.
LATE_TICKS = 5
# To open a connection costs more than all that a tick asks: it is kept so long. Seconds.
KEPT_SECONDS = 10.0


class Every(BaseTrigger):  # type: ignore[misc]
    """Counts from the present, not from the last time: a clock set forward by years is one tick.

    APScheduler's own interval lists every moment in between
    (https://github.com/agronholm/apscheduler/issues/1066).
    """

    def __init__(self, distance: timedelta) -> None:
        self.distance = distance

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """One distance from now."""
        return now + self.distance


class Daemon:
    """One process's clock and hands."""

    def __init__(self) -> None:
        self._config = site().daemon
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._engine = self._chosen_engine()
        self._scheduler = BackgroundScheduler(
            timezone="UTC", executors={"default": ThreadPoolExecutor(1)}
        )
        self._connection: BaseDatabaseWrapper | None = None  # of the thread that ticks
        self._doubt: instance.Doubt | None = None
        self._awake = False
        self._taken: dict[tuple[str, int], float] = {}  # when each was last submitted, monotonic
        self._ticking = False
        self._again = False
        self._progress = False
        self._ticked_at = self._beat_at = clock.monotonic() - BEAT_SECONDS

    def start(self) -> None:
        """Take up what an earlier run left, then tick until :meth:`stop`."""
        self._may_work(clock.now())
        self._ticked_at = clock.monotonic()
        self._scheduler.add_job(
            self._tick_until_quiet,
            Every(timedelta(seconds=self._config.tick_seconds)),
            id="tick",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=clock.now(),
        )
        self._scheduler.start()
        wake.listen(self._rung)

    def tick(self) -> int:
        """Submit all that is due and not set aside; returns how many were taken."""
        close_old_connections()
        taken = 0
        try:
            self._keep_connection()
            now = clock.now()
            may = self._may_work(now)
            self._engine.admit(may)
            aside = base.set_aside(now)
            for job in JOBS if may else ():
                keys = (key for key in job.due(now) if (job.name, key) not in aside)
                taken += self._submit(job, islice(keys, AT_ONCE))
        except Error as error:
            # A locked, full or absent database delays; the next tick asks again.
            log.error("the database does not answer: %s", error)
        finally:
            close_old_connections()
            self._ticked_at = clock.monotonic()
        return taken

    def watch(self) -> bool:
        """Call now and then: ticks at once if none came for long. True if that was needed.

        The scheduler waits for an hour on the wall clock. Set that back, and it would wait on
        (https://github.com/agronholm/apscheduler/issues/794).
        """
        silence = clock.monotonic() - self._ticked_at
        late = silence > LATE_TICKS * max(self._config.tick_seconds, 1) and not self._ticking
        if late and self._scheduler.running:
            log.warning("no tick for %d s: was the clock set? asking again now", silence)
            self._ticked_at = clock.monotonic()
            self._wake()
        return late

    def stop(self) -> bool:
        """End orderly: no more ticks, work in hand to its next safe point. False if it did not."""
        stop.request()
        wake.leave(self._rung)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._connection is not None:
            self._connection.close()
        ended = self._engine.close(self._config.drain_seconds)
        self._say_goodbye()
        return ended

    def _tick_until_quiet(self) -> None:
        """Tick, and once more for each time that a job ended meanwhile."""
        self._ticking = True
        try:
            self._again = True
            while self._again and not stop.requested():
                self._again, begun = False, clock.monotonic()
                self.tick()
                rest = min(REST * (clock.monotonic() - begun), LONGEST_REST)
                stop.wait(rest if self._again else 0)
        finally:
            self._ticking = False

    def _keep_connection(self) -> None:
        """For some ticks of the scheduler's thread. Django closes it all the same when it has
        failed."""
        if not self._ticking:
            return
        mine = connections[DEFAULT_DB_ALIAS]
        if mine.connection is None:
            mine.ensure_connection()
            mine.close_at = time.monotonic() + KEPT_SECONDS
        if self._connection is not mine:
            mine.inc_thread_sharing()  # this thread will have ended when it is closed
            self._connection = mine

    def _submit(self, job: Job, due: Iterable[int]) -> int:
        """A row that stays due after its turn waits for the next tick: it must not spin."""
        now = clock.monotonic()
        since = now - self._config.tick_seconds
        keys = [key for key in due if self._taken.get((job.name, key), float("-inf")) <= since]
        taken = self._engine.submit(job, keys) if keys else []
        self._taken |= {(job.name, key): now for key in taken}
        return len(taken)

    def _chosen_engine(self) -> Engine:
        if self._config.engine == "local":
            return LocalEngine(self._config.workers, self._job_ended)
        from syndicate.engine.distributed import DistributedEngine

        return DistributedEngine(self._config.workers, self._job_ended)

    def _job_ended(self, well: bool) -> None:
        """What was done has often made something else due: ask again at once."""
        self._progress = self._progress or well
        self._rung()

    def _rung(self) -> None:
        """Somebody in this process made something due."""
        self._again = True
        if not self._ticking and self._scheduler.running and not stop.requested():
            self._wake()

    def _wake(self) -> None:
        self._scheduler.modify_job("tick", next_run_time=clock.now())

    def _may_work(self, now: datetime) -> bool:
        """Whether this database is the one at work; once it is, what was left is taken up."""
        self._beat(now)
        if self._doubt is None and not self._awake:
            recover(now)
            self._awake = True
        return self._doubt is None

    def _beat(self, now: datetime) -> None:
        """A sign of life. In a database that may be a copy it is the only thing we do."""
        if clock.monotonic() - self._beat_at < BEAT_SECONDS or not self._engine.alive():
            return
        self._beat_at = clock.monotonic()
        self._ask(now)
        seen: dict[str, object] = {"seen_at": now}
        if self._progress:
            seen["progressed_at"], self._progress = now, False
        Heartbeat.objects.update_or_create(
            worker=self.worker, defaults=seen, create_defaults={"started_at": now, **seen}
        )
        Heartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()
        self._forget_old_submissions()

    def _ask(self, now: datetime) -> None:
        found = instance.beat(now) if self._awake else instance.begin(now)
        if found is not None and found is not self._doubt:
            log.error("%s %s", found.message, instance.HINT)
        self._doubt = found

    def _forget_old_submissions(self) -> None:
        since = clock.monotonic() - self._config.tick_seconds
        self._taken = {row: at for row, at in self._taken.items() if at >= since}

    def _say_goodbye(self) -> None:
        try:
            if self._awake:
                instance.beat(clock.now())
            Heartbeat.objects.filter(worker=self.worker).delete()
        except DatabaseError as error:
            log.error("the database does not answer: %s", error)
