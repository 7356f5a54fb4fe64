"""A transport that cannot be used for now: closed for a growing while, with what to do about it.

What waits keeps its place and spends no try. A pause ends by itself, by a mail that goes, and when
the daemon starts, since that is what an operator does after mending the configuration.
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


def pause(error: NotSent, now: datetime, lane: str | None = None) -> None:
    """Use a lane (the main transport's) no more for a while. Said twice at a time, it counts once.

    What failed when a pause had just ended waits longer than it did before.
    """
    lane = lane or _main()
    mine = Pause.objects.filter(lane=lane)
    given = {"error": error.message, "hint": error.hint}
    seen = mine.first()
    failures = 1 if seen is None else seen.failures + 1
    until = now + (error.retry_after or retry.wait(failures, site().mail.retry_minutes, "pause"))
    if seen is None:
        mine.get_or_create(lane=lane, defaults={"until": until, "since": now, **given})
    elif not mine.filter(until__lte=now).update(until=until, failures=F("failures") + 1, **given):
        return
    log.error("no mail leaves by %s until %s UTC: %s", lane, f"{until:%H:%M}", error)


def paused(now: datetime, lane: str | None = None) -> Pause | None:
    """The pause in force, if there is one."""
    return Pause.objects.in_force(now).filter(lane=lane or _main()).first()


def worked(now: datetime, lane: str | None = None) -> None:
    """A mail went: what was wrong is mended. A pause declared just now stays."""
    Pause.objects.filter(lane=lane or _main(), until__lte=now).delete()


def resume(now: datetime, lane: str | None = None) -> int:
    """Try again at once (all lanes, or one); how often it failed is remembered.

    Returns how many pauses ended.
    """
    closed = Pause.objects.in_force(now)
    return (closed if lane is None else closed.filter(lane=lane)).update(until=now)


def _main() -> str:
    return transport_lane(site().mail.transport)
