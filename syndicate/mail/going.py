"""An edition on its way: how far it is, and what is in its way when it stands still.

ledger ─→ counts, how many are done          pause, lanes, batches ─→ the Obstacle, if any
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from syndicate.lib.status import Status
from syndicate.mail import editorial
from syndicate.mail.lane import Pause
from syndicate.mail.models import Batch, Edition
from syndicate.mail.routes import routes

# What still has a try before it.
WAITING = (Status.QUEUED, Status.SENDING, Status.DEFERRED)


class Obstacle(NamedTuple):
    """Why no mail of an edition leaves now. *until* is None where the clock does not help."""

    what: str
    until: datetime | None = None
    why: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Going:
    """How an edition's Deliveries stand. *counts*: how many at each status."""

    audience: int
    counts: dict[str, int]
    obstacle: Obstacle | None

    @property
    def waiting(self) -> int:
        """How many may still go."""
        return sum(self.counts.get(status, 0) for status in WAITING)

    @property
    def done(self) -> int:
        """How many have their last word."""
        return sum(self.counts.values()) - self.waiting


def going(edition: Edition, now: datetime, above: Obstacle | None = None) -> Going:
    """Count, and ask what is in the way; *above*: what keeps all work from going on."""
    moving = edition.status == Status.SENDING
    blocked = obstacle(edition, now) or above if moving else None
    return Going(edition.audience, editorial.ledger(edition), blocked)


def obstacle(edition: Edition, now: datetime) -> Obstacle | None:
    """The first thing that keeps all of an edition back; None while mails may leave."""
    if edition.paused_at is not None:
        return Obstacle("Paused: nothing more leaves until somebody lets it go on.",
                        None, edition.error, edition.hint)  # fmt: skip
    return all_closed(now) or _not_yet(edition, now)


def all_closed(now: datetime) -> Obstacle | None:
    """Every way out is paused: until the first of them opens no mail leaves."""
    ways = {route.lane for route in routes()}
    closed = list(Pause.objects.in_force(now).filter(lane__in=ways).order_by("until"))
    if len(closed) < len(ways):
        return None
    first = closed[0]
    what = f"No mail leaves: {first.name} is paused."
    if len(closed) > 1:
        what = f"No mail leaves: all {len(closed)} transports are paused."
    return Obstacle(what, first.until, first.error, first.hint)


def _not_yet(edition: Edition, now: datetime) -> Obstacle | None:
    """Nobody has any of it in hand, and none of it is due."""
    mine = Batch.objects.filter(edition=edition)
    if mine.filter(Q(status=Status.SENDING) | Q(status=Status.QUEUED, due_at__lte=now)).exists():
        return None
    later = mine.filter(status=Status.QUEUED).order_by("due_at").values_list("due_at", flat=True)
    if (at := later.first()) is None:
        return None
    why = "A server asked for patience, its readers’ hours have not come, or a limit is reached."
    return Obstacle("What is left waits for its time.", at, why)
