"""Editions that are being sent, in words, for tests of delivery."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.mail.placeholders import PLACEHOLDERS
from tests import rows


@transaction.atomic(savepoint=False)
def sending(*emails: str, batch_size: int = 500, **values: Any) -> Edition:
    """An edition just started for these readers: Deliveries 1, 2, 3 … cut into batches."""
    newsletter = rows.newsletter()
    given = {
        "newsletter": newsletter,
        "slot": f"slot {Edition.objects.count()}",
        "key": f"key{Edition.objects.count()}",
        "status": Status.SENDING,
        "subject": "A new pier",
        "html": f"<p>Dear {PLACEHOLDERS['name']}</p>",
        "text": f"Dear {PLACEHOLDERS['name']}",
        "composed_at": rows.NOON,
        "started_at": rows.NOON,
        "audience": len(emails),
    }
    edition = Edition.objects.create(**given | values)
    people = [rows.subscriber(email, to=newsletter.list) for email in emails]
    Delivery.objects.bulk_create(
        Delivery(edition=edition, subscriber=person, seq=seq)
        for seq, person in enumerate(people, 1)
    )
    Batch.objects.bulk_create(
        Batch(
            edition=edition,
            first_seq=first,
            last_seq=min(first + batch_size - 1, len(people)),
            due_at=rows.NOON,
        )
        for first in range(1, len(people) + 1, batch_size)
    )
    return edition


def readers(count: int) -> list[str]:
    """``r1@example.org`` …"""
    return [f"r{n}@example.org" for n in range(1, count + 1)]


def statuses(edition: Edition) -> dict[str, str]:
    """Address → status."""
    return dict(edition.deliveries.order_by("seq").values_list("subscriber__email", "status"))


def delivery(edition: Edition, email: str) -> Delivery:
    """One line of its ledger."""
    return edition.deliveries.get(subscriber__email=email)
