"""What became of an edition's deliveries, as a bar and as lines with the servers' own words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from syndicate.lib.status import Status
from syndicate.mail.again import RETRIED
from syndicate.mail.going import Going
from syndicate.mail.models import Delivery, Edition

# In the order in which they are told: what is well, what is under way, what is not well.
ORDER = (
    Status.SENT,
    Status.DELIVERED,
    Status.SENDING,
    Status.QUEUED,
    Status.DEFERRED,
    Status.UNKNOWN,
    Status.SUPPRESSED,
    Status.UNSUBSCRIBED,
    Status.BOUNCED,
    Status.REJECTED,
    Status.FAILED,
    Status.COMPLAINED,
    Status.CANCELLED,
)
TROUBLE = [
    Status.DEFERRED,
    Status.UNKNOWN,
    Status.BOUNCED,
    Status.REJECTED,
    Status.FAILED,
    Status.COMPLAINED,
]
MANY = 50


@dataclass(frozen=True)
class Share:
    """A status's part of the bar: from *start*, *count* long."""

    status: str
    count: int
    start: int


@dataclass(frozen=True)
class Ledger:
    """*total* equals the audience, or the books are wrong."""

    going: Going
    shares: list[Share]

    @property
    def total(self) -> int:
        """How many Deliveries there are."""
        return sum(share.count for share in self.shares)

    def count(self, status: str) -> int:
        """How many stand at *status*."""
        return self.going.counts.get(status, 0)

    @property
    def retried(self) -> list[str]:
        """The statuses that one may try again, where there are any."""
        return [status for status in RETRIED if self.count(status)]


def ledger(going: Going) -> Ledger:
    """An edition's counts, as parts of a bar."""
    return Ledger(going, share_out({str(status): n for status, n in going.counts.items()}))


def troubles(edition: Edition) -> list[Delivery]:
    """The first of those that did not simply go, with the servers' words."""
    trouble = edition.deliveries.exceptions().filter(status__in=TROUBLE)
    return list(trouble.select_related("subscriber").order_by("seq")[:MANY])


def share_out(counts: dict[str, int]) -> list[Share]:
    """Counts by status → the bar's parts, one after the other."""
    known = [str(status) for status in ORDER]
    order = [status for status in [*known, *sorted(set(counts) - set(known))] if counts.get(status)]
    starts = accumulate((counts[status] for status in order), initial=0)
    return [Share(status, counts[status], at) for status, at in zip(order, starts, strict=False)]
