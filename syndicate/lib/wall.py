"""Wall time, where clocks are changed twice a year: pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def resolve(wall: datetime, tz: ZoneInfo) -> datetime:
    """A wall time as a moment: of two the first, for none the first minute after the gap."""
    moment = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if moment.astimezone(tz).replace(tzinfo=None) != wall:
        # fold=0 counts the gap from its beginning, fold=1 from its end: the gap's size apart
        # (https://peps.python.org/pep-0495/#the-fold-attribute), so the clock's jump lies between.
        return _end_of_gap(wall, tz)
    return moment


def _end_of_gap(wall: datetime, tz: ZoneInfo) -> datetime:
    before = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    offset = before.astimezone(tz).utcoffset()
    while before < after and before.astimezone(tz).utcoffset() == offset:
        before += timedelta(minutes=1)
    return before


def opens(window_from: time, window_until: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment from *now* on that lies in the window. Equal ends: it is always open."""
    local = now.astimezone(zone)
    if _is_open(window_from, window_until, local.time()):
        return now
    day = local.date() + timedelta(days=local.time() >= window_from)
    wall = datetime.combine(day, window_from)
    first = resolve(wall, zone)
    # In the hour that comes twice, the first coming may have passed already.
    return first if first >= now else wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _is_open(window_from: time, window_until: time, at: time) -> bool:
    if window_from < window_until:
        return window_from <= at < window_until
    return at >= window_from or at < window_until
