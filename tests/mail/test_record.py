"""Outcomes in the ledger: many rows at once, and none that undoes a better one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syndicate.audience.models import Suppression
from syndicate.lib.status import Status
from syndicate.mail.claim import Claim
from syndicate.mail.models import Edition
from syndicate.mail.outcome import Outcome
from syndicate.mail.portion import portion
from syndicate.mail.record import bar, put_off, record
from syndicate.mail.replies import Kind
from tests.mail.editions import delivery, readers, sending, statuses

pytestmark = pytest.mark.django_db

S = Status


def accepted(seq: int, reply: str = "queued") -> Outcome:
    return Outcome(seq, 1, S.SENT, 250, reply)


def test_what_a_server_said_stands_in_the_ledger(now: datetime) -> None:
    edition = sending(*readers(2))
    record(edition.pk, [accepted(2, 'ok “7” \\ "x" %s')], now)
    done = delivery(edition, "r2@example.org")
    assert (done.status, done.attempts, done.code, done.reply) == (
        S.SENT,
        1,
        250,
        'ok “7” \\ "x" %s',
    )
    assert (done.done_at, done.due_at) == (now, None)
    assert delivery(edition, "r1@example.org").status == S.QUEUED


@pytest.mark.parametrize(
    ("reply", "kept"),
    [("nul \0 \x01 bell", "nul bell"), ("half \udcff", "half ?"), ("", ""), ("🙂 “ü”", "🙂 “ü”")],
)
def test_whatever_a_server_says_can_be_written(reply: str, kept: str, now: datetime) -> None:
    edition = sending("a@example.org")
    record(edition.pk, [accepted(1, reply)], now)
    assert delivery(edition, "a@example.org").reply == kept


def test_another_edition_is_left_alone(now: datetime) -> None:
    one, other = sending("a@example.org"), sending("b@example.org")
    record(one.pk, [accepted(1)], now)
    assert statuses(other) == {"b@example.org": "queued"}


def test_many_outcomes_are_one_statement(now: datetime) -> None:
    edition = sending(*readers(40))
    with CaptureQueriesContext(connection) as asked:
        record(edition.pk, [accepted(seq, f"queued as {seq}") for seq in range(1, 41)], now)
    assert len(asked) == 1
    assert set(edition.deliveries.values_list("reply", flat=True)) == {
        f"queued as {seq}" for seq in range(1, 41)
    }


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the words are SQLite's")
def test_recording_and_asking_never_read_the_whole_ledger(now: datetime) -> None:
    edition = sending(*readers(3))
    mine = Claim(1, edition.pk, 1, 3, "us", 1, now)
    with CaptureQueriesContext(connection) as asked:
        record(edition.pk, [accepted(1)], now)
        portion(mine, edition.newsletter.list, 0, 9)
    for query in list(asked):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql'].replace('%', '%%')}")
            steps = [step[3] for step in cursor.fetchall()]
        assert not [step for step in steps if step.startswith(("SCAN line", "SCAN mail_del"))]


def test_nothing_to_record_asks_nothing(now: datetime) -> None:
    edition = sending("a@example.org")
    with CaptureQueriesContext(connection) as asked:
        record(edition.pk, [], now)
        bar(edition.pk, [], now)
        put_off(edition.pk, {})
    assert not asked


@pytest.mark.parametrize(
    ("told", "replaced"),
    [
        (S.SENT, {S.QUEUED, S.DEFERRED, S.CANCELLED, S.UNKNOWN}),
        (S.FAILED, {S.QUEUED, S.DEFERRED, S.CANCELLED, S.UNKNOWN}),
        (S.UNKNOWN, {S.QUEUED, S.DEFERRED, S.CANCELLED}),
        (S.DEFERRED, {S.QUEUED, S.DEFERRED}),
    ],
)
def test_no_outcome_undoes_a_better_one(told: Status, replaced: set[Status], now: datetime) -> None:
    before = [S.QUEUED, S.DEFERRED, S.CANCELLED, S.UNKNOWN, S.SENT, S.SUPPRESSED, S.FAILED]
    edition = sending(*readers(len(before)))
    for seq, status in enumerate(before, 1):
        edition.deliveries.filter(seq=seq).update(status=status)
    record(edition.pk, [Outcome(seq, 7, told) for seq in range(1, len(before) + 1)], now)
    written = edition.deliveries.filter(attempts=7).values_list("seq", flat=True)
    assert {before[seq - 1] for seq in written} == replaced


def test_what_is_deferred_is_due_later_each_time(now: datetime) -> None:
    edition = sending(*readers(2))
    outcomes = [Outcome(seq, seq, S.DEFERRED, 450, "later", Kind.OTHER) for seq in (1, 2)]
    record(edition.pk, outcomes, now)
    first, second = edition.deliveries.order_by("seq")
    assert first.due_at is not None and second.due_at is not None
    assert now < first.due_at < second.due_at


def test_a_mailbox_that_is_gone_gets_no_more_mail(now: datetime) -> None:
    edition = sending("Gone@example.org", "full@example.org")
    gone = Outcome(1, 1, S.FAILED, 550, "no such user", Kind.GONE)
    record(edition.pk, [gone, Outcome(2, 1, S.FAILED, 552, "full", Kind.OTHER)], now)
    assert [row.address for row in Suppression.objects.all()] == ["gone@example.org"]


def test_who_is_barred_gets_nothing(now: datetime) -> None:
    edition: Edition = sending(*readers(3))
    record(edition.pk, [accepted(1)], now)
    bar(edition.pk, [1, 2], now)
    assert [*statuses(edition).values()] == ["sent", "suppressed", "queued"]


def test_what_is_put_off_waits_where_it_stands(now: datetime) -> None:
    edition = sending(*readers(3))
    record(edition.pk, [accepted(1)], now)
    put_off(edition.pk, {now + timedelta(hours=8): [1, 3]})
    due = list(edition.deliveries.order_by("seq").values_list("status", "due_at"))
    assert due == [("sent", None), ("queued", None), ("queued", now + timedelta(hours=8))]
