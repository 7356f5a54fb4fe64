"""One batch in one worker's hands: claimed, kept, given back.

    due Batch ─ claim ─→ sending (owner, lease, fence + 1) ─ keep … keep ─ settle ─→ queued | sent
                  └ its owner fell silent: first find out what it did (recover.take_over)

The fence is what makes two workers safe. Whoever claims raises it; whoever comes with an older one
changes no row. A worker also looks at its own steady clock before each mail, so that one that was
frozen past its lease sends nothing when it wakes.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.mail.models import Batch
from syndicate.mail.recover import take_over

# A worker trusts its lease for this part of it: clocks of two machines differ a little.
TRUST = 0.8


@dataclass
class Claim:
    """The right to send one batch. *at*: when it was taken; what was due then is in it."""

    batch_id: int
    edition_id: int
    first_seq: int
    last_seq: int
    owner: str
    fence: int
    at: datetime
    until: float = 0.0  # on clock.monotonic
    horizon: int = 0

    @property
    def batch(self) -> Batch:
        """The row, as far as it matters, without asking for it."""
        return Batch(
            pk=self.batch_id, edition_id=self.edition_id, first_seq=self.first_seq,
            last_seq=self.last_seq, due_at=self.at,
        )  # fmt: skip

    def is_fresh(self) -> bool:
        """Whether the lease need not be renewed yet."""
        return clock.monotonic() < self.until - _seconds() * TRUST / 2

    def keep(self, now: datetime) -> bool:
        """Renew the lease and store the horizon, in the caller's transaction.

        False: another worker has the batch now, and nothing was changed.
        """
        asked = clock.monotonic()
        mine = [_lease(now), self.horizon, self.batch_id, self.owner, self.fence]
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, mine)
            kept = int(cursor.rowcount) == 1
        if kept:
            self.until = asked + _seconds() * TRUST
        return kept


# Asked for each batch: a query that is put together anew costs more than its answer.
_KEEP = """
UPDATE mail_batch SET lease_until = %s, horizon = %s
WHERE id = %s AND owner = %s AND fence = %s AND status = 'sending'
"""
# Two workers that reach for the next batch at the same moment take two.
_NEXT = """
UPDATE mail_batch SET status = 'sending', owner = %s, fence = fence + 1, due_at = %s,
    lease_until = %s, horizon = {least}(first_seq + %s - 1, last_seq)
WHERE id = (
    SELECT id FROM mail_batch WHERE edition_id = %s AND status = 'queued' AND due_at <= %s
    ORDER BY due_at, id LIMIT 1 {lock}
)
RETURNING id, first_seq, last_seq, fence, horizon
"""


def claim_next(edition_id: int, owner: str, now: datetime, ahead: int) -> Claim | None:
    """Take the next batch that waits, of an edition known to be on its way; in one statement."""
    at, asked = connection.ops.adapt_datetimefield_value(now), clock.monotonic()
    sqlite = connection.vendor == "sqlite"
    statement = _NEXT.format(
        least="MIN" if sqlite else "LEAST", lock="" if sqlite else "FOR UPDATE SKIP LOCKED"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [owner, at, _lease(now), ahead, edition_id, at])
        row = cursor.fetchone()
    if row is None:
        return None
    pk, first, last, fence, horizon = row
    until = asked + _seconds() * TRUST
    return Claim(pk, edition_id, first, last, owner, fence, now, until, horizon)


def claim(
    owner: str, now: datetime, ahead: int, *, edition: int, batch: int | None = None
) -> Claim | None:
    """Take that batch of an edition, if it is due and nobody is quicker; None: any whose worker has
    fallen silent.

    In the caller's transaction. *ahead*: how far the horizon lies at first.
    """
    due = Batch.objects.due(now).filter(edition_id=edition)
    due = due.filter(status=Status.SENDING) if batch is None else due.filter(pk=batch)
    if connection.features.has_select_for_update_skip_locked:
        # Several workers reach for the next batch: each takes another.
        due = due.select_for_update(of=("self",), skip_locked=True)
    seen = due.first()
    return None if seen is None else _take(seen, owner, now, ahead)


def owner() -> str:
    """A name for this worker's next run, like no other."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(6)}"


def _take(seen: Batch, owner: str, now: datetime, ahead: int) -> Claim | None:
    """Change *seen* unless somebody has, since we looked: whoever claims raises the fence, whoever
    is alive moves the lease, whoever settles changes the status."""
    asked = clock.monotonic()
    horizon = min(seen.first_seq + ahead - 1, seen.last_seq)
    unchanged = Batch.objects.filter(
        pk=seen.pk, fence=seen.fence, status=seen.status, lease_until=seen.lease_until
    )
    if not unchanged.update(
        status=Status.SENDING,
        owner=owner,
        fence=seen.fence + 1,
        horizon=horizon,
        due_at=now,
        lease_until=now + timedelta(seconds=_seconds()),
    ):
        return None
    if seen.status == Status.SENDING:
        take_over(seen, now)
    return Claim(
        seen.pk, seen.edition_id, seen.first_seq, seen.last_seq, owner, seen.fence + 1, at=now,
        until=asked + _seconds() * TRUST, horizon=horizon,
    )  # fmt: skip


def _lease(now: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(now + timedelta(seconds=_seconds()))


def _seconds() -> float:
    return float(site().daemon.lease_seconds)
