"""How many Deliveries of an edition stand where, without counting a million rows.

    a Batch at rest ─→ its own counts, written in the transaction that put it down
    one in a worker's hands, or never counted ─→ its rows, now        a few hundred

What changes Deliveries of batches at rest ends with :func:`recount`, in the same transaction; a
worker's batch is counted when it is settled. So the sum is that of the rows, whoever looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import Count

from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery

_RECOUNT = """
UPDATE mail_batch SET counts = (
    SELECT {}(status, n) FROM (
        SELECT status, COUNT(*) AS n FROM mail_delivery
        WHERE mail_delivery.edition_id = mail_batch.edition_id
            AND seq BETWEEN mail_batch.first_seq AND mail_batch.last_seq
        GROUP BY status
    ) AS stands
) WHERE edition_id = %s AND status <> 'sending'
"""


def tally(edition_id: int) -> Counter[str]:
    """Status → how many; adds up to the edition's audience."""
    counts: Counter[str] = Counter()
    live = []
    batches = Batch.objects.filter(edition_id=edition_id).order_by("first_seq")
    for first, last, status, kept in batches.values_list(
        "first_seq", "last_seq", "status", "counts"
    ):
        if kept and status != Status.SENDING:
            counts.update(kept)
        else:
            live.append((first, last))
    for first, last in _joined(live):
        counts.update(count(edition_id, first, last))
    return counts


def count(edition_id: int, first: int, last: int) -> dict[str, int]:
    """Status → how many rows from seq *first* to seq *last*."""
    rows = Delivery.objects.filter(edition_id=edition_id, seq__gte=first, seq__lte=last)
    return dict(rows.values_list("status").annotate(n=Count("seq")).order_by())


def recount(edition_id: int) -> None:
    """Count the batches at rest anew: somebody has changed what stands in them."""
    collect = "json_group_object" if connection.vendor == "sqlite" else "jsonb_object_agg"
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT.format(collect), [edition_id])


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges in order, neighbours made one."""
    start = end = None
    for first, last in ranges:
        if start is not None and end is not None and first != end + 1:
            yield start, end
            start = None
        start, end = first if start is None else start, last
    if start is not None and end is not None:
        yield start, end
