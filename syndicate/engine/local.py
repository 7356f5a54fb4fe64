"""Runs jobs in threads of this process: the default, with SQLite or PostgreSQL."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connections

from syndicate.engine import base
from syndicate.jobs import JOBS, Job
from syndicate.lib import clock


class LocalEngine:
    """A few threads for each kind of job, so that slow sources never keep mail waiting.

    *ended* is called (in a worker thread) after each job with whether it went well.
    """

    def __init__(self, workers: int, ended: Callable[[bool], None]) -> None:
        self._pools = {
            job.name: ThreadPoolExecutor(job.hands(workers), thread_name_prefix=job.name)
            for job in JOBS
        }
        self._ended = ended
        self._in_hand: set[tuple[str, int]] = set()
        self._waiting = Counter[str]()  # not begun yet, by kind
        self._changed = threading.Condition()
        self._closed = False

    def admit(self, yes: bool) -> None:
        """What is not submitted does not begin."""

    def submit(self, job: Job, keys: Sequence[int]) -> list[int]:
        """Queue rows of work for their threads."""
        fresh = self._enter(job, keys)
        ours: set[int] = set()
        try:
            ours.update(job.take(fresh, clock.now()))
        finally:
            self._leave(job, [key for key in fresh if key not in ours])
        begun = [key for key in fresh if key in ours]
        for key in begun:
            self._begin(job, key)
        return begun

    def alive(self) -> bool:
        """Threads begin when they are needed."""
        return True

    def wait(self, seconds: float) -> bool:
        """Until nothing is in hand."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._in_hand, seconds)

    def close(self, seconds: float) -> bool:
        """Drop what has not begun, wait for what has."""
        with self._changed:
            self._closed = True
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        ended = self.wait(seconds)
        for job in JOBS:
            base.rest(job)
        return ended

    def _enter(self, job: Job, keys: Sequence[int]) -> list[int]:
        """Note as waiting what is not in hand."""
        with self._changed:
            fresh = [key for key in keys if (job.name, key) not in self._in_hand]
            fresh = [] if self._closed else fresh
            self._in_hand.update((job.name, key) for key in fresh)
            self._waiting[job.name] += len(fresh)
        return fresh

    def _leave(self, job: Job, keys: Collection[int], begun: bool = False) -> None:
        with self._changed:
            self._in_hand.difference_update((job.name, key) for key in keys)
            self._waiting[job.name] -= 0 if begun else len(keys)
            self._changed.notify_all()

    def _begin(self, job: Job, key: int) -> None:
        future = self._pools[job.name].submit(self._run, job, key)
        future.add_done_callback(lambda done: self._release(job, key, done))

    def _run(self, job: Job, key: int) -> bool:
        with self._changed:
            self._waiting[job.name] -= 1
        well = False
        try:
            well = base.run(job, key, clock.now())
        finally:
            # A thread's connection is its own. It goes on with it while more is waiting: to open
            # one takes as long as a short job.
            idle = not self._waiting[job.name]
            if idle:
                base.rest(job)
            if idle or not well:
                connections.close_all()
        return well

    def _release(self, job: Job, key: int, done: Future[bool]) -> None:
        self._leave(job, [key], begun=not done.cancelled())
        if not done.cancelled():
            self._ended(done.exception() is None and done.result())
