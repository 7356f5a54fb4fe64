"""When a post may go: slots, quiet hours, distance and the number a day. Pure.

::

    after(wanted, when, taken) ─→ a slot, or at once ─→ not in quiet hours ─→ far enough from the
                                  others ─→ not too many that day ─→ or later, and asked again

Wall time decides, in the publication's zone; a day on which the clock is changed has its slots at
the same hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syndicate.lib.errors import BadInput
from syndicate.lib.wall import opens, resolve

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLOTS_HINT = "Write times, or days and times, like: 09:00 17:30, Sat Sun 11:00."
QUIET_HINT = "Write two times, like 22:00-07:00."
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
# A queue that is fuller than this in every slot is asked again when it is shorter.
_FURTHEST = timedelta(days=400)


class Slot(NamedTuple):
    """A time of some days of the week; Monday is 0."""

    days: frozenset[int]
    at: time


@dataclass(frozen=True)
class When:
    """An account's hours; empty *slots*: any time."""

    slots: tuple[Slot, ...]
    quiet: tuple[time, time] | None
    apart: timedelta
    daily: int  # 0: any number
    zone: ZoneInfo


def slots(text: str) -> tuple[Slot, ...]:
    """``"09:00 17:30, Sat Sun 11:00"`` → slots, earliest first. Raises BadInput."""
    found = [slot for group in text.split(",") if group.strip() for slot in _group(group)]
    return tuple(sorted(found, key=lambda slot: slot.at))


def quiet(text: str) -> tuple[time, time] | None:
    """``"22:00-07:00"`` → its ends; None for none. Raises BadInput."""
    if not text.strip():
        return None
    begin, dash, end = text.replace("–", "-").partition("-")
    if not dash or _time(begin, QUIET_HINT) == _time(end, QUIET_HINT):
        raise BadInput(f"“{text}” are no quiet hours.", QUIET_HINT)
    return _time(begin, QUIET_HINT), _time(end, QUIET_HINT)


def after(wanted: datetime, when: When, taken: Iterable[datetime] = ()) -> datetime:
    """The first moment from *wanted* on that *when* allows beside posts at *taken*.

    A slot is given to one post. Where all of a year is full, the last moment tried.
    """
    others = sorted(taken)
    at = wanted
    while at < wanted + _FURTHEST:
        later = _full(_far(_awake(_slot(at, when, others), when), when, others), when, others)
        if later == at:
            return at
        at = later
    return at


def _slot(at: datetime, when: When, taken: Sequence[datetime]) -> datetime:
    """The first free slot from *at* on; *at* itself where there are none."""
    if not when.slots:
        return at
    used = set(taken)
    day = at.astimezone(when.zone).date()
    return next(m for m in _moments(when, day) if m >= at and m not in used)


def _moments(when: When, day: date) -> Iterator[datetime]:
    while True:
        for slot in when.slots:
            if day.weekday() in slot.days:
                yield resolve(datetime.combine(day, slot.at), when.zone)
        day += timedelta(days=1)


def _awake(at: datetime, when: When) -> datetime:
    """*at*, or the end of the quiet hours it lies in."""
    if when.quiet is None:
        return at
    begin, end = when.quiet
    return opens(end, begin, when.zone, at)


def _far(at: datetime, when: When, taken: Sequence[datetime]) -> datetime:
    """*at*, or the first moment after it that is far enough from all others."""
    for other in taken:
        if abs(other - at) < when.apart:
            at = other + when.apart
    return at


def _full(at: datetime, when: When, taken: Sequence[datetime]) -> datetime:
    """*at*, or the next day's beginning where that day has enough."""
    day = at.astimezone(when.zone).date()
    that_day = sum(other.astimezone(when.zone).date() == day for other in taken)
    if not when.daily or that_day < when.daily:
        return at
    return resolve(datetime.combine(day + timedelta(days=1), time()), when.zone)


def _group(text: str) -> Iterator[Slot]:
    """``"Mon-Fri 09:00 17:30"``: days come before the times they are meant for."""
    words = text.replace("–", "-").split()
    named = [word for word in words if not _TIME.fullmatch(word)]
    times = [word for word in words if _TIME.fullmatch(word)]
    if not times:
        raise BadInput(f"“{text.strip()}” names no time.", SLOTS_HINT)
    days = frozenset(day for word in named for day in _days(word)) or frozenset(range(7))
    for word in times:
        yield Slot(days, _time(word, SLOTS_HINT))


def _days(word: str) -> Iterator[int]:
    first, _, last = word.lower().partition("-")
    begin, end = _day(first, word), _day(last or first, word)
    yield begin
    while begin != end:
        begin = (begin + 1) % 7
        yield begin


def _day(name: str, word: str) -> int:
    if name[:3] not in DAYS:
        raise BadInput(f"“{word}” is neither a time nor a day of the week.", SLOTS_HINT)
    return DAYS.index(name[:3])


def _time(text: str, hint: str) -> time:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"“{text.strip()}” is no time of day.", hint)
    return time(int(found[1]), int(found[2]))
