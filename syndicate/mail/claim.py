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

from django.db import connection
from django.db.models import QuerySet

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

    def is_fresh(self) -> bool:
        """Whether the lease need not be renewed yet."""
        return clock.monotonic() < self.until - _seconds() * TRUST / 2

    def keep(self, now: datetime) -> bool:
        """Renew the lease and store the horizon, in the caller's transaction.

        False: another worker has the batch now, and nothing was changed.
        """
        asked = clock.monotonic()
        until = now + timedelta(seconds=_seconds())
        kept = self._mine().update(lease_until=until, horizon=self.horizon) == 1
        if kept:
            self.until = asked + _seconds() * TRUST
        return kept

    def _mine(self) -> QuerySet[Batch]:
        return Batch.objects.filter(
            pk=self.batch_id, owner=self.owner, fence=self.fence, status=Status.SENDING
        )


def claim(
    owner: str, now: datetime, ahead: int, *, edition: int, batch: int | None = None
) -> Claim | None:
    """Take that batch of an edition, or any of it, if it is due and nobody is quicker.

    In the caller's transaction. *ahead*: how far the horizon lies at first.
    """
    due = Batch.objects.due(now).filter(edition_id=edition)
    if batch is not None:
        due = due.filter(pk=batch)
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


def _seconds() -> float:
    return float(site().daemon.lease_seconds)
