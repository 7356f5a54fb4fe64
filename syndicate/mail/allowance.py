"""Which limits the site has set: for a way out, by its age; for a destination, by its name.

[pace] transport, warm_up  <  [transports.NAME] pace, warm_up ─→ Way
[pace] domain              <  [pace.domains] "a.example b.example" ─→ lane, rates
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from syndicate.lib import rates
from syndicate.lib.config import site
from syndicate.lib.rates import Rate
from syndicate.mail.lane import domain_lane

DAY = 86_400


@dataclass(frozen=True)
class Way:
    """What one way out may carry. *begins*: its first day, seconds since 1970; None: that of its
    first mail."""

    rates: tuple[Rate, ...]
    warm_up: tuple[int, ...] = ()
    begins: float | None = None

    def __bool__(self) -> bool:
        return bool(self.rates or self.warm_up)

    def now(self, first: float, at: float) -> Sequence[Rate]:
        """The rates at *at* of one that has been used since *first*."""
        day = self._day(first, at)
        if day >= len(self.warm_up):
            return self.rates
        daily = min(self.warm_up[day], *(r.most for r in self.rates if r.span == DAY), float("inf"))
        return [*(rate for rate in self.rates if rate.span != DAY), Rate(daily, DAY)]

    def grows(self, first: float, at: float) -> float:
        """When the next day of its warm-up begins; for ever where there is none."""
        day = self._day(first, at)
        if day >= len(self.warm_up):
            return float("inf")
        return self._since(first) + (day + 1) * DAY

    def _day(self, first: float, at: float) -> int:
        return max(0, int((at - self._since(first)) // DAY))

    def _since(self, first: float) -> float:
        return first if self.begins is None else self.begins


@dataclass(frozen=True)
class Domains:
    """What destinations may be sent. Several that are one provider share a lane."""

    every: tuple[Rate, ...]
    lanes: dict[str, str]  # domain → lane, of those named
    named: dict[str, tuple[Rate, ...]]  # lane → rates

    def __bool__(self) -> bool:
        return bool(self.every or any(self.named.values()))

    def lane(self, domain: str) -> str:
        """Which lane *domain* belongs to."""
        return self.lanes.get(domain) or domain_lane(domain)

    def rates(self, lane: str) -> tuple[Rate, ...]:
        """What may go there."""
        return self.named.get(lane, self.every)


def way(route: str) -> Way:
    """The limits of the way out called *route*: its own, or those for all."""
    config = site()
    pace, own = config.pace, config.transports.get(route)
    limits = (own.pace if own else "") or pace.transport
    if own and own.warm_up:
        return _way(limits, own.warm_up, own.warm_up_from, config.publication.timezone)
    return _way(limits, pace.warm_up, pace.warm_up_from, config.publication.timezone)


def domains() -> Domains:
    """The limits of destinations."""
    pace = site().pace
    return _domains(pace.domain, tuple(pace.domains.items()))


def names(text: str) -> list[str]:
    """``Outlook.example hotmail.example`` → the domains, in small letters."""
    return text.lower().split()


def _way(limits: str, warm_up: str, begins: str, zone: str) -> Way:
    start = None
    if warm_up and begins:
        start = datetime.combine(date.fromisoformat(begins), time(), ZoneInfo(zone)).timestamp()
    return Way(rates.parse(limits), rates.days(warm_up), start)


@cache
def _domains(every: str, named: tuple[tuple[str, str], ...]) -> Domains:
    lanes = {name: domain_lane(names(text)[0]) for text, _ in named for name in names(text)}
    limits = {domain_lane(names(text)[0]): rates.parse(limit) for text, limit in named}
    return Domains(rates.parse(every), lanes, limits)
