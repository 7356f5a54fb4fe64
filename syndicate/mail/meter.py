"""What one lane has carried of late, and what it may carry now. Pure; times are seconds since 1970.

    by the second: a bucket that fills at that rate and holds two seconds of it
    by the minute, hour or day: a window that slides in steps of a sixtieth; no edge to burst at

The bucket is kept as the moment at which it would be full again had nothing overflowed, the window
as counts of its steps: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, inf

from syndicate.lib.rates import Rate

# How much of a rate by the second can be saved up, and how much of it is worth coming back for.
# Seconds.
BURST, WORTH = 2.0, 1.0
# Nobody is sent further back in the queue than this. Seconds.
FURTHEST = 900.0
STEPS = 60
# Clocks and floating point are not more exact than this part of a mail.
_GRAIN = 1e-3


@dataclass
class Meter:
    """The state of one lane. *first*: when counting began; *booked*: the next free place in the
    queue of batches that wait for it."""

    first: float
    spent: float = 0.0
    booked: float = 0.0
    windows: dict[int, dict[int, int]] = field(default_factory=dict)  # span → step → how many

    def room(self, rates: Sequence[Rate], at: float, waiting: int = 0) -> float:
        """How many more may go at *at*; *waiting*: were let go, and are not yet on their way."""
        return max(0, min((self._room(rate, at, waiting) for rate in rates), default=inf))

    def take(self, rates: Sequence[Rate], many: int, at: float) -> None:
        """Let *many* go, of which there must be room. Forgets what no rate asks for any more."""
        kept = {rate.span: self._recent(rate.span, at) for rate in rates if rate.span > 1}
        for span, steps in kept.items():
            step = _step(span, at)
            steps[step] = steps.get(step, 0) + many
        self.windows = kept
        for rate in rates:
            if rate.span == 1:
                self.spent = self._base(rate, at) + many / rate.most

    def put_back(self, rates: Sequence[Rate], many: int, taken: float, at: float) -> None:
        """*many* of those that were let go at *taken* did not go."""
        for rate in rates:
            if rate.span == 1:
                # What has flowed in since might have overflowed had they not been let go.
                self.spent -= max(0.0, many / rate.most - (at - taken))
            else:
                steps, step = self.windows.get(rate.span, {}), _step(rate.span, taken)
                if step in steps:
                    steps[step] = max(0, steps[step] - many)

    def opens(self, rates: Sequence[Rate], many: int, at: float) -> float:
        """When it is worth coming back for some of *many*: not before *at*."""
        return max((self._opens(rate, many, at) for rate in rates), default=at)

    def place(self, opens: float) -> float:
        """The next free place in the queue of those who wait for this lane, open at *opens*.

        A long queue begins anew at its front: what it waits for may have come to pass sooner.
        """
        return self.booked if opens <= self.booked <= opens + FURTHEST else opens

    def carried(self, span: int, at: float) -> int:
        """How many went in the last *span* seconds, to a sixtieth; 0 where nobody counts."""
        return sum(self._recent(span, at).values())

    def dump(self) -> str:
        """As text, for a row."""
        return json.dumps([self.first, self.spent, self.booked, self.windows])

    def _room(self, rate: Rate, at: float, waiting: int) -> int:
        if rate.span > 1:
            return floor(rate.most - self.carried(rate.span, at))
        saved = floor((at - self._base(rate, at)) * rate.most + _GRAIN)
        return min(saved, floor(_holds(rate)) - waiting)

    def _base(self, rate: Rate, at: float) -> float:
        """The moment since when the bucket has been filling."""
        return max(self.spent, at - _holds(rate) / rate.most)

    def _opens(self, rate: Rate, many: int, at: float) -> float:
        if rate.span == 1:
            worth = max(1, min(many, floor(rate.most * WORTH)))
            return max(at, self._base(rate, at) + worth / rate.most)
        steps = self._recent(rate.span, at)
        left, moment = sum(steps.values()), at
        for step in sorted(steps):
            if left < rate.most:
                break
            left, moment = left - steps[step], _leaves(step, rate.span)
        return moment

    def _recent(self, span: int, at: float) -> dict[int, int]:
        """The steps of which a part lies in the window."""
        steps = self.windows.get(span, {})
        return {step: many for step, many in steps.items() if _leaves(step, span) > at}


def load(text: str, at: float) -> Meter:
    """What :meth:`Meter.dump` wrote; a new one, begun at *at*, from nothing."""
    if not text:
        return Meter(first=at)
    first, spent, booked, windows = json.loads(text)
    kept = {
        int(span): {int(step): many for step, many in steps.items()}
        for span, steps in windows.items()
    }
    return Meter(first, spent, booked, kept)


def turn(rates: Sequence[Rate]) -> float:
    """How long one batch's turn lasts where many wait for a lane, so that each finds something."""
    shares = (max(WORTH, 1 / r.most) if r.span == 1 else r.span / STEPS for r in rates)
    return max(shares, default=0.1)


def _holds(rate: Rate) -> float:
    """What the bucket can save up: one mail at least."""
    return max(1.0, rate.most * BURST)


def _step(span: int, at: float) -> int:
    return floor(at * STEPS / span)


def _leaves(step: int, span: int) -> float:
    """When the last moment of *step* has left the window."""
    return (step + 1) * span / STEPS + span
