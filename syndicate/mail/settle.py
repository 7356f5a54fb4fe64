"""A batch that nobody holds any more: done, or due again? And with the last one, the edition.

    settle       in the transaction that puts a batch down, and holds its row
    finish       in one of its own: two last batches may be put down at the same moment
    stand_still  before Deliveries of batches in anybody's hands are changed

Locks are asked for in one order: the edition, its batches by their keys, their Deliveries, the gate
of the pace. A worker holds an edition for no longer than it takes to end it, and of batches its own
alone: many would only wait for one another. While an editor holds all of them, they do.

Each question is about one batch, or stops at the first row: what an edition costs to settle grows
with its size and not faster.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Min

from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.mail.tally import tally

WAITING = (Status.QUEUED, Status.DEFERRED)

# As each batch asks this: a query that is put together anew costs more than its answer.
_STAND = """
SELECT status, COUNT(*), COUNT(due_at) FROM mail_delivery
WHERE edition_id = %s AND seq BETWEEN %s AND %s GROUP BY status
"""


class _Row(NamedTuple):
    """How many of a batch's Deliveries stand at one status; *timed* of them wait for a moment."""

    status: str
    many: int
    timed: int


def settle(batch: Batch, now: datetime, not_before: datetime | None = None) -> None:
    """Give *batch* its next status by what its Deliveries say.

    In the caller's transaction, which has changed its row already: whoever stands still for that
    sees what is written here. *not_before*: the pace lets nothing more of it go until then.
    """
    rows = _rows(batch)
    due = _due(batch, rows, now)
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


def finish(edition_id: int, now: datetime) -> None:
    """Mark an edition as sent if it is wholly done. Safe to call at any time, anywhere."""
    done = Edition.objects.done().filter(pk=edition_id)
    if not done.exists():
        return
    with transaction.atomic():
        # An editor may be putting some of it back in line: only then look at its batches.
        Edition.objects.select_for_update(no_key=True).values_list("pk").get(pk=edition_id)
        done.update(status=Status.SENT, finished_at=now)


def stand_still(edition_id: int) -> None:
    """Nobody puts a batch of it down, or takes one, before the caller's transaction ends."""
    batches = Batch.objects.filter(edition_id=edition_id).order_by("pk")
    list(batches.select_for_update(no_key=True).values_list("pk"))


def summary(edition_id: int, audience: int) -> str:
    """``delivered 3/5, failed 1, unknown 1``."""
    counts = dict(tally(edition_id))
    sent = counts.pop(Status.SENT, 0)
    rest = [f"{status} {count}" for status, count in sorted(counts.items())]
    return ", ".join([f"delivered {sent}/{audience}", *rest])


def _rows(batch: Batch) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [batch.edition_id, batch.first_seq, batch.last_seq])
        return [_Row(*row) for row in cursor.fetchall()]


def _due(batch: Batch, rows: Iterable[_Row], now: datetime) -> datetime | None:
    """When the first of them may go; None when none is left to."""
    waiting = [row for row in rows if row.status in WAITING]
    if any(row.many > row.timed for row in waiting):
        return now
    return _first(batch) if waiting else None


def _first(batch: Batch) -> datetime | None:
    lines = Delivery.objects.filter(edition_id=batch.edition_id, status__in=WAITING)
    mine = lines.filter(seq__gte=batch.first_seq, seq__lte=batch.last_seq)
    first: datetime | None = mine.aggregate(first=Min("due_at"))["first"]
    return first
