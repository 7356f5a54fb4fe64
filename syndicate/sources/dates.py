"""Dates as feeds and pages write them. feedparser reads British summer time as UTC, and gives up
on others'.

::

    text ─→ ISO 8601 ─→ RFC 822 ─→ in words or figures (written.py) ─→ the zone kept ─→ in reason?

Without a zone, UTC is taken: an hour's error is better than no date.
"""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta

from syndicate.lib import clock
from syndicate.sources.written import written
from syndicate.sources.zones import zone

_MIDNIGHT = re.compile(r"(?<![\d:])24:00(:00)?(?!\d)")
_HALF_DAY = re.compile(r"\d\s?[ap]\.?m\b", re.IGNORECASE)


def parse(text: str) -> datetime | None:
    """The moment *text* names, in the zone it names; None where it is none between 1990 and 9999.

    Without a zone in it, it is taken as UTC.
    """
    text = " ".join(text.split())
    if not text or len(text) > 100:
        return None
    late = _MIDNIGHT.search(text)
    text = _MIDNIGHT.sub("00:00", text)
    found = _iso(text) or _rfc822(text) or written(text)
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
    """*found* with a zone, if it lies in a time we can speak of, in that zone and in UTC."""
    if found is None:
        return None
    try:
        at = found.replace(tzinfo=found.tzinfo or UTC) + later
        year = at.astimezone(UTC).year
    except OverflowError:
        return None
    return at if 1990 <= year < 9999 else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    if _HALF_DAY.search(text):
        return None  # the reader of mail's dates takes 8:02 pm for two past eight
    before, _, name = text.rpartition(" ")
    where = zone(name) if name.isalpha() else None
    # A day's name in another language is of no use, and only in the way.
    found = clock.read(re.sub(r"^[^\W\d]+\.?,\s*", "", before if where else text))
    return found.replace(tzinfo=where) if found and where else found
