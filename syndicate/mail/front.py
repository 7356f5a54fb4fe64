"""Which batches workers are offered: the first that are due of each edition, in turn.

A run goes on with its edition by itself: more of them would only tell what it knows, and a large
edition must not stand before a small one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import zip_longest

from django.db.models import QuerySet

from syndicate.lib.prepared import prepared
from syndicate.mail.models import Batch, Edition

# So many workers may begin with an edition at the same moment.
FRONT = 8


def front(now: datetime, besides: Collection[int] = ()) -> Iterator[int]:
    """Their keys, one edition after the other. *besides*: editions that are in hand."""
    editions = [pk for pk in _editions(now) if pk not in besides]
    if not editions:
        return  # as mostly: not even the question is put together
    due = Batch.objects.due(now).values_list("pk", flat=True)
    for row in zip_longest(*(due.filter(edition_id=pk)[:FRONT] for pk in editions)):
        yield from (pk for pk in row if pk is not None)


@prepared
def _editions(now: datetime) -> QuerySet[Edition]:
    due = Batch.objects.due(now).order_by()
    return Edition.objects.filter(pk__in=due.values("edition_id")).order_by("pk")
