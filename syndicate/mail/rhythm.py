"""When an edition is made: local wall time → the moment, and the key that is decided once.

    slots(when, tz, from) ──→ … 24 Oct 02:30, 25 Oct 02:30, 26 Oct 02:30 …
       slot_at(…, now)    ──→ the last of them that has come
       next_slot(…, now)  ──→ the first that has not

The key is the local wall time of the moment. An hour that comes twice in autumn therefore counts
once (its first time), and one that is left out in spring moves to the first minute that exists.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syndicate.lib.wall import resolve
from syndicate.mail.models import Newsletter

# Two slots are never further apart than a week; a day more for the zones' sake.
_LOOK_BACK = timedelta(days=8)


class When(NamedTuple):
    """A rhythm in local terms: hourly uses the minute of *at* alone; Monday is 0."""

    rhythm: str
    at: time
    weekday: int


class SlotTime(NamedTuple):
    """A moment of a rhythm: *key* is local wall time (``2026-10-25T02:30``), *moment* is UTC."""

    key: str
    moment: datetime


def slot_at(when: When, tz: ZoneInfo, now: datetime) -> SlotTime:
    """The latest slot that has come."""
    latest = None
    for slot in slots(when, tz, now - _LOOK_BACK):
        if slot.moment > now:
            break
        latest = slot
    assert latest is not None  # noqa: S101 - eight days hold a slot of every rhythm
    return latest


def next_slot(when: When, tz: ZoneInfo, now: datetime) -> SlotTime:
    """The first slot that is still to come."""
    return next(slot for slot in slots(when, tz, now) if slot.moment > now)


def slots(when: When, tz: ZoneInfo, start: datetime) -> Iterator[SlotTime]:
    """All slots from the local day of *start* on, in order; those of a gap are equal."""
    day = start.astimezone(tz).date()
    while True:
        for wall in _walls(when, day):
            yield _slot(wall, tz)
        day += timedelta(days=1)


def _walls(when: When, day: date) -> list[datetime]:
    """The wall times of one day, which may not exist."""
    match when.rhythm:
        case Newsletter.Rhythm.HOURLY:
            return [datetime.combine(day, time(hour, when.at.minute)) for hour in range(24)]
        case Newsletter.Rhythm.DAILY:
            return [datetime.combine(day, when.at)]
        case Newsletter.Rhythm.WEEKLY:
            return [datetime.combine(day, when.at)] if day.weekday() == when.weekday else []
    raise ValueError(f"{when.rhythm} has no slots")


def _slot(wall: datetime, tz: ZoneInfo) -> SlotTime:
    """A wall time as a slot, named for what the clock really shows then."""
    moment = resolve(wall, tz)
    return SlotTime(f"{moment.astimezone(tz):%Y-%m-%dT%H:%M}", moment)
