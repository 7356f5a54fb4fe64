"""Mailing lists: making one, changing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from syndicate.audience.models import MailingList
from syndicate.lib.amend import amend
from syndicate.lib.slug import free_slug


def open_list(made: MailingList, now: datetime) -> MailingList:
    """Save a new list, filled in but for its address and its date."""
    made.slug, made.created_at = free_slug(MailingList, made.name), now
    made.save()
    return made


def change(list: MailingList, values: Mapping[str, object]) -> None:
    """Change what *values* gives of its name, description and publicity. Raises BadInput."""
    list.save(update_fields=amend(list, values))
