"""The lists a page offers, each with how often it writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from syndicate.audience.models import MailingList
from syndicate.web.public.often import often


@dataclass(frozen=True)
class Choice:
    """A list to tick."""

    list: MailingList
    often: str
    ticked: bool


def choices(lists: Iterable[MailingList], ticked: Iterable[str]) -> list[Choice]:
    """*lists* in their order; *ticked* are slugs."""
    offered, slugs = [*lists], set(ticked)
    prefetch_related_objects(offered, "newsletters")
    return [Choice(one, often(one.newsletters.all()), one.slug in slugs) for one in offered]


def ticked(lists: Iterable[MailingList], slugs: Iterable[str]) -> list[MailingList]:
    """Those of *lists* that a form names."""
    named = set(slugs)
    return [one for one in lists if one.slug in named]
