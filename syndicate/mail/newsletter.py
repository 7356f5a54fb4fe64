"""Newsletters: setting one up, changing when it comes, pausing it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from syndicate.lib.slug import free_slug
from syndicate.mail.compose import upcoming
from syndicate.mail.models import Newsletter
from syndicate.sources.models import Source


def set_up(made: Newsletter, sources: Iterable[Source], now: datetime) -> Newsletter:
    """Save a new newsletter, filled in by hand; what is published from *now* on belongs to it."""
    made.slug = free_slug(Newsletter, made.name)
    made.created_at = made.since = now
    made.next_slot_at = upcoming(made, now)
    made.save()
    made.sources.set(sources)
    return made


def pause(newsletter: Newsletter) -> None:
    """Compose no more of it."""
    _set(newsletter, active=False)


def resume(newsletter: Newsletter, now: datetime) -> None:
    """Compose it again, from its next slot on: those that passed meanwhile were not missed."""
    _set(newsletter, active=True, next_slot_at=upcoming(newsletter, now), error="", hint="")


def _set(newsletter: Newsletter, **values: object) -> None:
    Newsletter.objects.filter(pk=newsletter.pk).update(**values)
    for name, value in values.items():
        setattr(newsletter, name, value)
