"""A batch that nobody holds any more: done, or due again? And with the last one, the edition.

Each question is about one batch, or stops at the first row: what an edition costs to settle grows
with its size and not faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, Min, OuterRef

from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.mail.tally import tally

WAITING = (Status.QUEUED, Status.DEFERRED)


class _Row(NamedTuple):
    """A batch's Deliveries at one status; *timed* of them wait for a moment, *first* of those."""

    status: str
    many: int
    timed: int
    first: datetime | None


def settle(batch: Batch, now: datetime, not_before: datetime | None = None) -> None:
    """Give *batch* its next status by what its Deliveries say. In the caller's transaction.

    *not_before*: the pace lets nothing more of it go until then.
    """
    # Two last batches of an edition may end at the same moment: one at a time.
    Edition.objects.select_for_update().values_list("pk").get(pk=batch.edition_id)
    rows = list(_rows(batch))
    due = _due(rows, now)
    if due is not None and not_before is not None:
        due = max(due, not_before)
    Batch.objects.filter(pk=batch.pk).update(
        status=Status.SENT if due is None else Status.QUEUED,
        due_at=due or batch.due_at,
        owner="",
        lease_until=None,
        horizon=0,
        counts={row.status: row.many for row in rows},
    )
    if due is None:
        finish(now, batch.edition_id)


def finish(now: datetime, edition_id: int | None = None) -> None:
    """Mark what is wholly done as sent: one edition, or any whose last worker could not."""
    open_batches = Batch.objects.filter(
        edition=OuterRef("pk"), status__in=[Status.QUEUED, Status.SENDING]
    )
    done = Edition.objects.filter(~Exists(open_batches), status=Status.SENDING)
    if edition_id is not None:
        done = done.filter(pk=edition_id)
    done.update(status=Status.SENT, finished_at=now)


def summary(edition_id: int, audience: int) -> str:
    """``delivered 3/5, failed 1, unknown 1``."""
    counts = dict(tally(edition_id))
    sent = counts.pop(Status.SENT, 0)
    rest = [f"{status} {count}" for status, count in sorted(counts.items())]
    return ", ".join([f"delivered {sent}/{audience}", *rest])


def _rows(batch: Batch) -> Iterator[_Row]:
    lines = Delivery.objects.filter(
        edition_id=batch.edition_id, seq__gte=batch.first_seq, seq__lte=batch.last_seq
    )
    counted = lines.values_list("status").annotate(Count("pk"), Count("due_at"), Min("due_at"))
    return map(_Row._make, counted.order_by())


def _due(rows: Iterable[_Row], now: datetime) -> datetime | None:
    """When the first of them may go; None when none is left to."""
    waiting = [row for row in rows if row.status in WAITING]
    if any(row.many > row.timed for row in waiting):
        return now
    return min((row.first for row in waiting if row.first is not None), default=None)
