"""Rows for a fault test, written from outside the worker.

python -m tests.faults.seed                  an empty database, up to date
python -m tests.faults.seed READERS          an edition for so many, just started
python -m tests.faults.seed READERS SLOTS    so many newsletters, each with an article to send
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import django


def main(*numbers: int) -> None:
    """Tables, and if there are numbers, what stands in them."""
    django.setup()
    from syndicate.lib import clock
    from syndicate.lib.migrate import migrate
    from syndicate.paths import data

    now = clock.now()
    migrate(now, data())
    if numbers:
        people(now, *numbers)


def people(now: datetime, readers: int, slots: int = 0) -> None:
    """Readers r1@example.org …, and what is to be sent to them."""
    from syndicate.audience.models import MailingList, Subscriber, Subscription

    everybody = MailingList.objects.create(name="Everybody", slug="all", created_at=now)
    emails = [f"r{n}@example.org" for n in range(1, readers + 1)]
    Subscriber.objects.bulk_create(
        Subscriber(email=email, address=email, created_at=now) for email in emails
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=person, list=everybody, status="confirmed", created_at=now)
        for person in Subscriber.objects.order_by("pk")
    )
    if slots:
        due(everybody, slots, now)
    else:
        started(everybody, readers, now)


def started(everybody: object, readers: int, now: datetime) -> None:
    """One edition: a Delivery for each reader, cut into batches."""
    from syndicate.lib.status import Status
    from syndicate.mail.models import Edition, Newsletter
    from syndicate.mail.start import cut, freeze

    newsletter = Newsletter.objects.create(
        name="News", slug="news", list=everybody, created_at=now, since=now, next_slot_at=now,
        rhythm=Newsletter.Rhythm.ARTICLE,
    )  # fmt: skip
    edition = Edition.objects.create(
        newsletter=newsletter, slot="1", key="1", status=Status.SENDING, subject="A new pier",
        html="<p>Hello</p>", text="Hello", composed_at=now, started_at=now, audience=readers,
    )  # fmt: skip
    assert freeze(edition, everybody) == readers
    cut(edition, readers, now)


def due(everybody: object, slots: int, now: datetime) -> None:
    """Newsletters whose weekly slot has just come, and one article for all of them."""
    from tests import rows

    before = now - timedelta(hours=1)
    slot = (now - timedelta(minutes=1)).replace(second=0, microsecond=0)
    for _ in range(slots):
        rows.newsletter(
            list=everybody, rhythm="weekly", weekday=slot.weekday(), at=slot.time(),
            next_slot_at=slot, since=before, created_at=before,
        )  # fmt: skip
    source = rows.source(baseline_at=before, next_check=now + timedelta(days=1))
    rows.article(source=source, first_seen=now, available_at=before)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
