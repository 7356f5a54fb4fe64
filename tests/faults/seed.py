"""Rows for a fault test, written from outside the worker: an edition just started.

python -m tests.faults.seed READERS
"""

from __future__ import annotations

import sys

import django


def main(readers: int) -> None:
    """Readers r1@example.org … and a Delivery for each, cut into batches."""
    django.setup()
    from syndicate.audience.models import MailingList, Subscriber, Subscription
    from syndicate.lib import clock
    from syndicate.lib.migrate import migrate
    from syndicate.lib.status import Status
    from syndicate.mail.models import Edition, Newsletter
    from syndicate.mail.start import cut, freeze
    from syndicate.paths import data

    now = clock.now()
    migrate(now, data())
    everybody = MailingList.objects.create(name="Everybody", slug="all", created_at=now)
    people = [f"r{n}@example.org" for n in range(1, readers + 1)]
    Subscriber.objects.bulk_create(
        Subscriber(email=email, address=email, created_at=now) for email in people
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=person, list=everybody, status="confirmed", created_at=now)
        for person in Subscriber.objects.order_by("pk")
    )
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


if __name__ == "__main__":
    main(int(sys.argv[1]))
