"""What becomes of a post that did not go, and of its account. Pure.

| what happened | post | account |
|---|---|---|
| credentials refused | queued, the try not counted | reconnect |
| too often, no credit | queued, the try not counted | paused, until then or until resumed |
| may have gone out | deferred: looked up before the next try | – |
| … and cannot be looked up | unknown (or tried again: social.on_unknown) | – |
| refused for good, or tried too often | failed | – |
| anything else | deferred, later each time | – |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.lib import retry
from syndicate.lib.config import Social
from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.social.models import Account


@dataclass(frozen=True)
class Pause:
    """How an account stops: until *until*, or until a person acts."""

    health: Account.Health
    until: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """The post's next state; *counts* says whether the try is spent."""

    status: Status
    due_at: datetime | None
    unsure: bool = False
    counts: bool = True
    pause: Pause | None = None


def outcome(error: NotSent, attempts: int, seed: str, now: datetime, policy: Social) -> Outcome:
    """Decide; *error.unknown* means that the post may stand there. *attempts* counts this one."""
    lane = _pause(error, now)
    if lane is not None:
        return Outcome(Status.QUEUED, now, error.unknown, counts=False, pause=lane)
    last = error.permanent or attempts >= policy.max_attempts
    if error.unknown and last and policy.on_unknown == "hold":
        return Outcome(Status.UNKNOWN, None, unsure=True)
    if attempts >= policy.max_attempts or (error.permanent and not error.unknown):
        return Outcome(Status.FAILED, None)
    wait = retry.wait(attempts, policy.retry_minutes, seed)
    due_at = now + max(wait, error.retry_after or wait)
    # Permanently unknown comes here with on_unknown = "resend": looking again would not help.
    return Outcome(Status.DEFERRED, due_at, unsure=error.unknown and not error.permanent)


def _pause(error: NotSent, now: datetime) -> Pause | None:
    if error.auth:
        return Pause(Account.Health.RECONNECT)
    if error.scope is not Scope.LANE:
        return None
    until = now + error.retry_after if error.retry_after and not error.permanent else None
    return Pause(Account.Health.PAUSED, until)
