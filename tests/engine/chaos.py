"""An engine as bad as an engine may be: it drops, doubles, shuffles and delays what it is given.

engine = Chaos(seed)
storm(engine, now)      # tick after tick, until nothing is due and nothing on its way
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from syndicate.engine import base
from syndicate.jobs import JOBS, Job

DROPPED, DOUBLED = 0.2, 0.2
TICK = timedelta(seconds=2)


class Chaos:
    """An Engine. What it does is its seed's secret, and the same each time."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._later: list[tuple[int, Job, int]] = []  # ticks to wait
        self.did = Counter[str]()

    def admit(self, yes: bool) -> None:
        """Always."""

    def submit(self, job: Job, keys: Sequence[int]) -> list[int]:
        """Promise to do each of them."""
        for key in keys:
            fate = self._chance.random()
            times = 0 if fate < DROPPED else 2 if fate < DROPPED + DOUBLED else 1
            self.did["dropped"] += times == 0
            self.did["doubled"] += times == 2
            for _ in range(times):
                self._later.append((self._chance.choice([0, 0, 1, 3, 9]), job, key))
        return list(keys)

    def alive(self) -> bool:
        """As far as one can see."""
        return True

    def wait(self, seconds: float) -> bool:
        """Whether nothing is on its way."""
        return not self._later

    def close(self, seconds: float) -> bool:
        """It never ends orderly."""
        return False

    def tick(self, now: datetime) -> None:
        """Do what has waited long enough, in any order."""
        self._chance.shuffle(self._later)
        due = [(job, key) for ticks, job, key in self._later if ticks == 0]
        self._later = [(ticks - 1, job, key) for ticks, job, key in self._later if ticks]
        for job, key in due:
            self.did["done"] += base.run(job, key, now)


def storm(engine: Chaos, now: datetime, most: int = 300) -> datetime:
    """The daemon's ticks, from *now* on; returns when all was quiet."""
    for _ in range(most):
        aside = base.set_aside(now)
        due = [(job, [k for k in job.due(now) if (job.name, k) not in aside]) for job in JOBS]
        for job, keys in due:
            engine.submit(job, keys)
        if engine.wait(0) and not any(keys for _, keys in due):
            return now
        engine.tick(now)
        now += TICK
    raise TimeoutError(f"still at work after {most} ticks: {due}")
