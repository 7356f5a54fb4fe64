"""Dates as feeds write them. feedparser reads British summer time as UTC, and gives up on others'.

Without a zone, UTC is taken: an hour's error is better than no date.
"""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta

from syndicate.lib import clock

# Offsets in hours of zones by name, as far as the name is not used twice (RFC 822 knows only the
# American ones; IST and CST have several meanings, and BST is taken for the one of most feeds).
_ZONES = {
    "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "WEST": 1, "WET": 0, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "ACST": 9.5, "AWST": 8, "NZST": 12,
    "NZDT": 13, "AKST": -9, "AKDT": -8, "HST": -10, "SAST": 2,
}  # fmt: skip
_DAY_FIRST = re.compile(
    r"(\d{1,2})[./](\d{1,2})[./](\d{4})(?:[ ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_MIDNIGHT = re.compile(r"(?<![\d:])24:00(:00)?(?!\d)")


def parse(text: str) -> datetime | None:
    """The moment *text* names, aware; None where it names none between 1990 and 9999."""
    text = " ".join(text.split())
    if not text or len(text) > 100:
        return None
    late = _MIDNIGHT.search(text)
    found = _iso(_MIDNIGHT.sub("00:00", text)) or _rfc822(_MIDNIGHT.sub("00:00", text))
    found = found or _day_first(text)
    return _sound(found, timedelta(days=1) if late else timedelta(0))


def of_struct(parsed: object) -> datetime | None:
    """What feedparser made of a date, if that can be one."""
    if not isinstance(parsed, time.struct_time):
        return None
    try:
        return _sound(datetime.fromtimestamp(calendar.timegm(parsed), UTC), timedelta(0))
    except (ValueError, OverflowError, OSError):
        return None


def _sound(found: datetime | None, later: timedelta) -> datetime | None:
    if found is None:
        return None
    try:
        at = (found.replace(tzinfo=found.tzinfo or UTC) + later).astimezone(UTC)
    except OverflowError:
        return None
    return at if 1990 <= at.year < 9999 else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    name = text.rpartition(" ")[2].upper()
    if name in _ZONES:
        hours = _ZONES[name]
        sign, minutes = "-" if hours < 0 else "+", int(abs(hours) * 60)
        text = f"{text.rpartition(' ')[0]} {sign}{minutes // 60:02}{minutes % 60:02}"
    # A day's name in another language is of no use, and only in the way.
    text = re.sub(r"^[^\W\d]+\.?,\s*", "", text)
    return clock.read(text)


def _day_first(text: str) -> datetime | None:
    """``23/11/2026 08:00``, ``23.11.2026``; the month first where nothing else is possible."""
    match = _DAY_FIRST.match(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    if month > 12:
        day, month = month, day
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
