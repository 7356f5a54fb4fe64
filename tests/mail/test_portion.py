"""What a round may hand over."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syndicate.audience.models import Subscriber, Subscription, Suppression
from syndicate.lib.status import Status
from syndicate.mail.claim import Claim
from syndicate.mail.models import Edition
from syndicate.mail.portion import Portion, portion
from syndicate.mail.window import Window
from tests.mail.editions import readers, sending

pytestmark = pytest.mark.django_db


def held(edition: Edition, at: datetime) -> Claim:
    batch = edition.batches.get()
    return Claim(batch.pk, edition.pk, batch.first_seq, batch.last_seq, "us", 1, at)


def ask(
    edition: Edition, at: datetime, after: int = 0, limit: int = 99, skip: Any = (), **more: Any
) -> Portion:
    return portion(held(edition, at), edition.newsletter.list, after, limit, skip, **more)


def seqs(found: Portion) -> list[int]:
    return [item.seq for item in found.items]


def test_readers_in_order_with_all_that_a_mail_needs(now: datetime) -> None:
    edition = sending("Ada@example.org", "b@example.org")
    Subscriber.objects.filter(address="ada@example.org").update(name="Ada")
    found = ask(edition, now)
    one = Subscription.objects.get(subscriber__address="ada@example.org")
    assert found.items[0].reader == (1, "Ada@example.org", "Ada", one.subscriber_id, one.pk)
    assert (seqs(found), found.last, found.items[0].attempt) == ([1, 2], 2, 1)


def test_one_question_however_many(now: datetime) -> None:
    edition = sending(*readers(30))
    claim, readers_of = held(edition, now), edition.newsletter.list
    with CaptureQueriesContext(connection) as asked:
        assert len(portion(claim, readers_of, 0, 99).items) == 30
    assert len(asked) == 1


def test_it_goes_on_after_what_was_given(now: datetime) -> None:
    edition = sending(*readers(9))
    assert seqs(ask(edition, now, after=3, limit=4)) == [4, 5, 6, 7]


def test_what_is_in_flight_is_left_out_and_made_up_for(now: datetime) -> None:
    edition = sending(*readers(9))
    assert seqs(ask(edition, now, after=2, limit=3, skip={1, 3, 4, 8})) == [5, 6, 7]


def test_only_what_is_due_when_the_batch_was_claimed(now: datetime) -> None:
    edition = sending(*readers(6))
    line = edition.deliveries
    line.filter(seq=1).update(status=Status.DEFERRED, due_at=now, attempts=2)
    line.filter(seq=2).update(status=Status.DEFERRED, due_at=now + timedelta(seconds=1))
    line.filter(seq=3).update(due_at=now + timedelta(hours=1))
    line.filter(seq=4).update(status=Status.SENT)
    line.filter(seq=5).update(status=Status.CANCELLED)
    found = ask(edition, now)
    assert seqs(found) == [1, 6]
    assert found.items[0].attempt == 3 and not found.barred


def test_nobody_outside_the_claimed_range(now: datetime) -> None:
    edition = sending(*readers(6))
    edition.batches.update(first_seq=2, last_seq=4)
    assert seqs(ask(edition, now)) == [2, 3, 4]


def test_who_left_since_is_barred(now: datetime) -> None:
    edition = sending(*readers(5))
    people = {person.address: person for person in Subscriber.objects.all()}
    Subscription.objects.filter(subscriber=people["r1@example.org"]).update(status="unsubscribed")
    Suppression.objects.create(address="r2@example.org", reason="manual", created_at=now)
    people["r3@example.org"].delete()
    Subscription.objects.filter(subscriber=people["r4@example.org"]).delete()
    found = ask(edition, now)
    assert (seqs(found), list(found.barred)) == ([5], [1, 2, 3, 4])


def test_where_it_is_night_mail_waits(now: datetime) -> None:
    edition = sending(*readers(3))
    zones = {1: "America/New_York", 2: "", 3: "Asia/Tokyo"}  # 07:00, 13:00, 21:00
    for seq, zone in zones.items():
        Subscriber.objects.filter(deliveries__seq=seq).update(timezone=zone)
    hours = Window(time(8), time(20), ZoneInfo("Europe/Berlin"))
    found = ask(edition, now, window=hours)
    assert seqs(found) == [2] and bool(found)
    assert found.later == {now + timedelta(hours=1): [1], now + timedelta(hours=11): [3]}


def test_nothing_is_nothing(now: datetime) -> None:
    edition = sending("a@example.org")
    edition.deliveries.update(status=Status.SENT)
    assert not ask(edition, now) and ask(edition, now).last == 0
