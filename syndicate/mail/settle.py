"""A batch that nobody holds any more: done, or due again? And with the last one, the edition."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q

from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition


def settle(batch: Batch, now: datetime) -> None:
    """Give *batch* its next status by what its Deliveries say. In the caller's transaction."""
    # Two last batches of an edition may end at the same moment: one at a time.
    Edition.objects.select_for_update().get(pk=batch.edition_id)
    waiting = Delivery.objects.filter(
        edition_id=batch.edition_id, seq__gte=batch.first_seq, seq__lte=batch.last_seq
    ).aggregate(
        queued=Count("pk", filter=Q(status=Status.QUEUED)),
        next=Min("due_at", filter=Q(status=Status.DEFERRED)),
    )
    due = now if waiting["queued"] else waiting["next"]
    Batch.objects.filter(pk=batch.pk).update(
        status=Status.SENT if due is None else Status.QUEUED,
        due_at=due or batch.due_at,
        owner="",
        lease_until=None,
        horizon=0,
    )
    finish(now, batch.edition_id)


def finish(now: datetime, edition_id: int | None = None) -> None:
    """Mark what is wholly done as sent: one edition, or any whose last worker could not."""
    open_batches = Batch.objects.filter(edition=OuterRef("pk")).exclude(status=Status.SENT)
    done = Edition.objects.filter(~Exists(open_batches), status=Status.SENDING)
    if edition_id is not None:
        done = done.filter(pk=edition_id)
    done.update(status=Status.SENT, finished_at=now)


def summary(edition_id: int, audience: int) -> str:
    """``delivered 3/5, failed 1, unknown 1``."""
    counted = Delivery.objects.filter(edition_id=edition_id).values_list("status")
    counts = dict(counted.annotate(n=Count("pk")).order_by())
    sent = counts.pop(Status.SENT, 0)
    rest = [f"{status} {count}" for status, count in sorted(counts.items())]
    return ", ".join([f"delivered {sent}/{audience}", *rest])
