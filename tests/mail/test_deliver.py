"""A batch against a real SMTP server: what the server has, and what the ledger says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from syndicate.audience.models import Subscription, Suppression
from syndicate.lib import stop
from syndicate.lib.config import Config
from syndicate.lib.status import Status
from syndicate.mail import journal, pause, press
from syndicate.mail.deliver import deliver_batch
from syndicate.mail.editorial import cancel
from syndicate.mail.models import Batch, Delivery, Edition, Pause
from tests.fakes.inbox import Inbox
from tests.mail.editions import delivery, readers, sending, statuses
from tests.mail.test_dkim import ONE, pem, rsa_key, verified

pytestmark = pytest.mark.django_db

A, B, C = "a@example.org", "b@example.org", "c@example.org"
Configure = Callable[..., Config]


@pytest.fixture
def inbox(configure: Configure) -> Iterator[Inbox]:
    """The site's mail server."""
    with Inbox() as running:
        configure(
            mail={"transport": "smtp", "retry_minutes": [1, 5]},
            smtp={
                "host": "127.0.0.1",
                "port": running.port,
                "security": "none",
                "connections": 2,
                "timeout_seconds": 5,
            },
        )
        yield running
    assert not list(journal.folder().glob("*")), "a journal was left behind"


def deliver(edition: Edition, now: datetime) -> None:
    """All its batches that are due."""
    for pk in list(Batch.objects.due(now).filter(edition=edition).values_list("pk", flat=True)):
        deliver_batch(pk, now)
    edition.refresh_from_db()
    assert edition.deliveries.count() == edition.audience


def test_each_reader_gets_one_mail(inbox: Inbox, now: datetime) -> None:
    edition = sending(*readers(30), batch_size=7)
    deliver(edition, now)
    assert sorted(inbox.recipients) == sorted(readers(30))
    assert set(statuses(edition).values()) == {Status.SENT}
    assert (edition.status, edition.finished_at is not None) == (Status.SENT, True)
    one = delivery(edition, "r9@example.org")
    assert (one.code, one.reply, one.attempts) == (250, "2.0.0 Ok: queued", 1)
    mail = inbox.to("r9@example.org")[0]
    assert mail.sender == "news@harbour.example.org" and mail.text == "Dear "


def test_asked_again_nothing_is_sent_again(inbox: Inbox, now: datetime) -> None:
    edition = sending(A)
    for _ in range(3):
        for batch in Batch.objects.all():
            deliver_batch(batch.pk, now)
    assert inbox.recipients == [A] and statuses(edition) == {A: Status.SENT}


def test_a_refusal_is_final_and_stops_nobody_else(inbox: Inbox, now: datetime) -> None:
    inbox.refuse(B, 552, "5.2.2 Mailbox full")
    edition = sending(A, B, C)
    deliver(edition, now)
    assert statuses(edition) == {A: Status.SENT, B: Status.FAILED, C: Status.SENT}
    failed = delivery(edition, B)
    assert (failed.code, failed.reply) == (552, "5.2.2 Mailbox full")
    assert edition.status == Status.SENT and not Suppression.objects.exists()


def test_a_mailbox_that_does_not_exist_is_never_written_to_again(
    inbox: Inbox, now: datetime
) -> None:
    inbox.refuse(B, 550, "5.1.1 User unknown")
    deliver(sending(A, B), now)
    ban = Suppression.objects.get()
    assert (ban.address, ban.reason, ban.detail) == (B, "bounced", "550 5.1.1 User unknown")


def test_a_block_is_our_fault_not_the_readers(inbox: Inbox, now: datetime) -> None:
    inbox.refuse(B, 550, "5.7.1 Blocked by policy")
    edition = sending(A, B)
    deliver(edition, now)
    assert statuses(edition) == {A: Status.SENT, B: Status.DEFERRED}
    assert not Suppression.objects.exists()


