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


def pause(error: NotSent, now: datetime) -> None:
    """Use the site's transport no more for a while. Said twice at the same time, it counts once."""
    mine = Pause.objects.filter(lane=_lane())
    given = {"error": error.message, "hint": error.hint}
    seen = mine.first()
    failures = 1 if seen is None else seen.failures + 1
    until = now + (error.retry_after or retry.wait(failures, site().mail.retry_minutes, "pause"))
    if seen is None:
        mine.get_or_create(lane=_lane(), defaults={"until": until, "since": now, **given})
    elif not mine.filter(until__lte=now).update(until=until, failures=F("failures") + 1, **given):
        return
    log.error("no mail leaves until %s UTC: %s", f"{until:%H:%M}", error)


def paused(now: datetime) -> Pause | None:
    """The pause in force, if there is one."""
    mine = Pause.objects.filter(lane=_lane())
    return mine.filter(until__gt=now).first()


def worked(now: datetime) -> None:
    """A mail went: what was wrong is mended. A pause declared just now stays."""
    Pause.objects.filter(lane=_lane(), until__lte=now).delete()


def resume(now: datetime) -> int:
    """Try again at once; how often it failed is remembered. Returns how many pauses ended."""
    return Pause.objects.filter(until__gt=now).update(until=now)


def _lane() -> str:
    return transport_lane(site().mail.transport)
