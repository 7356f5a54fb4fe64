"""Runs jobs of a queue that all machines share (PostgreSQL): adding a machine is adding a process.

    submit ─→ queue.put, in the caller's transaction
    one thread:  fetch what there is a free hand for ─→ a thread for each job ─→ finish
                 nothing there? wait for LISTEN, a hand that got free, or the next heartbeat
                 the database is gone, or took us for dead? wait a moment, register anew

Each kind of job has hands of its own, as in LocalEngine. What another process has fetched is its
own; what became of a process that died is swept away, and what is due of it put anew.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.db import connection, connections

from syndicate.engine import base, queue
from syndicate.jobs import JOBS, Job
from syndicate.lib import clock

log = logging.getLogger(__name__)

# How long the database is left alone when it did not answer. Seconds.
PAUSE = 1.0
# Twice as long without a look at the queue, and this engine does not call itself alive.
STUCK = 15.0

_BY_NAME = {job.name: job for job in JOBS}


class DistributedEngine:
    """This process's hands at the queue. *ended* is called (in a job's thread) after each job."""

    def __init__(self, workers: int, ended: Callable[[bool], None]) -> None:
        self._free = {job.name: job.hands(workers) for job in JOBS}
        self._threads = ThreadPoolExecutor(sum(self._free.values()), thread_name_prefix="job")
        self._ended = ended
        self.rhythm = min(queue.BEAT, queue.silent() / 3)  # seconds between two signs of life
        self._changed = threading.Condition()
        self._in_hand = 0
        self._open = self._closed = False
        self._looked_at = self._beat_at = self._swept_at = clock.monotonic()
        self._ear, self._bell = socket.socketpair()
        self._bell.setblocking(False)
        self._fetcher: threading.Thread | None = None

    def admit(self, yes: bool) -> None:
        """Whether jobs may be begun here; not before this is said."""
        changed, self._open = yes != self._open, yes
        if yes and self._fetcher is None and not self._closed:
            self._fetcher = threading.Thread(target=self._fetch, name="fetch", daemon=True)
            self._fetcher.start()
        if changed:
            self._ring()

    def submit(self, job: Job, keys: Sequence[int]) -> list[int]:
        """Put rows of work into the queue, for any process."""
        return queue.put(job, keys)

    def alive(self) -> bool:
        """Whether the queue was looked at lately. A connection may hang without a word."""
        return not self._open or clock.monotonic() - self._looked_at < 2 * STUCK

    def wait(self, seconds: float) -> bool:
        """Until nothing is in hand here."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_hand, seconds)

    def close(self, seconds: float) -> bool:
        """Fetch no more, wait for what is in hand; then this worker is no more."""
        self._closed = True
        self._ring()
        if self._fetcher is None:
            self._hang_up()
            return True
        # It alone takes jobs in hand, and ends when none is left.
        self._fetcher.join(seconds)
        return not self._fetcher.is_alive()

    def _fetch(self) -> None:
        """The thread that fetches, through every loss of the database."""
        try:
            while not self._is_over():
                self._looked_at = clock.monotonic()
                try:
                    self._attend()
                except queue.LOST as error:
                    log.warning("the queue is out of reach, asking again: %s", error)
                    self._sleep(PAUSE)
                finally:
                    connections.close_all()
        finally:
            self._hang_up()

    def _attend(self) -> None:
        """Fetch until closed and idle. Raises queue.LOST."""
        worker = queue.register()
        queue.listen()
        while not self._is_over():
            self._looked_at = clock.monotonic()
            self._keep_house(worker)
            while (fetched := self._next(worker)) is not None:
                self._hand_over(fetched)
            if not queue.heard():
                self._sleep(self.rhythm)
        queue.unregister(worker)

    def _keep_house(self, worker: int) -> None:
        """A sign of life, and now and then the sweep."""
        now = clock.monotonic()
        if now - self._beat_at >= self.rhythm:
            queue.beat(worker)
            self._beat_at = now
        if now - self._swept_at >= 2 * self.rhythm:
            if swept := queue.sweep():
                log.warning("%d jobs could not end; what is due of them is put anew", swept)
            self._swept_at = now

    def _is_over(self) -> bool:
        return self._closed and not self._in_hand

    def _next(self, worker: int) -> queue.Fetched | None:
        names = [name for name, hands in self._free.items() if hands]
        if not names or not self._open or self._closed:
            return None
        return queue.fetch(worker, names)

    def _hand_over(self, fetched: queue.Fetched) -> None:
        with self._changed:
            self._free[fetched.name] -= 1
            self._in_hand += 1
        self._threads.submit(self._run, fetched)

    def _run(self, fetched: queue.Fetched) -> None:
        """In a job's own thread."""
        well, job = False, _BY_NAME[fetched.name]
        try:
            well = base.run(job, fetched.key, clock.now())
            base.rest(job)
            queue.finish(fetched.id)
        except queue.LOST as error:
            # Swept away by others, who may do it once more; or still there, and swept later.
            log.warning("%s %s ended, and the queue was not told: %s", *fetched[1:], error)
        finally:
            connections.close_all()
            self._release(fetched.name)
        self._ended(well)

    def _release(self, name: str) -> None:
        with self._changed:
            self._free[name] += 1
            self._in_hand -= 1
            self._changed.notify_all()
        self._ring()

    def _sleep(self, seconds: float) -> None:
        """Until there is news from the database, a bell, or the time is over."""
        raw = connection.connection
        told = [raw.fileno()] if raw is not None and not raw.closed else []
        ready, _, _ = select.select([self._ear, *told], [], [], seconds)
        if self._ear in ready:
            self._ear.recv(4096)

    def _ring(self) -> None:
        with suppress(OSError):  # so full of rings that one more says nothing; or closed by now
            self._bell.send(b".")

    def _hang_up(self) -> None:
        self._threads.shutdown(wait=False)
        self._ear.close()
        self._bell.close()