def test_a_temporary_refusal_waits_longer_each_time(inbox: Inbox, now: datetime) -> None:
    inbox.defer(B, times=2)
    edition = sending(A, B)
    deliver(edition, now)
    assert statuses(edition) == {A: Status.SENT, B: Status.DEFERRED}
    assert edition.status == Status.SENDING
    deliver(edition, now + timedelta(seconds=30))
    assert delivery(edition, B).attempts == 1
    deliver(edition, now + timedelta(minutes=2))
    assert delivery(edition, B).attempts == 2
    deliver(edition, now + timedelta(minutes=4))
    assert delivery(edition, B).attempts == 2
    deliver(edition, now + timedelta(minutes=10))
    assert inbox.recipients == [A, B] and edition.status == Status.SENT
    assert delivery(edition, B).attempts == 3


def test_after_so_many_tries_it_has_failed(
    inbox: Inbox, now: datetime, configure: Configure
) -> None:
    configure(mail={"max_attempts": 2})
    inbox.defer(A, text="4.7.1 Not now")
    edition = sending(A)
    deliver(edition, now)
    deliver(edition, now + timedelta(minutes=2))
    last = delivery(edition, A)
    assert last.status == Status.FAILED and edition.status == Status.SENT
    assert last.reply == "4.7.1 Not now (given up after 2 tries)"


def test_a_wrong_password_pauses_the_transport_and_loses_nothing(
    inbox: Inbox, now: datetime, configure: Configure
) -> None:
    inbox.require_login("ada", "secret")
    configure(smtp={"username": "ada", "password": "wrong"})
    edition = sending(*readers(5), batch_size=2)
    deliver(edition, now)
    closed = Pause.objects.get()
    assert "refused the login: 535" in closed.error and "smtp.password, then start" in closed.hint
    assert closed.failures == 1 and closed.until > now
    assert set(edition.deliveries.values_list("status", "attempts")) == {(Status.QUEUED, 0)}
    assert not Batch.objects.due(now).exists()
    configure(smtp={"password": "secret"})
    deliver(edition, closed.until)
    assert sorted(inbox.recipients) == readers(5)
    assert not Pause.objects.exists()


def test_a_server_that_is_away_is_asked_less_and_less(
    inbox: Inbox, now: datetime, configure: Configure
) -> None:
    inbox.answer("connect", 421, "4.3.2 Down for repair")
    edition = sending(A)
    deliver(edition, now)
    first = Pause.objects.get()
    deliver(edition, first.until)
    second = Pause.objects.get()
    assert second.failures == 2 and second.until - first.until >= timedelta(minutes=5)
    assert (second.since, delivery(edition, A).attempts) == (first.since, 0)
    inbox.heal()
    pause.resume(second.until - timedelta(minutes=4))
    deliver(edition, second.until - timedelta(minutes=3))
    assert inbox.recipients == [A]


def test_silence_after_the_dot_is_unknown_and_held(inbox: Inbox, now: datetime) -> None:
    inbox.drop_at("dot")
    edition = sending(A, B, C)
    deliver(edition, now)
    assert sorted(inbox.recipients) == [A, B, C]
    assert sorted(statuses(edition).values()) == [Status.SENT, Status.SENT, Status.UNKNOWN]
    assert edition.status == Status.SENT


def test_silence_after_the_dot_is_sent_again_if_wanted(
    inbox: Inbox, now: datetime, configure: Configure
) -> None:
    configure(mail={"on_unknown": "resend"})
    inbox.drop_at("dot")
    edition = sending(A)
    deliver(edition, now)
    deliver(edition, now + timedelta(minutes=2))
    assert statuses(edition) == {A: Status.SENT}
    first, second = inbox.messages
    assert first.raw == second.raw


def test_a_server_that_always_falls_silent_makes_few_unknown(inbox: Inbox, now: datetime) -> None:
    inbox.drop_at("dot", times=None)
    edition = sending(*readers(20))
    deliver(edition, now)
    counts = list(statuses(edition).values())
    assert counts.count(Status.UNKNOWN) <= 4 and counts.count(Status.QUEUED) >= 16
    assert "silent 3 times running" in Pause.objects.get().error


