"""A lane that cannot be used for now: closed for a growing while, with what to do about it.

What waits keeps its place and spends no try. A pause ends by itself, by a mail that goes, when an
editor says so, and when the daemon starts, since that is what an operator does after mending the
configuration. Between its end and the first mail that goes, a destination is on probation: see
mail.pace.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import F

from syndicate.lib import retry
from syndicate.lib.config import site
from syndicate.lib.errors import NotSent
from syndicate.mail.lane import Pause, transport_lane

log = logging.getLogger(__name__)


def pause(error: NotSent, now: datetime, lane: str | None = None) -> bool:
    """Close *lane* (the site's transport) for a while; whether it was open.

    Two workers that find the same at the same moment count once.
    """
    lane = lane or _site_lane()
    mine = Pause.objects.filter(lane=lane)
    given = {"error": error.message, "hint": error.hint}
    seen = mine.first()
    failures = 1 if seen is None else seen.failures + 1
    until = now + (error.retry_after or retry.wait(failures, site().mail.retry_minutes, lane))
    if seen is None:
        _, new = mine.get_or_create(lane=lane, defaults={"until": until, "since": now, **given})
    else:
        over = mine.filter(until__lte=now, failures=seen.failures)
        new = bool(over.update(until=until, failures=F("failures") + 1, **given))
    if new:
        log.error("%s: no mail until %s UTC: %s", lane, f"{until:%H:%M}", error)
    return new


def paused(now: datetime, lane: str | None = None) -> Pause | None:
    """The pause of *lane* (the site's transport) that is in force, if there is one."""
    return Pause.objects.in_force(now).filter(lane=lane or _site_lane()).first()


def worked(now: datetime, lane: str | None = None) -> None:
    """A mail went: what was wrong is mended. A pause declared just now stays."""
    Pause.objects.filter(lane=lane or _site_lane(), until__lte=now).delete()


def resume(now: datetime, lane: str | None = None) -> int:
    """Try again at once, on *lane* or on all; how often it failed is remembered.

    Returns how many pauses ended.
    """
    ended = Pause.objects.in_force(now)
    return (ended if lane is None else ended.filter(lane=lane)).update(until=now)


def _site_lane() -> str:
    return transport_lane(site().mail.transport)
