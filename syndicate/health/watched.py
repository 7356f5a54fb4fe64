"""Sources: whether they answer, and are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.health.problem import STUCK_AFTER, Level, Problem, Where, clock
from syndicate.sources.models import Source


def sources(now: datetime) -> Iterator[Problem]:
    """Sources that do not answer, or answer nonsense."""
    unwell = [Source.Health.FAILING, Source.Health.GONE]
    for source in Source.objects.filter(active=True, health__in=unwell):
        gone = source.health == Source.Health.GONE
        level = Level.ERROR if gone or source.failures >= 3 else Level.WARNING
        where = Where("source", source.pk)
        yield Problem("H10", level, source.name, source.error, source.hint, where)
    for source in Source.objects.filter(active=True, next_check__lt=now - STUCK_AFTER):
        message = f"Has not been looked at, though it was due on {clock(source.next_check)}."
        hint = "If the daemon runs, its log tells what keeps it."
        yield Problem("H11", Level.WARNING, source.name, message, hint, Where("source", source.pk))
