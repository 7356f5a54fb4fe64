"""From an answer to a line of the ledger: the whole policy, without a server or a database."""

from __future__ import annotations

import pytest

from syndicate.lib.errors import Scope
from syndicate.lib.status import Status
from syndicate.mail.outcome import BLOCKS, SILENCES, Outcome, Policy, Streak, refused, unknown
from syndicate.mail.replies import Kind
from syndicate.mail.transports.base import Refused

HOLD, RESEND = Policy(3, "hold"), Policy(8, "resend")


def no(kind: Kind, permanent: bool, unknown: bool = False) -> Refused:
    return Refused("No.", kind=kind, permanent=permanent, code=500, reply="no", unknown=unknown)


@pytest.mark.parametrize(
    ("error", "attempt", "status"),
    [
        (no(Kind.GONE, True), 1, Status.FAILED),
        (no(Kind.FULL, True), 1, Status.FAILED),
        (no(Kind.CONTENT, True), 1, Status.FAILED),
        (no(Kind.BLOCK, True), 1, Status.DEFERRED),
        (no(Kind.BLOCK, True), 3, Status.REJECTED),
        (no(Kind.LATER, False), 1, Status.DEFERRED),
        (no(Kind.LATER, False), 2, Status.DEFERRED),
        (no(Kind.LATER, False), 3, Status.FAILED),
        (no(Kind.LOST, False), 1, Status.DEFERRED),
        (no(Kind.LOST, False, unknown=True), 1, Status.UNKNOWN),
    ],
)
def test_a_refusal(error: Refused, attempt: int, status: Status) -> None:
    assert refused(7, attempt, error, HOLD).status is status


def test_a_mail_that_keeps_vanishing_is_parked_even_where_it_is_resent() -> None:
    ends = [unknown(7, attempt, RESEND, "?").status for attempt in (1, 2, 3, 4)]
    assert ends == [Status.DEFERRED, Status.DEFERRED, Status.UNKNOWN, Status.UNKNOWN]


SENT = Outcome(1, 1, Status.SENT, 250, "ok")
LOST = Outcome(1, 1, Status.UNKNOWN, None, "gone", Kind.LOST)
BLOCKED = Outcome(1, 1, Status.REJECTED, 554, "spam", Kind.BLOCK)
FULL = Outcome(1, 1, Status.FAILED, 552, "full", Kind.FULL)
HUNG_UP = Outcome(1, 1, Status.DEFERRED, 421, "4.3.2 shutting down", Kind.LATER)
TOO_OFTEN = Outcome(1, 1, Status.DEFERRED, 421, "4.7.28 unusual rate of mail", Kind.LATER)
FORM = Outcome(1, 1, Status.FAILED, 550, "lone CR", Kind.CONTENT)


HERE, THERE = "example.org", "example.net"


@pytest.mark.parametrize(
    ("outcomes", "ends"),
    [
        ([LOST] * SILENCES, True),
        ([LOST] * (SILENCES - 1) + [FULL] + [LOST] * (SILENCES - 1), False),
        ([LOST, HUNG_UP, HUNG_UP], True),
        ([TOO_OFTEN] * 9, False),
        ([BLOCKED] * BLOCKS, True),
        ([BLOCKED, FULL] * BLOCKS, True),
        ([FORM] * BLOCKS, True),
        ([BLOCKED] * (BLOCKS - 1) + [SENT] + [BLOCKED] * (BLOCKS - 1), False),
        ([FULL] * 50, False),
    ],
)
def test_failures_in_a_row_are_about_all_mail(outcomes: list[Outcome], ends: bool) -> None:
    streak, found = Streak(), []
    for n, outcome in enumerate(outcomes):
        if outcome is SENT:
            streak.went()
        else:
            found.append(streak.add(outcome, f"{n}.example.org"))
    errors = [error for error in found if error is not None]
    assert bool(errors) is ends
    assert all(error.scope is Scope.LANE and error.hint for error in errors)


def test_one_destination_that_blocks_us_is_about_that_one() -> None:
    streak = Streak()
    found = [streak.add(BLOCKED, domain) for domain in (HERE, THERE) * 20]
    assert found == [None] * 40
