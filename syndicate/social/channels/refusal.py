"""What a platform's answer means when it is not yes. Pure; the leaves add what is theirs alone.

| answer | means |
|---|---|
| 401 | our credentials: a person must renew them |
| 402 | no credit: the account stops until a person says otherwise |
| 408, 425, 429 | later; the account waits as long as the platform asks |
| 3xx | the address is wrong |
| other 4xx | this post will never do |
| 5xx, or 2xx that cannot be read | it may stand there: look before another try |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.http import retry_after

RECONNECT = "Connect the account again, with fresh credentials."
# When a platform says "too often" without saying until when.
PATIENCE = timedelta(minutes=15)
_SHOWN = 300
# How platforms say that nothing is left, and until when.
_ROOM = (
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
    ("x-user-limit-24hour-remaining", "x-user-limit-24hour-reset"),
    ("x-app-limit-24hour-remaining", "x-app-limit-24hour-reset"),
    ("RateLimit-Remaining", "RateLimit-Reset"),
    ("X-RateLimit-Remaining", "X-RateLimit-Reset-After"),
    ("X-RateLimit-Remaining", "X-RateLimit-Reset"),
)
# Seconds; what is smaller counts from now.
_SMALL = 1_000_000_000
# No window of any platform is longer; a reset beyond it is a slip of the server's.
_FARTHEST = timedelta(days=2)


def refusal(who: str, answer: requests.Response, said: str, now: datetime) -> NotSent:
    """The error for *answer* (not 2xx) of *who*; *said* is the platform's own reason, if any."""
    status = answer.status_code
    reason = f": {said[:_SHOWN]}" if said else ""
    if status == 401:
        return NotSent(
            f"{who} refuses our credentials (401){reason}.",
            permanent=True, auth=True, scope=Scope.LANE, hint=RECONNECT,
        )  # fmt: skip
    if status == 402:
        return NotSent(
            f"{who} wants to be paid first (402){reason}.",
            permanent=True, scope=Scope.LANE, hint="Buy credit there, then resume the account.",
        )  # fmt: skip
    if status in {408, 425, 429}:
        return NotSent(
            f"{who} asks us to wait ({status}){reason}.",
            permanent=False, scope=Scope.LANE, retry_after=_wait(answer, now),
            hint="It goes on by itself.",
        )  # fmt: skip
    if status >= 500:
        return unreadable(who, f"has trouble of its own ({status}){reason}")
    if status < 400:
        return NotSent(
            f"{who} sends us elsewhere ({status}).",
            permanent=True, auth=True, scope=Scope.LANE, hint="Put its right address in.",
        )  # fmt: skip
    return NotSent(f"{who} refuses the post ({status}){reason}.", permanent=True)


def unreadable(who: str, what: str) -> NotSent:
    """The error for an answer that leaves open whether the post stands there."""
    return NotSent(
        f"{who} {what}.",
        permanent=False,
        unknown=True,
        hint="Whether the post is there is looked up before another try.",
    )


def shut(who: str, why: str, hint: str) -> NotSent:
    """The error for a place that takes no post of ours, whatever it says: a person must see to it.

    The account pauses, its posts wait. For credentials that are refused there is :func:`refusal`.
    """
    return NotSent(f"{who} {why}.", permanent=True, scope=Scope.LANE, hint=hint)


@contextmanager
def one_post() -> Iterator[None]:
    """For what is done to a post that stands: its place may be shut while new ones go elsewhere."""
    try:
        yield
    except NotSent as error:
        if error.permanent and not error.auth:
            error.scope = Scope.ITEM
        raise


def read(who: str, answer: requests.Response) -> dict[str, Any]:
    """The JSON object of a good answer. Raises NotSent (unknown) where there is none."""
    try:
        found = answer.json()
    except requests.JSONDecodeError as error:
        raise unreadable(who, "answered what cannot be read") from error
    if not isinstance(found, dict):
        raise unreadable(who, "answered something unexpected")
    return found


def words(answer: requests.Response, *names: str) -> str:
    """The platform's own reason: the first of *names* that its JSON answer has, on one line."""
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        return ""
    values = [found.get(name) for name in names] if isinstance(found, dict) else []
    return " ".join(str(next((value for value in values if value), "")).split()).rstrip(".")


def _wait(answer: requests.Response, now: datetime) -> timedelta:
    """Retry-After, else one of the platforms' own headers: an epoch or an ISO moment."""
    asked = retry_after(answer.headers, now)
    for name in ("x-rate-limit-reset", "RateLimit-Reset", "X-RateLimit-Reset"):
        if asked is None and (until := answer.headers.get(name)):
            moment = _moment(until, now)
            asked = moment - now if moment else None
    return PATIENCE if asked is None else max(asked, timedelta(seconds=1))


def room(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when nothing more may be asked, where *headers* of a good answer say that it is so."""
    told = [
        _moment(headers[until], now)
        for left, until in _ROOM
        if headers.get(left, "").strip() == "0" and headers.get(until)
    ]
    return max((one for one in told if one and now < one < now + _FARTHEST), default=None)


def _moment(text: str, now: datetime) -> datetime | None:
    """An epoch, seconds from now (Discord's "1.5"; no epoch is that small), or an ISO moment."""
    try:
        if text.replace(".", "", 1).isdecimal():
            seconds = float(text)
            small = seconds < _SMALL
            return (
                now + timedelta(seconds=seconds) if small else datetime.fromtimestamp(seconds, UTC)
            )
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
