"""Mailing lists: making one."""

from __future__ import annotations

from datetime import datetime

from syndicate.audience.models import MailingList
from syndicate.lib.slug import free_slug


def open_list(made: MailingList, now: datetime) -> MailingList:
    """Save a new list, filled in but for its address and its date."""
    made.slug, made.created_at = free_slug(MailingList, made.name), now
    made.save()
    return made
