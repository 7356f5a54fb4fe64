"""What the answers of one run say of each destination: go on, wait with all of it, or believe none.

    outcome ─ see ─→ Advice(outcome as it is to be recorded, pause, mended)

A receiver's mail server that is ill may call everybody unknown; a sender that believed it would
give up its readers there. So an implausible share of such answers closes the destination instead
(the brake), and whoever is still called unknown at the last try, a day later, is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.mail.backoff import Reach, reach
from syndicate.mail.outcome import Outcome
from syndicate.mail.replies import Kind

# More than this share of the answers, and at least so many of them.
SHARE, LEAST = 0.2, 10
# Only the latest answers count: at so many, all counts are halved.
LATEST = 200
# Vague refusals are about everybody where they are more than this share; a receiver that puts off
# every third is not closed to us.
HALF = 0.5

_BLOCK_HINT = (
    "Check SPF, DKIM and DMARC of the sender's domain, and its reputation there. Nobody is given"
    " up: it is tried again by itself."
)
_RATE_HINT = "It goes on by itself. If this comes often, set a limit below [pace.domains]."
_BRAKE_HINT = (
    "Its mail server may be ill: these readers stay, and are tried again by themselves. The first"
    " few have been suppressed: look at them on the page of subscribers."
)


class Advice(NamedTuple):
    """*pause*: why its destination should be closed; *mended*: it takes mail again."""

    outcome: Outcome
    pause: NotSent | None = None
    mended: bool = False


@dataclass
class _Seen:
    """The latest answers of one destination."""

    answers: int = 0
    gone: int = 0
    doubts: int = 0


class Watch:
    """One run's. *max_attempts*: how often one mail is tried."""

    def __init__(self, max_attempts: int) -> None:
        self._max = max_attempts
        self._seen: dict[str, _Seen] = {}

    @property
    def listens(self) -> bool:
        """Whether it is of use to hear what was sent as well."""
        return bool(self._seen)

    def see(self, domain: str, outcome: Outcome, *, trial: bool) -> Advice:
        """One more answer from *domain*; *trial*: it was paused, and nothing has gone since."""
        if outcome.status is Status.SENT:
            return self._sent(domain, outcome, trial)
        if outcome.kind == Kind.GONE and outcome.status is Status.FAILED:
            return self._gone(domain, outcome, trial)
        of = reach(outcome.kind, outcome.reply)
        if of is Reach.DOMAIN or (of is Reach.DOUBT and (trial or self._is_often(domain))):
            hint = _BLOCK_HINT if outcome.kind == Kind.BLOCK else _RATE_HINT
            return Advice(outcome, _error(f"{domain} refuses our mail: {_said(outcome)}", hint))
        return Advice(outcome)

    def _sent(self, domain: str, outcome: Outcome, trial: bool) -> Advice:
        if self._seen:
            self._count(domain)
        return Advice(outcome, mended=trial)

    def _gone(self, domain: str, outcome: Outcome, trial: bool) -> Advice:
        seen = self._count(domain)
        seen.gone += 1
        many = seen.gone >= LEAST and seen.gone > SHARE * seen.answers
        # A server that calls people unknown to whom it blocks is heard of as well: on trial, one
        # such answer is enough. The last try has the last word.
        if not (many or trial) or outcome.attempt >= self._max:
            return Advice(outcome)
        message = f"{domain} says of too many readers that they do not exist: {_said(outcome)}"
        kept = outcome._replace(status=Status.DEFERRED, kind=Kind.LATER)
        return Advice(kept, _error(message, _BRAKE_HINT))

    def _count(self, domain: str) -> _Seen:
        seen = self._seen.setdefault(domain, _Seen())
        seen.answers += 1
        if seen.answers >= LATEST:
            seen.answers, seen.gone = seen.answers // 2, seen.gone // 2
            seen.doubts //= 2
        return seen

    def _is_often(self, domain: str) -> bool:
        seen = self._count(domain)
        seen.doubts += 1
        return seen.doubts >= LEAST and seen.doubts > HALF * seen.answers


def _said(outcome: Outcome) -> str:
    return f"{outcome.code or ''} {outcome.reply}".strip()


def _error(message: str, hint: str) -> NotSent:
    return NotSent(message, hint=hint, permanent=False, scope=Scope.LANE)
