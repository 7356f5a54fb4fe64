"""What refusals make of a Delivery, and of everybody else at that destination."""

from __future__ import annotations

import pytest

from syndicate.lib.status import Status
from syndicate.mail.backoff import Reach, reach, verdict
from syndicate.mail.outcome import Outcome
from syndicate.mail.replies import Kind
from syndicate.mail.watch import Advice, Watch

GONE = Outcome(1, 1, Status.FAILED, 550, "5.1.1 User unknown", Kind.GONE)
SENT = Outcome(2, 1, Status.SENT, 250, "OK")


@pytest.mark.parametrize(
    ("kind", "permanent", "attempt", "status"),
    [
        (Kind.GONE, True, 1, Status.FAILED),
        (Kind.LATER, False, 7, Status.DEFERRED),
        (Kind.LATER, False, 8, Status.FAILED),
        (Kind.BLOCK, True, 1, Status.DEFERRED),
        (Kind.BLOCK, True, 8, Status.REJECTED),
        (Kind.BLOCK, False, 8, Status.REJECTED),
    ],
)
def test_a_block_is_tried_again(kind: Kind, permanent: bool, attempt: int, status: Status) -> None:
    assert verdict(kind, permanent, attempt, max_attempts=8) is status


@pytest.mark.parametrize(
    ("kind", "reply", "of"),
    [
        (Kind.BLOCK, "5.7.1 Your address is listed", Reach.DOMAIN),
        (Kind.LATER, "4.7.28 Our system has detected an unusual rate of mail", Reach.DOMAIN),
        (Kind.LATER, "4.7.1 Too many messages from your network", Reach.DOMAIN),
        (Kind.LATER, "4.5.3 Message rate limit reached, slow down", Reach.DOMAIN),
        (Kind.LATER, "4.3.2 Try again", Reach.MAIL),
        (Kind.LATER, "4.7.0 Temporary policy failure", Reach.DOUBT),
        (Kind.LATER, "4.7.1 Greylisted, too many new senders", Reach.MAIL),
        (Kind.LATER, "4.3.0 Temporary lookup failure", Reach.MAIL),
        (Kind.FULL, "4.2.2 Mailbox full, too many messages", Reach.MAIL),
        (Kind.GONE, "5.1.1 User unknown", Reach.MAIL),
    ],
)
def test_of_whom_a_reply_speaks(kind: Kind, reply: str, of: Reach) -> None:
    assert reach(kind, reply) is of


def told(watch: Watch, outcome: Outcome, *, trial: bool = False) -> Advice:
    return watch.see("example.org", outcome, trial=trial)


def test_a_few_who_are_gone_among_many_are_gone() -> None:
    watch = Watch(max_attempts=8)
    for _ in range(30):
        assert told(watch, GONE) == (GONE, None, False)
        for _ in range(9):
            told(watch, SENT)


def test_too_many_who_are_gone_are_not_believed() -> None:
    watch = Watch(max_attempts=8)
    advice = [told(watch, GONE) for _ in range(12)]
    assert [one.pause is not None for one in advice] == [False] * 9 + [True] * 3
    assert advice[-1].outcome.status is Status.DEFERRED
    assert advice[-1].outcome.kind == Kind.LATER
    assert "example.org" in str(advice[-1].pause)


def test_an_outage_is_seen_also_after_many_mails_that_went() -> None:
    watch = Watch(max_attempts=8)
    told(watch, GONE)
    for _ in range(5000):
        told(watch, SENT)
    assert any(told(watch, GONE).pause for _ in range(60))


def test_the_last_try_has_the_last_word() -> None:
    watch = Watch(max_attempts=8)
    last = GONE._replace(attempt=8)
    assert all(told(watch, last, trial=True) == (last, None, False) for _ in range(20))


def test_on_trial_one_answer_is_enough() -> None:
    watch = Watch(max_attempts=8)
    doubt = Outcome(1, 1, Status.DEFERRED, 451, "4.7.0 Try again", Kind.LATER)
    assert told(watch, doubt).pause is None
    assert told(watch, doubt, trial=True).pause
    assert told(watch, GONE, trial=True).outcome.status is Status.DEFERRED
    assert told(watch, SENT, trial=True).mended
    assert not told(watch, SENT).mended


def test_vague_replies_to_most_are_about_everybody() -> None:
    doubt = Outcome(1, 1, Status.DEFERRED, 451, "4.7.0 Policy", Kind.LATER)
    watch = Watch(8)
    assert [bool(told(watch, doubt).pause) for _ in range(10)] == [False] * 9 + [True]


def test_a_receiver_that_puts_off_every_third_stays_open() -> None:
    doubt = Outcome(1, 1, Status.DEFERRED, 454, "4.7.0 Try again", Kind.LATER)
    watch = Watch(8)
    told(watch, doubt)
    answers = [told(watch, outcome) for _ in range(500) for outcome in (SENT, SENT, doubt)]
    assert not any(answer.pause for answer in answers)
