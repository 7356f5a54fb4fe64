"""Measuring side by side: in turn, several times, and compared round by round.

    interleave({"ours": run_ours, "theirs": run_theirs}, rounds=5)
        round 1: ours, theirs   round 2: theirs, ours   …   ─→ Rounds
    rounds.ratio("ours", "theirs")     the median of the rounds' own ratios

A machine is never quiet for long. What disturbs a round disturbs all that run in it, so a ratio is
worth more than a rate, and CPU time more than time on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Run:
    """What one run sent, and what it took: seconds on the clock, seconds of CPU, MB at the peak."""

    mails: int
    seconds: float
    sender: float
    sink: float = 0.0
    database: float = 0.0
    rss_mb: float = 0.0

    @property
    def rate(self) -> float:
        """Mails per second."""
        return self.mails / self.seconds

    def us(self, who: str) -> float:
        """Microseconds of CPU for one mail, of ``sender``, ``sink`` or ``database``."""
        return float(getattr(self, who)) / self.mails * 1e6


class Rounds:
    """All runs of all contestants."""

    def __init__(self, runs: Mapping[str, list[Run]]) -> None:
        self.runs = runs

    def ratio(self, ours: str, theirs: str) -> float:
        """How many times as fast: the median of the rounds."""
        pairs = zip(self.runs[ours], self.runs[theirs], strict=True)
        return median(a.rate / b.rate for a, b in pairs)

    def cpu_ratio(self, ours: str, theirs: str) -> float:
        """How many times the sender's CPU for one mail: the median of the rounds."""
        pairs = zip(self.runs[ours], self.runs[theirs], strict=True)
        return median(a.us("sender") / b.us("sender") for a, b in pairs)

    def rate(self, name: str) -> float:
        """Mails per second: the median."""
        return median(run.rate for run in self.runs[name])

    def us(self, name: str, who: str = "sender") -> float:
        """CPU for one mail: the median."""
        return median(run.us(who) for run in self.runs[name])

    def rss_mb(self, name: str) -> float:
        """Memory at the peak of the worst run."""
        return max(run.rss_mb for run in self.runs[name])


def interleave(contestants: Mapping[str, Callable[[], Run]], rounds: int) -> Rounds:
    """Run each once a round; who was first is last in the next."""
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    names = list(contestants)
    for _ in range(rounds):
        for name in names:
            runs[name].append(contestants[name]())
        names.append(names.pop(0))
    return Rounds(runs)
