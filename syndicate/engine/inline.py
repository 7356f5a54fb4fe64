"""Runs each job at once, in the caller's own thread: for one turn by hand, and for tests."""

from __future__ import annotations

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


def turn(now: datetime | None = None, rounds: int = 20) -> int:
    """Do all that is due, and what becomes due by that; returns how many jobs were done.

    *rounds* bounds it, so that a row which stays due cannot keep us here.
    """
    engine, done = InlineEngine(now), 0
    for _ in range(rounds):
        before = done
        at = now or clock.now()
        aside = base.set_aside(at)
        for job in JOBS:
            due = [key for key in job.due(at) if (job.name, key) not in aside]
            done += len(engine.submit(job, due))
        if done == before:
            break
    return done
