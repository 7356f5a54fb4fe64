"""Who waits for whom: a worker for no edition; an editor for a batch that is being put down."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from syndicate.audience.models import Subscription
from syndicate.lib import clock
from syndicate.lib.database import take_time
from syndicate.lib.status import Status
from syndicate.mail import ledger as module
from syndicate.mail.again import resolve_unknown, retry
from syndicate.mail.editorial import cancel
from syndicate.mail.ledger import Ledger
from syndicate.mail.load import Item
from syndicate.mail.models import Batch, Edition
from syndicate.mail.outcome import Outcome
from syndicate.mail.pace import pacer
from syndicate.mail.settle import finish, settle
from syndicate.mail.tally import count, tally
from tests.installation import until
from tests.mail.editions import readers, sending

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="it locks no rows"),
]
# Seconds: more than any statement here takes, on a busy machine.
LONG = 20

# What a worker does as it puts a batch down, whose last reader failed.
PUTS_DOWN = """
UPDATE mail_batch SET status = 'sent', owner = '', counts = '{"sent": 1, "failed": 1}'
"""
# And what an editor does who puts some of an edition back in line.
PUTS_BACK = (
    "SELECT 1 FROM mail_edition FOR UPDATE",
    "UPDATE mail_batch SET status = 'queued', due_at = now()",
)


def after(statements: tuple[str, ...], act: Callable[[], object]) -> None:
    """*act* waits for another session that has said these, and goes on when that commits."""
    other = connection.copy()
    try:
        say(other, "BEGIN", *statements)
        with ThreadPoolExecutor(1) as thread:
            doing = thread.submit(in_a_thread, act)
            until(lambda: waits() or doing.done(), LONG, "it to wait")
            early = doing.done()
            say(other, "COMMIT")
            doing.result(LONG)
        assert not early, "it waited for nobody"
    finally:
        other.close()


def say(session: BaseDatabaseWrapper, *statements: str) -> None:
    with session.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def in_a_thread(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connection.close()


def waits() -> bool:
    """Whether anybody waits for a lock; within a transaction, too, whether somebody does by now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def in_hand(last: Status) -> Edition:
    """Two readers in a worker's only batch: one has it, the other stands at *last*."""
    edition = sending(*readers(2))
    edition.deliveries.filter(seq=1).update(status=Status.SENT)
    edition.deliveries.filter(seq=2).update(status=last)
    edition.batches.update(status=Status.SENDING, owner="us")
    return edition


def test_a_batch_is_put_down_whoever_has_the_edition(now: datetime) -> None:
    """Twenty workers that waited for one another here had all their leases run out."""
    batch = in_hand(Status.FAILED).batches.get()
    other = connection.copy()
    try:
        say(other, "BEGIN", "SELECT 1 FROM mail_edition FOR UPDATE")
        with transaction.atomic():
            say(connection, "SET LOCAL lock_timeout = '2s'")
            settle(batch, now)
    finally:
        other.close()
    assert Batch.objects.get().status == Status.SENT


@pytest.mark.parametrize(
    ("last", "act", "becomes"),
    [
        (Status.FAILED, lambda edition, now: retry(edition, [Status.FAILED], now), Status.QUEUED),
        (Status.UNKNOWN, lambda edition, now: resolve_unknown(edition, True, now), Status.QUEUED),
        (Status.UNKNOWN, lambda edition, now: resolve_unknown(edition, False, now), Status.SENT),
        (Status.QUEUED, lambda edition, now: cancel(edition), Status.CANCELLED),
    ],
    ids=["retry", "resend", "taken for sent", "cancel"],
)
def test_an_editor_waits_for_a_batch_that_is_being_put_down(
    last: Status, act: Callable[[Edition, datetime], object], becomes: Status, now: datetime
) -> None:
    """Else readers would be queued in a batch that nobody takes any more, and counts be wrong."""
    edition = in_hand(last)
    after((PUTS_DOWN,), lambda: act(edition, now))
    batch = edition.batches.get()
    assert edition.deliveries.get(seq=2).status == becomes
    assert batch.status == (Status.QUEUED if becomes is Status.QUEUED else Status.SENT)
    assert tally(edition.pk) == count(edition.pk, 1, 2)


def test_an_edition_does_not_end_while_some_of_it_is_put_back(now: datetime) -> None:
    edition = in_hand(Status.FAILED)
    edition.batches.update(status=Status.SENT, owner="")
    after(PUTS_BACK, lambda: finish(edition.pk, now))
    edition.refresh_from_db()
    assert edition.status == Status.SENDING


def a_round(ledger: Ledger, batch: int, between: Callable[[], object] = int) -> list[Item]:
    """One round of a worker; *between*: what happens after it has noted what came back."""
    with transaction.atomic():
        ledger.note(clock.now(), all_of_it=False)
        ledger.put_down(clock.now())
        between()
        items = ledger.next(batch, 10, clock.now())
    ledger.committed()
    return items


def test_a_worker_with_two_batches_and_an_editor_go_on(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection still holds a mail of the first batch; its reader leaves as the second's answer
    is noted, and an editor asks for both."""
    monkeypatch.setattr(module, "ASK_AGAIN", 0.0)
    edition = sending(*readers(6), batch_size=2)
    edition.deliveries.filter(seq=5).update(status=Status.FAILED)
    edition.batches.filter(first_seq=5).update(status=Status.SENT)
    batch = edition.batches.order_by("pk")[0].pk
    ledger = Ledger(edition, pacer("directory", now))
    held = a_round(ledger, batch)
    for item in held:
        item.load.out[item.seq] = item
    (third, _) = a_round(ledger, batch)
    third.load.told.append((third, Outcome(third.seq, 1, Status.SENT, 250, "OK")))
    Subscription.objects.filter(subscriber__email="r1@example.org").update(status="unsubscribed")
    with ThreadPoolExecutor(1) as thread:
        editor: list[Future[None]] = []

        def asks() -> None:
            act = partial(retry, edition, [Status.FAILED], now)
            editor.append(thread.submit(in_a_thread, act))
            until(waits, LONG, "the editor to wait")

        a_round(ledger, batch, asks)
        editor[0].result(LONG)
    ledger.close()
    assert edition.deliveries.get(seq=1).status == Status.SUPPRESSED
    assert edition.deliveries.get(seq=5).status == Status.QUEUED


def test_who_is_frozen_in_a_transaction_is_forgotten_but_not_who_rehearses(db: None) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
        take_time()
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("0",)
