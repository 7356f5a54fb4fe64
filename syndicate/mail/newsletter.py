"""Newsletters: setting one up, changing it, pausing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from syndicate.lib.amend import amend
from syndicate.lib.slug import free_slug
from syndicate.mail.compose import upcoming
from syndicate.mail.models import Newsletter
from syndicate.mail.window import check
from syndicate.sources.models import Source

TIMING = {"rhythm", "at", "weekday", "timezone"}


def set_up(made: Newsletter, sources: Iterable[Source], now: datetime) -> Newsletter:
    """Save a new newsletter, filled in by hand; what is published from *now* on belongs to it.

    Raises BadInput for hours that are none.
    """
    check(made.window_from, made.window_until)
    made.slug = free_slug(Newsletter, made.name)
    made.created_at = made.since = now
    made.next_slot_at = upcoming(made, now)
    made.save()
    made.sources.set(sources)
    return made


def change(
    newsletter: Newsletter,
    values: Mapping[str, object],
    sources: Iterable[Source] | None,
    now: datetime,
) -> None:
    """Change what *values* gives of its settings, and its sources unless None. Raises BadInput."""
    changed = amend(newsletter, values)
    check(newsletter.window_from, newsletter.window_until)
    # Only another rhythm moves the next slot: one that is due this minute must not be lost.
    if not TIMING.isdisjoint(changed):
        newsletter.next_slot_at = upcoming(newsletter, now)
        changed.add("next_slot_at")
    with transaction.atomic():
        newsletter.save(update_fields=changed)
        if sources is not None:
            newsletter.sources.set(sources)


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
