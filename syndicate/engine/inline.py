"""Runs each job at once, in the caller's own thread: for one turn by hand, and for tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from syndicate.engine import base
from syndicate.jobs import JOBS, Job
from syndicate.lib import clock


class InlineEngine:
    """An Engine without threads."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now

    def admit(self, yes: bool) -> None:
        """Always."""

    def submit(self, job: Job, keys: Sequence[int]) -> list[int]:
        """Do them now."""
        for key in keys:
            base.run(job, key, self.now or clock.now())
        base.rest(job)
        return list(keys)

    def alive(self) -> bool:
        """It is the caller."""
        return True

    def wait(self, seconds: float) -> bool:
        """Nothing is ever in hand."""
        return True

    def close(self, seconds: float) -> bool:
        """Nothing to end."""
        return True


def turn(now: datetime | None = None, times: int = 20) -> int:
    """Do all that is due, and what becomes due by that; returns how many jobs were done.

    None more than so many *times*: a row that stays due cannot keep us here.
    """
    engine, done = InlineEngine(now), Counter[tuple[str, int]]()
    while True:
        before = done.total()
        at = now or clock.now()
        aside = base.set_aside(at)
        for job in JOBS:
            due = [(job.name, key) for key in job.due(at)]
            due = [row for row in due if row not in aside and done[row] < times]
            engine.submit(job, [key for _, key in due])
            done.update(due)
        if done.total() == before:
            return before
