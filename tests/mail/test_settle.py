"""A batch put down, and with the last one the edition; what both cost does not grow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syndicate.lib.status import Status
from syndicate.mail.again import resolve_unknown, retry
from syndicate.mail.editorial import cancel
from syndicate.mail.models import Batch, Edition
from syndicate.mail.outcome import Outcome
from syndicate.mail.record import late, record
from syndicate.mail.settle import finish, settle, summary
from syndicate.mail.tally import count, tally
from tests.mail.editions import readers, sending

pytestmark = pytest.mark.django_db

S = Status


def put(edition: Edition, *stand: Status, due: datetime | None = None) -> None:
    """The first Deliveries stand so; those deferred are due at *due*."""
    for seq, status in enumerate(stand, 1):
        moment = due if status is S.DEFERRED else None
        edition.deliveries.filter(seq=seq).update(status=status, due_at=moment)


def settled(edition: Edition, now: datetime, not_before: datetime | None = None) -> Batch:
    batch = edition.batches.order_by("first_seq")[0]
    batch.status, batch.owner, batch.lease_until = S.SENDING, "us", now
    batch.save()
    settle(batch, now, not_before)
    batch.refresh_from_db()
    assert (batch.owner, batch.lease_until, batch.horizon) == ("", None, 0)
    return batch


def test_when_all_have_their_last_word_it_is_sent(now: datetime) -> None:
    edition = sending(*readers(3))
    put(edition, S.SENT, S.FAILED, S.UNKNOWN)
    batch = settled(edition, now)
    finish(edition.pk, now)
    edition.refresh_from_db()
    assert (batch.status, edition.status, edition.finished_at) == (S.SENT, S.SENT, now)
    assert batch.counts == {"sent": 1, "failed": 1, "unknown": 1}


def test_what_is_left_is_due_at_once(now: datetime) -> None:
    edition = sending(*readers(3))
    put(edition, S.SENT, S.DEFERRED, due=now + timedelta(minutes=5))
    batch = settled(edition, now)
    assert (batch.status, batch.due_at) == (S.QUEUED, now)


def test_what_is_deferred_is_due_when_the_first_of_it_is(now: datetime) -> None:
    edition = sending(*readers(3))
    put(edition, S.SENT, S.DEFERRED, S.DEFERRED, due=now + timedelta(minutes=9))
    edition.deliveries.filter(seq=3).update(due_at=now + timedelta(minutes=5))
    assert settled(edition, now).due_at == now + timedelta(minutes=5)


def test_who_waits_for_the_morning_is_not_due_now(now: datetime) -> None:
    edition = sending(*readers(2))
    edition.deliveries.update(due_at=now + timedelta(hours=8))
    assert settled(edition, now).due_at == now + timedelta(hours=8)


@pytest.mark.parametrize(("pace", "due"), [(3, 3), (-3, 0)])
def test_the_pace_may_put_it_off(pace: int, due: int, now: datetime) -> None:
    edition = sending(*readers(2))
    batch = settled(edition, now, now + timedelta(minutes=pace))
    assert batch.due_at == now + timedelta(minutes=due)


def test_the_pace_does_not_keep_open_what_is_done(now: datetime) -> None:
    edition = sending("a@example.org")
    put(edition, S.SENT)
    assert settled(edition, now, now + timedelta(hours=1)).status == S.SENT


def test_an_edition_ends_with_its_last_batch(now: datetime) -> None:
    edition = sending(*readers(2), batch_size=1)
    put(edition, S.SENT, S.SENT)
    settled(edition, now)
    finish(edition.pk, now)
    edition.refresh_from_db()
    assert edition.status == S.SENDING and not Edition.objects.done()
    edition.batches.update(status=S.SENT)
    assert Edition.objects.get() in Edition.objects.done()
    finish(edition.pk, now)
    edition.refresh_from_db()
    assert edition.status == S.SENT


def test_settling_reads_nothing_of_other_batches(now: datetime) -> None:
    edition = sending(*readers(9), batch_size=3)
    with CaptureQueriesContext(connection) as asked:
        settled(edition, now)
    counting = [query["sql"] for query in asked if "mail_delivery" in query["sql"]]
    assert len(counting) == 1 and "BETWEEN 1 AND 3" in counting[0]


def rows(edition: Edition) -> dict[str, int]:
    return count(edition.pk, 1, edition.audience)


def test_the_tally_is_that_of_the_rows(now: datetime) -> None:
    edition = sending(*readers(10), batch_size=2)
    put(edition, S.SENT, S.UNKNOWN, S.FAILED)
    assert tally(edition.pk) == rows(edition)
    settled(edition, now)
    edition.batches.filter(first_seq=5).update(status=S.SENDING, counts={"queued": 2})
    edition.deliveries.filter(seq=5).update(status=S.SENT)
    assert tally(edition.pk) == rows(edition) == {"sent": 2, "unknown": 1, "failed": 1, "queued": 6}
    assert summary(edition.pk, 10) == "delivered 2/10, failed 1, queued 6, unknown 1"


def test_batches_at_rest_are_not_counted_again(now: datetime) -> None:
    edition = sending(*readers(4), batch_size=2)
    put(edition, S.SENT, S.SENT)
    settled(edition, now)
    edition.batches.filter(first_seq=3).update(counts={"queued": 2})
    with CaptureQueriesContext(connection) as asked:
        assert tally(edition.pk) == {"sent": 2, "queued": 2}
    assert len(asked) == 1


@pytest.mark.parametrize("act", ["retry", "resend", "leave", "cancel", "late"])
def test_whoever_changes_rows_at_rest_counts_them(act: str, now: datetime) -> None:
    edition = sending(*readers(4), batch_size=2)
    put(edition, S.FAILED, S.UNKNOWN)
    batch = settled(edition, now)
    edition.batches.filter(first_seq=3).update(counts={"queued": 2})
    match act:
        case "retry":
            retry(edition, [S.FAILED], now)
        case "resend" | "leave":
            resolve_unknown(edition, act == "resend", now)
        case "cancel":
            cancel(edition)
        case "late":
            late(batch, [Outcome(2, 1, S.SENT, 250, "ok")], now)
    assert tally(edition.pk) == rows(edition)


def test_a_worker_counts_when_it_puts_its_batch_down(now: datetime) -> None:
    edition = sending(*readers(2))
    record(edition.pk, [Outcome(1, 1, S.SENT, 250, "ok")], now)
    settled(edition, now)
    assert edition.batches.get().counts == {"sent": 1, "queued": 1} == tally(edition.pk)


def test_exceptions_are_found_by_an_index_of_their_own(now: datetime) -> None:
    edition = sending(*readers(4))
    put(edition, S.SENT, S.UNKNOWN, S.FAILED)
    found = edition.deliveries.exceptions().filter(status=S.UNKNOWN)
    assert [line.seq for line in edition.deliveries.exceptions().order_by("seq")] == [2, 3]
    assert "delivery_exceptions" in found.explain()