def test_a_server_that_blocks_us_is_left_alone(inbox: Inbox, now: datetime) -> None:
    inbox.answer("dot", 554, "5.7.1 Looks like spam")
    edition = sending(*(f"reader@{n}.example.org" for n in range(20)))
    deliver(edition, now)
    counts = list(statuses(edition).values())
    assert counts.count(Status.DEFERRED) <= 6 and counts.count(Status.QUEUED) >= 14
    assert "SPF" in Pause.objects.get(lane="transport smtp").hint


def test_who_left_since_gets_nothing(inbox: Inbox, now: datetime) -> None:
    edition = sending(A, B, C, *readers(2))
    Subscription.objects.filter(subscriber__email=A).update(status="unsubscribed")
    Suppression.objects.create(address=B, reason="manual", created_at=now)
    edition.deliveries.filter(subscriber__email=C).update(subscriber=None)
    deliver(edition, now)
    assert sorted(inbox.recipients) == readers(2)
    assert edition.deliveries.filter(status=Status.SUPPRESSED).count() == 3
    assert edition.status == Status.SENT


def test_an_address_that_cannot_be_written_to_fails_alone(inbox: Inbox, now: datetime) -> None:
    edition = sending("usеr@example.org", "us er@example.org", A)
    deliver(edition, now)
    assert inbox.recipients == [A]
    assert "SMTPUTF8" in delivery(edition, "usеr@example.org").reply
    assert "No mail can be sent" in delivery(edition, "us er@example.org").reply


def test_a_stop_leaves_the_rest_queued(inbox: Inbox, now: datetime) -> None:
    edition = sending(*readers(3))
    stop.request()
    try:
        deliver(edition, now)
    finally:
        stop.clear()
    assert inbox.messages == [] and set(statuses(edition).values()) == {Status.QUEUED}
    deliver(edition, now + timedelta(seconds=5))
    assert sorted(inbox.recipients) == readers(3)


def test_a_cancelled_edition_is_not_sent(inbox: Inbox, now: datetime) -> None:
    edition = sending(A, B)
    cancel(edition)
    deliver(edition, now)
    assert inbox.messages == [] and set(statuses(edition).values()) == {Status.CANCELLED}


def test_the_directory_transport(now: datetime, configure: Configure, tmp_path: object) -> None:
    configure(mail={"transport": "directory"}, directory={"path": str(tmp_path)})
    edition = sending(A, B)
    deliver(edition, now)
    assert set(statuses(edition).values()) == {Status.SENT}
    assert Delivery.objects.filter(reply__startswith="written to").count() == 2


@pytest.mark.parametrize("here", [0, 50, 200])
def test_where_we_sign_each_mail_bears_its_own_signature(
    inbox: Inbox, now: datetime, configure: Configure, monkeypatch: pytest.MonkeyPatch, here: int
) -> None:
    """By the run itself, by processes of its own, or the first *here* so and the others thus."""
    monkeypatch.setattr(press, "FEW", here)
    key = pem(rsa_key())
    config = configure(dkim={**ONE, "private_key": key})
    edition = sending(*readers(150))
    deliver(edition, now)
    assert sorted(inbox.recipients) == sorted(readers(150))
    assert all(verified(config, mail.raw) for mail in inbox.messages)


def test_what_a_silent_worker_left_comes_before_what_nobody_has_had(
    inbox: Inbox, now: datetime
) -> None:
    sending(*readers(40), batch_size=10)
    first, second, *_ = Batch.objects.order_by("first_seq")
    first.status, first.owner, first.fence = Status.SENDING, "gone:1:ab", 1
    first.lease_until = now - timedelta(seconds=1)
    first.save()
    deliver_batch(second.pk, now)
    numbers = [int(who[1:].partition("@")[0]) for who in inbox.recipients]
    batches = [(number - 1) // 10 for number in numbers]
    assert batches == sorted(batches, key=[1, 0, 2, 3].index)
    assert len(numbers) == 40
