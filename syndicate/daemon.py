"""The clock: ask what is due, hand it to the engine, sleep; drain when told to stop.

APScheduler only ticks. What is due stands in the database, so a tick lost or doubled, or a second
daemon, changes nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from django.db import DatabaseError, close_old_connections

from syndicate.engine import base
from syndicate.engine.local import LocalEngine
from syndicate.engine.models import Heartbeat
from syndicate.jobs import JOBS
from syndicate.lib import clock, stop
from syndicate.lib.config import site
from syndicate.mail.recover import recover

log = logging.getLogger(__name__)

# A heartbeat this old belongs to a daemon that is gone.
FORGET_AFTER = timedelta(days=1)


class Daemon:
    """One process's clock and hands."""

    def __init__(self) -> None:
        self._config = site().daemon
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._engine = LocalEngine(self._config.workers, self._job_ended)
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._progress = False

    def start(self) -> None:
        """Take up what an earlier run left, then tick until :meth:`stop`."""
        recover(clock.now())
        self._scheduler.add_job(
            self.tick,
            "interval",
            seconds=self._config.tick_seconds,
            id="tick",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=clock.now(),
        )
        self._scheduler.start()

    def tick(self) -> int:
        """Submit all that is due and not set aside; returns how many were taken."""
        close_old_connections()
        taken = 0
        try:
            now = clock.now()
            self._beat()
            aside = base.set_aside(now)
            for job in JOBS:
                keys = (key for key in job.due(now) if (job.name, key) not in aside)
                taken += sum(self._engine.submit(job, key) for key in keys)
        except DatabaseError as error:
            # A locked, full or absent database delays; the next tick asks again.
            log.error("the database does not answer: %s", error)
        finally:
            close_old_connections()
        return taken

    def stop(self) -> bool:
        """End orderly: no more ticks, work in hand to its next safe point. False if it did not."""
        stop.request()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        ended = self._engine.close(self._config.drain_seconds)
        Heartbeat.objects.filter(worker=self.worker).delete()
        return ended

    def _job_ended(self, well: bool) -> None:
        """What was done has often made something else due: ask again at once."""
        self._progress = self._progress or well
        if self._scheduler.running and not stop.requested():
            self._scheduler.modify_job("tick", next_run_time=clock.now())

    def _beat(self) -> None:
        now = clock.now()
        seen: dict[str, object] = {"seen_at": now}
        if self._progress:
            seen["progressed_at"], self._progress = now, False
        Heartbeat.objects.update_or_create(
            worker=self.worker, defaults=seen, create_defaults={"started_at": now, **seen}
        )
        Heartbeat.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()
