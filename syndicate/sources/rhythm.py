"""How long until the next look, from a source's own rhythm. Pure.

::

    when articles appeared ─→ hours: how many are to be expected in each hour of a day
    hours, the last article ─→ wait: until a twenty-fourth of an article is to be expected

So a paper that comes at nine is looked at every few minutes around nine, and seldom at night; one
that has fallen silent is asked less and less, down to the longest wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zlib import crc32

HOUR = timedelta(hours=1)
# What is older says little about today.
WEEKS = timedelta(weeks=4)
# Fewer articles, or a shorter time, are no rhythm yet.
_FEWEST = 4
_LEAST_SPAN = timedelta(days=1)
# So many looks for each article.
_LOOKS = 24
# An article seldom comes alone: for so long after one, another is twice as likely.
_SOON = timedelta(minutes=30)
# Of what is expected, the part that may come at any hour, whatever was usual.
_ANY_HOUR = 0.2
JITTER = 0.15


def hours(times: Iterable[datetime], now: datetime) -> list[float]:
    """Articles to be expected in each hour of a day (UTC); empty while too little is known."""
    recent = sorted(at for at in times if now - WEEKS < at <= now)
    if len(recent) < _FEWEST or recent[-1] - recent[0] < _LEAST_SPAN:
        return []
    days = max((now - recent[0]) / timedelta(days=1), 1)
    usual = [0.0] * 24
    for at in recent:
        for aside, share in ((-1, 0.25), (0, 0.5), (1, 0.25)):
            usual[(at.hour + aside) % 24] += share * (1 - _ANY_HOUR) / days
    anytime = _ANY_HOUR * len(recent) / days / 24
    return [round(rate + anytime, 5) for rate in usual]


def wait(
    expected: Sequence[float], fresh_at: datetime | None, now: datetime, longest: timedelta
) -> timedelta:
    """How long until a look is worth it, by *expected* (of :func:`hours`) and the last article."""
    mood = _mood(expected, fresh_at, now)
    missing, at = 1 / _LOOKS, now
    while at - now < longest:
        rate = expected[at.hour] * mood
        hour_ends = at.replace(minute=0, second=0, microsecond=0) + HOUR
        if rate * ((hour_ends - at) / HOUR) >= missing:
            return min(at - now + HOUR * (missing / rate), longest)
        missing -= rate * ((hour_ends - at) / HOUR)
        at = hour_ends
    return longest


def jittered(length: timedelta, seed: object) -> timedelta:
    """*length* or a little less: what began together must not come together for ever.

    Never more: who asked for a look every ten minutes has one within ten minutes.
    """
    part = crc32(str(seed).encode()) / 2**32
    return length * (1 - JITTER * part)


def _mood(expected: Sequence[float], fresh_at: datetime | None, now: datetime) -> float:
    """Busier than usual right after an article, quieter when one is long overdue."""
    if fresh_at is None:
        return 1.0
    silence, distance = now - fresh_at, timedelta(days=1) / (sum(expected) or 1)
    if silence < min(_SOON, distance):
        return 2.0
    return min(1.0, 3 * distance / silence)
