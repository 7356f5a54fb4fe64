"""What a round may hand over: the next Deliveries that are due, and who of them still reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from syndicate.audience.models import MailingList
from syndicate.lib.status import Status
from syndicate.mail.claim import Claim
from syndicate.mail.hands import Item
from syndicate.mail.message import Recipient
from syndicate.mail.models import Delivery


@dataclass(frozen=True)
class Portion:
    """*barred*: the seqs of those who have left or are suppressed since the audience was frozen."""

    items: Sequence[Item] = ()
    barred: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.items or self.barred)

    @property
    def last(self) -> int:
        """The highest seq that may be handed over."""
        return self.items[-1].recipient.seq if self.items else 0


def portion(claim: Claim, readers_of: MailingList, after: int, limit: int) -> Portion:
    """The next *limit* after seq *after* that were due when the batch was claimed."""
    due = Q(status=Status.QUEUED) | Q(status=Status.DEFERRED, due_at__lte=claim.at)
    rows = (
        Delivery.objects.filter(
            due,
            edition_id=claim.edition_id,
            seq__gt=max(after, claim.first_seq - 1),
            seq__lte=claim.last_seq,
        )
        .order_by("seq")
        .values_list("seq", "attempts", "subscriber_id", "subscriber__email", "subscriber__name")[
            :limit
        ]
    )
    found = list(rows)
    people = [row[2] for row in found if row[2] is not None]
    readers = dict(
        readers_of.readers().filter(subscriber_id__in=people).values_list("subscriber_id", "pk")
    )
    items = [
        Item(Recipient(seq, email, name, person, readers[person]), attempts + 1)
        for seq, attempts, person, email, name in found
        if person in readers
    ]
    return Portion(items, [row[0] for row in found if row[2] not in readers])
