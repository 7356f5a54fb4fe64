"""Starting an edition freezes its text and its audience, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from syndicate.audience.models import Suppression
from syndicate.lib.status import Status
from syndicate.mail.models import Edition, Newsletter
from syndicate.mail.render import render
from syndicate.mail.start import claim, start
from syndicate.mail.tally import tally
from tests import rows
from tests.mail.composed import queued

pytestmark = pytest.mark.django_db


def test_a_delivery_for_each_reader_and_for_nobody_else(now: datetime) -> None:
    one = queued()
    readers = [rows.subscriber(to=one.newsletter.list) for _ in range(3)]
    gone = rows.subscriber(to=one.newsletter.list)
    Suppression.objects.create(address=gone.address, reason="bounced", created_at=now)
    rows.subscription(rows.subscriber(), one.newsletter.list, status="pending")
    rows.subscriber(to=rows.mailing_list())
    start(one.pk, now)
    assert list(one.deliveries.order_by("seq").values_list("seq", "subscriber_id", "status")) == [
        (n, reader.pk, "queued") for n, reader in enumerate(readers, 1)
    ]
    one.refresh_from_db()
    assert (one.status, one.audience, one.started_at) == (Status.SENDING, 3, now)


def test_batches_cover_all_deliveries(now: datetime, configure: Callable[..., Any]) -> None:
    configure(mail={"batch_size": 2})
    one = queued()
    for _ in range(5):
        rows.subscriber(to=one.newsletter.list)
    start(one.pk, now)
    assert list(one.batches.order_by("first_seq").values_list("first_seq", "last_seq")) == [
        (1, 2),
        (3, 4),
        (5, 5),
    ]


def test_readers_whose_night_it_is_come_last_and_later(
    now: datetime, configure: Callable[..., Any]
) -> None:
    configure(mail={"batch_size": 2})
    one = queued()
    Newsletter.objects.update(window_from=time(8), window_until=time(20), timezone="Europe/Berlin")
    zones = ["Asia/Tokyo", "", "America/New_York", "Europe/Paris", "Asia/Tokyo", "Nowhere/Else"]
    for zone in zones:
        rows.subscriber(to=one.newsletter.list, timezone=zone)
    start(one.pk, now)
    dawn, morrow = now + timedelta(hours=1), now + timedelta(hours=11)
    lines = one.deliveries.order_by("seq").values_list("subscriber__timezone", "due_at")
    assert list(lines) == [
        ("", None), ("Europe/Paris", None), ("Nowhere/Else", None),
        ("America/New_York", dawn), ("Asia/Tokyo", morrow), ("Asia/Tokyo", morrow),
    ]  # fmt: skip
    batches = one.batches.order_by("first_seq").values_list("first_seq", "last_seq", "due_at")
    assert list(batches) == [(1, 2, now), (3, 3, now), (4, 4, dawn), (5, 6, morrow)]


def test_the_books_are_open_from_the_first_moment(now: datetime) -> None:
    one = queued()
    for _ in range(3):
        rows.subscriber(to=one.newsletter.list)
    start(one.pk, now)
    assert one.batches.get().counts == {"queued": 3} == tally(one.pk)


def test_what_is_frozen_stays(now: datetime) -> None:
    one = queued(rows.article(title="As it stood"))
    rows.subscriber(to=one.newsletter.list)
    start(one.pk, now)
    one.articles.update(title="Changed later")
    start(one.pk, now)
    one.refresh_from_db()
    assert "As it stood" in one.html and "As it stood" in one.text
    assert len(one.content_hash) == 64
    assert one.deliveries.count() == 1


def test_what_was_withdrawn_meanwhile_is_not_sent(now: datetime) -> None:
    one = queued(rows.article(state="withdrawn"))
    start(one.pk, now)
    one.refresh_from_db()
    assert one.status == Status.HELD
    assert "nothing in this edition" in one.error


def test_nobody_reads_it(now: datetime) -> None:
    one = queued()
    start(one.pk, now)
    one.refresh_from_db()
    assert (one.status, one.audience, one.finished_at) == (Status.SENT, 0, now)


def test_a_held_edition_does_not_start(now: datetime) -> None:
    one = queued(status=Status.HELD)
    assert not Edition.objects.due(now).exists()
    start(one.pk, now)
    one.refresh_from_db()
    assert one.status == Status.HELD


def test_an_approval_of_an_older_state_starts_nothing(now: datetime) -> None:
    one = queued()
    Edition.objects.filter(pk=one.pk).update(approved_at=now + timedelta(minutes=1))
    assert not claim(one, render(one), now)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"template": "nowhere"}, "There is no template nowhere.html"),
        ({"from_address": "", "name": "Weekly"}, "No From address"),
    ],
)
def test_what_cannot_be_rendered_is_held_with_what_to_mend(
    now: datetime, configure: Callable[..., Any], change: dict[str, str], said: str
) -> None:
    configure(mail={"from_address": ""} if "from_address" in change else {})
    one = queued()
    Newsletter.objects.update(**change)
    start(one.pk, now)
    one.refresh_from_db()
    assert (one.status, one.send_at) == (Status.HELD, None)
    assert said in one.error and one.hint
    assert not one.deliveries.exists()
