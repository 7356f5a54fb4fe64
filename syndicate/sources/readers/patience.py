"""How long a source asks not to be read again, and whether what it sends to compare can be trusted.

::

    ttl, sy:updatePeriod, skipHours, skipDays of a feed ─┐
    Cache-Control, Expires of the answer ────────────────┴─→ the longest of them, at most a day
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from syndicate.lib import clock

LONGEST = timedelta(days=1)
_NONE = timedelta(0)
# https://web.resource.org/rss/1.0/modules/syndication/
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def at_least(*asked: timedelta | None) -> timedelta | None:
    """The longest of what was *asked*, a day at most; None where nothing was."""
    longest = max((each for each in asked if each is not None), default=_NONE)
    return min(longest, LONGEST) if longest > _NONE else None


def of_headers(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What is left of the time an answer calls itself fresh for (RFC 9111, 4.2)."""
    if distrusted(headers):
        return None
    directives = _directives(headers)
    if (limit := directives.get("max-age", "")).isdecimal():
        age = headers.get("Age", "0").strip()
        return seconds(int(limit[:9]) - int(age[:9] if age.isdecimal() else 0))
    expires = clock.read(headers.get("Expires", "").strip())
    return max(expires.replace(tzinfo=expires.tzinfo or UTC) - now, _NONE) if expires else None


def distrusted(headers: Mapping[str, str]) -> bool:
    """Whether the answer is for this once: its ETag and date then say nothing of the next one."""
    return "no-store" in _directives(headers) or headers.get("Expires", "").strip() in {"0", "-1"}


def of_period(period: str, frequency: str) -> timedelta | None:
    """sy:updatePeriod and sy:updateFrequency: so often within that time."""
    if not period.strip() and not frequency.strip():
        return None
    times = frequency.strip()
    often = max(int(times[:6]) if times.isdecimal() else 1, 1)
    return _PERIODS.get(period.strip().lower(), timedelta(days=1)) / often


def of_minutes(ttl: str) -> timedelta | None:
    """RSS' ttl."""
    return seconds(60 * int(ttl.strip()[:6])) if ttl.strip().isdecimal() else None


def of_pauses(hours: str, days: str, now: datetime) -> timedelta | None:
    """Until the next hour that neither *hours* nor *days*, XML of RSS in GMT, leaves out."""
    closed = {int(hour) % 24 for hour in re.findall(r"<hour>\s*(\d{1,2})\s*</hour>", hours)}
    shut = {day.strip().lower() for day in re.findall(r"<day>([^<]{1,20})</day>", days)}
    at = now.astimezone(UTC)
    for _ in range(24):
        if at.hour not in closed and _DAYS[at.weekday()] not in shut:
            break
        at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at - now if at > now else None


def seconds(number: int) -> timedelta:
    """*number* of them, if there are any."""
    return timedelta(seconds=max(number, 0))


def _directives(headers: Mapping[str, str]) -> dict[str, str]:
    parts = (part.partition("=") for part in headers.get("Cache-Control", "").lower().split(","))
    return {name.strip(): value.strip(' "') for name, _, value in parts}
