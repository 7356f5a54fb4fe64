"""The time zone in which a reader lives, for newsletters that arrive at certain hours."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from syndicate.audience.models import Subscriber
from syndicate.lib.errors import BadInput


def zone(name: str) -> str:
    """*name* as it may be kept: a zone of the tables, or none. Raises BadInput."""
    name = name.strip()
    if name and name not in _names():
        raise BadInput(f"There is no time zone {name!r}.", "Name one like Europe/Berlin.")
    return name


def live_in(person: Subscriber, name: str) -> None:
    """Say where somebody lives; empty: where their newsletters do."""
    Subscriber.objects.filter(pk=person.pk).update(timezone=zone(name))


@cache
def _names() -> set[str]:
    """All zones; finding them walks through hundreds of files."""
    return available_timezones()
