"""What a look leaves with its source: what to ask with next time, how it is, when to come again.

::

    success ─→ validators, health, rhythm, move ─┐
    failure ─→ health alone, longer and longer ──┴─→ give_back: one UPDATE
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Min, Value, When

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Refused
from syndicate.sources import relocate, rhythm
from syndicate.sources.gone import edge
from syndicate.sources.look import Look
from syndicate.sources.models import Article, Push, Source
from syndicate.sources.readers.base import Conditions

# The most that failures, or a server that asks for patience, keep us from looking again.
LONGEST_WAIT = timedelta(days=1)
# Nobody is asked more often, whatever an editor sets.
SHORTEST = timedelta(minutes=1)
# Articles of which a hub told nothing, before it is trusted no more.
MISSED = 3
# A look comes so long before an article that settles may go.
_AHEAD = timedelta(seconds=30)


def success(look: Look, made: Sequence[Article], now: datetime) -> dict[str, Any]:
    """What to store of *source*, ``next_check`` among it, after a look that found *made*."""
    source = look.source
    values = _read(look, now) | _rhythm(source, made, now) | _moved(look, now)
    if look.barred:
        hint = f"robots.txt keeps {look.barred} pages from us; allow them, or choose its feed."
        values["hint"] = values["hint"] or hint
    values["at_least"] = _asked(look)
    for name, value in values.items():
        setattr(source, name, value)
    return values | {
        "rhythm": (usual := wait(source, now)),
        "next_check": _in_time(look, now + _jittered(source, usual), now),
    }


def failure(source: Source, error: BadInput, now: datetime) -> dict[str, Any]:
    """What to store, ``next_check`` among it; what was known of the source stays untouched."""
    gone = isinstance(error, Refused) and error.status == 410
    refused = isinstance(error, Refused) and error.status in {401, 403}
    hint = "Renew what lets us in: its password, token or key." if refused and source.sealed else ""
    return {
        "checked_at": now,
        "health": Source.Health.GONE if gone else Source.Health.FAILING,
        "failures": source.failures + 1,
        "error": error.message,
        "hint": hint or error.hint,
        "failing_since": source.failing_since or now,
        "next_check": now + _patience(source, error, now),
    }


def give_back(source: Source, values: Mapping[str, Any]) -> None:
    """Store *values*, and end the claim. If an editor asked for a look meanwhile, that stands."""
    own = When(next_check=source.next_check, then=Value(values["next_check"]))
    following = Case(own, default=F("next_check"))
    Source.objects.filter(pk=source.pk).update(**{**values, "next_check": following})


def wait(source: Source, now: datetime) -> timedelta:
    """How long until the next look: as its editor says, else as often as it publishes.

    What the source itself asks for is heeded, unless an editor knows better.
    """
    if source.interval:
        return max(source.interval, SHORTEST)
    usual, asked = site().sources, source.at_least or timedelta(0)
    length = timedelta(minutes=usual.interval_minutes)
    longest = max(timedelta(hours=usual.longest_hours), length)
    if _is_told(source, now):
        length = longest
    elif usual.adapt and source.hours:
        shortest = min(timedelta(minutes=usual.shortest_minutes), longest)
        length = max(rhythm.wait(source.hours, source.fresh_at, now, longest), shortest)
    return max(length, min(asked, LONGEST_WAIT))


def _is_told(source: Source, now: datetime) -> bool:
    """Whether a hub tells us of what is new, and has been found to do so."""
    push: Push | None = getattr(source, "push", None)
    return (
        push is not None
        and push.state == Push.State.VERIFIED
        and push.lease_until is not None
        and push.lease_until > now
        and push.missed < MISSED
    )


def _jittered(source: Source, length: timedelta) -> timedelta:
    """Perhaps a little sooner, but never sooner than anybody wished."""
    floor = SHORTEST if source.interval else source.at_least or timedelta(0)
    return max(rhythm.jittered(length, f"{source.pk}:{source.looks}"), min(floor, length))


def _patience(source: Source, error: BadInput, now: datetime) -> timedelta:
    """Twice as long after each failure, at least as long as the server asks, at most a day."""
    asked = (error.retry_after if isinstance(error, Refused) else None) or timedelta(0)
    often = max(timedelta(minutes=site().sources.interval_minutes), source.at_least or SHORTEST)
    # What is seldom looked at is tried again soon: its next article may be the one it waits for.
    doubled = min(wait(source, now), often) * (1 << min(source.failures, 10))
    spread = rhythm.jittered(doubled, f"{source.pk}:{source.looks}:{source.failures}")
    return min(max(spread, asked), LONGEST_WAIT)


def _read(look: Look, now: datetime) -> dict[str, Any]:
    source, reading = look.source, look.reading
    in_full = not (look.last.etag or look.last.last_modified)
    # What could not be read yet must be shown again, though nothing changes there.
    found = Conditions() if look.left else reading.conditions
    first = source.baseline_at is None
    return {
        "checked_at": now,
        "looks": source.looks + 1,
        "baseline_at": source.baseline_at or now,
        "reach": _reach(look, now) if first else source.reach,
        "full_look_at": now if in_full else source.full_look_at,
        "etag": _fitting(found.etag, 500),
        "last_modified": _fitting(found.last_modified, 100),
        "body_hash": found.body_hash,
        "site_url": source.site_url or reading.site_url,
        "health": Source.Health.OK,
        "failures": 0,
        "error": "",
        "hint": reading.remark,
        "failing_since": None,
    }


def _asked(look: Look) -> timedelta | None:
    """What the source asks for; “not modified” tells only what its head says, the rest holds."""
    said, before = look.reading.at_least, look.source.at_least
    if look.reading.not_modified and said and before:
        return max(said, before)
    return said or (before if look.reading.not_modified else None)


def _reach(look: Look, now: datetime) -> datetime | None:
    """How far back the first look could see: what is older and comes later was there before."""
    dates = look.decision.dates
    if look.reading.complete or not look.reading.entries:
        return None
    told = [at for at in dates if at]
    # Where only pages tell dates, many a page tells only the day.
    return edge(dates) or min(told, default=now - timedelta(days=1))


def _rhythm(source: Source, made: Sequence[Article], now: datetime) -> dict[str, Any]:
    """When it publishes, learnt anew whenever it has."""
    if not made:
        return {}
    recent = source.articles.filter(first_seen__gt=now - rhythm.WEEKS)
    began = source.baseline_at or now
    times = [
        at for published_at, seen in recent.values_list("published_at", "first_seen")
        if (at := published_at or (seen if seen > began else None)) and at <= now
    ]  # fmt: skip
    return {"hours": rhythm.hours(times, now), "fresh_at": max(times, default=source.fresh_at)}


def _moved(look: Look, now: datetime) -> dict[str, Any]:
    source, target = look.source, look.reading.moved_to
    same = look.reading.not_modified or bool(look.decision.shown)
    values = relocate.relocate(source, target, now, same=same)
    taken = ""
    if "url" in values:
        other = Source.objects.filter(url=target).first()
        taken = other.name if other else ""
        values = {"moved_seen": source.moved_seen} if taken else values
    said = relocate.told(source, target, values, taken=taken)
    return values | ({"hint": said} if said else {})


def _in_time(look: Look, at: datetime, now: datetime) -> datetime:
    """Not after an article has settled: it may have changed once more."""
    if not look.policy.settle:
        return at
    waiting = look.source.articles.filter(state=Article.State.NEW, available_at__gt=now)
    first = waiting.aggregate(first=Min("available_at"))["first"]
    return at if first is None else min(at, max(first - _AHEAD, now + SHORTEST))


def _fitting(validator: str, size: int) -> str:
    """Verbatim or not at all: a validator that was cut, or mended, is another one."""
    return validator if len(validator) <= size and validator.isprintable() else ""
