"""Mails that ask the pace, in words: ``mails("a.example", 3)``, ``seqs(pacer.admit(…))``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.lib.status import Status
from syndicate.mail.outcome import Outcome
from syndicate.mail.pace import Pacer
from syndicate.mail.replies import Kind


@dataclass(frozen=True)
class Mail:
    """What the pace sees of one."""

    seq: int
    domain: str = "example.org"
    attempt: int = 1


def mails(domain: str, many: int, first: int = 1) -> list[Mail]:
    """Mails *first*, *first* + 1 … to readers there."""
    return [Mail(seq, domain) for seq in range(first, first + many)]


def seqs(items: Iterable[Mail]) -> list[int]:
    return [item.seq for item in items]


def after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def carry(pacer: Pacer, items: Sequence[Mail], now: datetime) -> list[int]:
    """Hand over what may go of *items*, all of it taken; the seqs."""
    going = list(pacer.admit(items, now))
    for item in going:
        pacer.begin(item)
        pacer.learn(item, sent(item), now)
    return seqs(going)


def sent(item: Mail) -> Outcome:
    return Outcome(item.seq, item.attempt, Status.SENT, 250, "OK")


def blocked(item: Mail) -> Outcome:
    return Outcome(item.seq, item.attempt, Status.DEFERRED, 550, "5.7.1 Blocked", Kind.BLOCK)


def gone(item: Mail) -> Outcome:
    return Outcome(item.seq, item.attempt, Status.FAILED, 550, "5.1.1 Unknown", Kind.GONE)
