"""What a round may hand over: the next Deliveries that are due, and who of them still reads.

seq > after ─ due? ─┬─ reads it, may be mailed now ─→ items
                    ├─ has left, is suppressed ─────→ barred
                    └─ it is night there ───────────→ later
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from syndicate.audience.models import MailingList
from syndicate.mail.claim import Claim
from syndicate.mail.load import Item
from syndicate.mail.message import Recipient
from syndicate.mail.window import Window

# Who still reads is asked row by row: a join would let the database begin with the whole list.
_NEXT = """
SELECT line.seq, line.attempts, line.subscriber_id, person.email, person.name, person.timezone,
    ({})
FROM mail_delivery AS line LEFT JOIN audience_subscriber AS person ON person.id = line.subscriber_id
WHERE line.edition_id = %s AND line.seq > %s AND line.seq <= %s
    AND line.status IN ('queued', 'deferred') AND (line.due_at IS NULL OR line.due_at <= %s)
ORDER BY line.edition_id, line.seq LIMIT %s
"""


@dataclass(frozen=True)
class Portion:
    """*barred*: the seqs of those who have left or are suppressed since the audience was frozen.
    *later*: moment → seqs of those whose window (:mod:`mail.window`) is shut until then."""

    items: Sequence[Item] = ()
    barred: Sequence[int] = ()
    later: Mapping[datetime, Sequence[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.items or self.barred or self.later)

    @property
    def last(self) -> int:
        """The highest seq that may be handed over."""
        return self.items[-1].seq if self.items else 0


def portion(
    claim: Claim,
    readers_of: MailingList,
    after: int,
    limit: int,
    skip: Collection[int] = (),
    window: Window | None = None,
) -> Portion:
    """The next *limit* after seq *after* that were due when the batch was claimed, but *skip*."""
    statement, parameters = _question(readers_of.pk)
    at = connection.ops.adapt_datetimefield_value(claim.at)
    ahead = sum(map(after.__lt__, skip))
    first = max(after, claim.first_seq - 1)
    asked = (*parameters, claim.edition_id, first, claim.last_seq, at, limit + ahead)
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows = cursor.fetchall()
    if ahead:
        rows = [row for row in rows if row[0] not in skip][:limit]
    return _sort(rows, claim, window)


@lru_cache(maxsize=64)
def _question(list_id: int) -> tuple[str, tuple[Any, ...]]:
    """The statement for a list's readers, who are what MailingList.readers says, compiled once."""
    this = RawSQL("line.subscriber_id", ())
    reader = MailingList(pk=list_id).readers().filter(subscriber_id=this).values("pk")
    select, parameters = reader.query.sql_with_params()
    return _NEXT.format(select), parameters


def _sort(rows: Sequence[Any], claim: Claim, window: Window | None) -> Portion:
    items, barred = [], []
    later: dict[datetime, list[int]] = {}
    shut = window.shut({row[5] or "" for row in rows}, claim.at) if window else {}
    for seq, attempts, person, email, name, zone, reader in rows:
        if reader is None:
            barred.append(seq)
        elif zone in shut:
            later.setdefault(shut[zone], []).append(seq)
        else:
            items.append(Item(Recipient(seq, email, name, person, reader), attempts + 1))
    return Portion(items, barred, later)
