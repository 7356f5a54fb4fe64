"""Deliveries that ended badly, or nobody knows how, put back in line by an editor.

Deliveries → queued, their Batches → due now, the Edition → sending (again)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, When

from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.mail.settle import stand_still
from syndicate.mail.tally import recount

# What may be tried once more; "unknown" has an act of its own, as it may have arrived.
RETRIED = (Status.DEFERRED, Status.REJECTED, Status.FAILED)


def retry(edition: Edition, statuses: Iterable[str], now: datetime) -> int:
    """Try the Deliveries at *statuses* once more, from the first try; returns how many."""
    wanted = set(statuses)
    if not wanted or wanted - set(RETRIED):
        raise BadInput("Only what was deferred, rejected or failed can be tried again.")
    return _queue(edition, edition.deliveries.exceptions().filter(status__in=wanted), now)


def resolve_unknown(edition: Edition, resend: bool, now: datetime) -> int:
    """Send what may not have arrived once more (with the same Message-ID), or take it for sent."""
    unknown = edition.deliveries.exceptions().filter(status=Status.UNKNOWN)
    if resend:
        return _queue(edition, unknown, now)
    with transaction.atomic():
        stand_still(edition.pk)
        count = _some(unknown.update(status=Status.SENT, reply="taken for sent by an editor"))
        recount(edition.pk)
    return count


def _queue(edition: Edition, deliveries: QuerySet[Delivery], now: datetime) -> int:
    with transaction.atomic():
        sendable = Edition.objects.select_for_update().filter(
            pk=edition.pk, status__in=[Status.SENDING, Status.SENT]
        )
        # A pause from before its end is over; one of an edition that is still going holds.
        paused_at = Case(When(status=Status.SENDING, then=F("paused_at")))
        if not sendable.update(status=Status.SENDING, finished_at=None, paused_at=paused_at):
            raise BadInput(f"“{edition}” is not being sent.", "Approve it first.")
        stand_still(edition.pk)
        count = _some(
            deliveries.update(
                status=Status.QUEUED, attempts=0, due_at=None, done_at=None, code=None, reply=""
            )
        )
        _wake(edition, now)
        recount(edition.pk)
    edition.status = Status.SENDING
    return count


def _wake(edition: Edition, now: datetime) -> None:
    """Let the batches that hold queued Deliveries be due; one in a worker's hands finds them."""
    queued = Delivery.objects.filter(
        edition=edition,
        status=Status.QUEUED,
        seq__gte=OuterRef("first_seq"),
        seq__lte=OuterRef("last_seq"),
    )
    idle = Batch.objects.filter(Exists(queued), edition=edition)
    idle.exclude(status=Status.SENDING).update(status=Status.QUEUED, due_at=now)


def _some(count: int) -> int:
    if not count:
        raise BadInput("There is none left to act on.", "Load the page again.")
    return count
