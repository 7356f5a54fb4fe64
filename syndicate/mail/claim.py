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

from django.db import transaction
from django.db.models import QuerySet

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.mail.models import Batch
from syndicate.mail.recover import take_over
from syndicate.mail.settle import settle

# A worker trusts its lease for this part of it: clocks of two machines differ a little.
TRUST = 0.8


class Superseded(Exception):
    """Another worker has the batch now."""


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

    def holds(self) -> bool:
        """Whether we may still send, by our own clock; asked before each mail, by any thread."""
        return clock.monotonic() < self.until

    def is_fresh(self) -> bool:
        """Whether the lease need not be renewed yet."""
        return clock.monotonic() < self.until - _seconds() * TRUST / 2

    def keep(self, now: datetime, horizon: int) -> None:
        """Renew the lease and move the horizon, in the caller's transaction. Raises Superseded."""
        asked = clock.monotonic()
        until = now + timedelta(seconds=_seconds())
        if not self._mine().update(lease_until=until, horizon=horizon):
            raise Superseded
        self.until, self.horizon = asked + _seconds() * TRUST, horizon

    def settle(self, now: datetime) -> None:
        """Give the batch back: done, or due again when some of it is. Raises Superseded."""
        with transaction.atomic():
            self.keep(now, horizon=0)
            settle(Batch.objects.get(pk=self.batch_id), now)

    def _mine(self) -> QuerySet[Batch]:
        return Batch.objects.filter(
            pk=self.batch_id, owner=self.owner, fence=self.fence, status=Status.SENDING
        )


def claim(batch_id: int, now: datetime) -> Claim | None:
    """Take a batch that is due; None when it is not, or somebody was quicker."""
    seen = Batch.objects.due(now).filter(pk=batch_id).first()
    if seen is None:
        return None
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(6)}"
    taken = Claim(batch_id, seen.edition_id, seen.first_seq, seen.last_seq, owner,
                  seen.fence + 1, at=now)  # fmt: skip
    asked = clock.monotonic()
    with transaction.atomic():
        # Unchanged since we looked: whoever claims raises the fence, whoever is alive moves the
        # lease, whoever settles changes the status.
        unchanged = Batch.objects.filter(
            pk=batch_id, fence=seen.fence, status=seen.status, lease_until=seen.lease_until
        )
        if not unchanged.update(
            status=Status.SENDING,
            owner=owner,
            fence=taken.fence,
            horizon=0,
            due_at=now,
            lease_until=now + timedelta(seconds=_seconds()),
        ):
            return None
        if seen.status == Status.SENDING:
            take_over(seen, now)
    taken.until = asked + _seconds() * TRUST
    return taken


def _seconds() -> float:
    return float(site().daemon.lease_seconds)
