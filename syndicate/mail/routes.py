"""Which way mail leaves: the main one and the tables below [transports], by weight, while open.

    routes() ─ those whose lane no Pause closes ─→ open_routes(now) ─ by weight ─→ pick(able, seed):
               one run's way                       └ weight 0: only when no other is open

A way that fails for all mail is paused, for a growing while (mail.pause): that is its circuit
breaker, and the next choice falls on another, which is the failover. When the pause is over, a run
tries it with one connection (*trial*); the first mail that goes ends that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, Q

from syndicate.lib.config import site
from syndicate.mail.lane import Pause, transport_lane
from syndicate.mail.transports import open_transport
from syndicate.mail.transports.base import Transport

# Multiples of it, less their whole parts, lie evenly between 0 and 1 wherever one begins to count:
# each run of a few numbers gives each way its share.
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Route:
    """One way out. *weight*: its share; 0 for one that is used only while no other can be."""

    name: str
    kind: str
    weight: int
    trial: bool = False  # it failed last; nothing has gone since

    @property
    def lane(self) -> str:
        """What its pauses and its pace are kept under."""
        return transport_lane(self.name)

    def open(self) -> Transport:
        """Its transport; on trial, with one connection. Raises ConfigError."""
        made = open_transport(self.name)
        if self.trial:
            made.connections = 1
        return made


def routes() -> list[Route]:
    """All ways out, as configured; the main one first."""
    config = site()
    main = Route(config.mail.transport, config.mail.transport, config.mail.weight)
    return [main, *(Route(name, w.kind, w.weight) for name, w in config.transports.items())]


def open_routes(now: datetime) -> list[Route]:
    """Those that no pause closes; *trial* where one has just ended and nothing has gone since."""
    mine = routes()
    pauses = {p.lane: p for p in Pause.objects.filter(lane__in=[route.lane for route in mine])}
    return [
        Route(route.name, route.kind, route.weight, trial=route.lane in pauses)
        for route in mine
        if route.lane not in pauses or pauses[route.lane].until <= now
    ]


def pick(able: Sequence[Route], seed: int) -> Route | None:
    """The way that a run takes, by weight; None of none. Pure.

    *seed*: any number; one after the other spreads runs by weight.
    """
    weighty = [route for route in able if route.weight]
    if not weighty:
        return able[seed % len(able)] if able else None
    point = seed * _GOLDEN % 1.0 * sum(route.weight for route in weighty)
    for route in weighty:
        point -= route.weight
        if point < 0:
            return route
    return weighty[-1]


def in_turn(able: Iterable[Route]) -> list[Route]:
    """The order in which one mail tries them: as configured, those in reserve last."""
    return sorted(able, key=lambda route: not route.weight)


def any_open(now: datetime) -> Q:
    """For a query: whether mail can leave by any way at all."""
    closed = (Pause.objects.in_force(now).filter(lane=route.lane) for route in routes())
    return reduce(or_, (Q(~Exists(pause)) for pause in closed))
