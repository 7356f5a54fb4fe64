"""What became of one try, as a line for the ledger: pure, and small enough to be journalled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from syndicate.lib.errors import NotSent, Scope
from syndicate.lib.status import Status
from syndicate.mail.backoff import Reach, reach, verdict
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Accepted, Refused

# A mail whose fate stayed unknown this often is left to an editor even where the rule is to send
# it again: it may be what kills the connection.
RESENDS = 3
# No answer so many times in a row: something is wrong with the server, not with the mails.
SILENCES = 3
# So many destinations in a row that refuse because of us: going on would only make it worse.
BLOCKS = 3


class Outcome(NamedTuple):
    """One Delivery's try number *attempt*. *code* and *reply* are the server's."""

    seq: int
    attempt: int
    status: Status
    code: int | None = None
    reply: str = ""
    kind: str = ""  # a replies.Kind; empty when it went


@dataclass(frozen=True)
class Policy:
    """What the site wants: ``mail.max_attempts`` and ``mail.on_unknown``."""

    max_attempts: int
    on_unknown: str


def accepted(seq: int, attempt: int, answer: Accepted) -> Outcome:
    """The server took it."""
    return Outcome(seq, attempt, Status.SENT, answer.code, answer.reply)


def refused(seq: int, attempt: int, error: Refused, policy: Policy) -> Outcome:
    """The server said no, or nothing. Not for what holds for all mail (LANE)."""
    if error.unknown:
        return unknown(seq, attempt, policy, error.message)
    status = verdict(error.kind, error.permanent, attempt, policy.max_attempts)
    reply = error.reply or error.message
    if not error.permanent and status is Status.FAILED:
        reply = f"{reply} (given up after {attempt} tries)"
    return Outcome(seq, attempt, status, error.code, reply, error.kind)


def unusable(seq: int, attempt: int, reason: str) -> Outcome:
    """No server was asked: the address cannot be written to."""
    return Outcome(seq, attempt, Status.FAILED, None, reason, Kind.OTHER)


def unknown(seq: int, attempt: int, policy: Policy, reason: str) -> Outcome:
    """It may have gone: an editor decides, or it is sent again, a few times at most."""
    again = policy.on_unknown == "resend" and attempt < min(RESENDS, policy.max_attempts)
    status = Status.DEFERRED if again else Status.UNKNOWN
    return Outcome(seq, attempt, status, None, reason, Kind.LOST)


class Streak:
    """Watches for failures in a row, which no longer are about single mails or readers."""

    def __init__(self) -> None:
        self._silent = 0
        self._blocked: set[str] = set()  # destinations

    def add(self, outcome: Outcome, domain: str) -> NotSent | None:
        """Count one more that did not go; an error, for all mail, when it is one too many."""
        # With 421 a server speaks of itself, and hangs up (RFC 5321 §3.8).
        hung_up = outcome.code == 421 and reach(outcome.kind, outcome.reply) is Reach.MAIL
        self._silent = self._silent + 1 if hung_up or outcome.kind == Kind.LOST else 0
        if outcome.kind in (Kind.BLOCK, Kind.CONTENT):
            self._blocked.add(domain)
        if self._silent >= SILENCES:
            return _for_all(
                f"The mail server hung up or fell silent {SILENCES} times running. {outcome.reply}",
                "Its own log may tell why.",
            )
        if len(self._blocked) >= BLOCKS:
            return _for_all(
                f"{BLOCKS} destinations in a row refused mail because of us: {outcome.reply}",
                "Unless they name the mail's own form: check SPF, DKIM and DMARC of the sender's "
                "domain, and its reputation. What was refused can be tried again on the edition's "
                "page.",
            )
        return None

    def went(self) -> None:
        """A mail was taken."""
        self._silent = 0
        self._blocked.clear()


def _for_all(message: str, hint: str) -> NotSent:
    return NotSent(message, hint=hint, permanent=False, scope=Scope.LANE)
