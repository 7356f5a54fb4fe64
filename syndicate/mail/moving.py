"""Does mail move? What is due since when, and when something was last done about it.

Batches that are due ─→ since      Batches in somebody's hands ─→ their latest outcome, or claim
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery

# So long nothing at all happens before it is called a standstill: a watchdog hears in a minute.
STILL_AFTER = timedelta(seconds=60)


class Moving(NamedTuple):
    """*since*: the oldest mail that is due; *latest*: the last outcome, or claim, of those at work.

    Both None: nothing is to be done, nobody does it.
    """

    since: datetime | None
    latest: datetime | None

    def stands_still(self, now: datetime) -> bool:
        """Whether there is mail to send and nothing has come of it for a while. Pure."""
        if self.latest is not None:
            return self.latest < now - STILL_AFTER
        return self.since is not None and self.since < now - STILL_AFTER


def moving(now: datetime) -> Moving:
    """As of now. A few short ranges of the ledger, however long it is."""
    waiting = Batch.objects.due(now).values_list("due_at", flat=True).first()
    return Moving(waiting, in_hand(now).aggregate(at=Max("moved_at"))["at"])


def in_hand(now: datetime) -> QuerySet[Batch]:
    """The batches that workers hold, each with when it last *moved_at*.

    A claim sets ``due_at``; that counts as well, for before the first answer comes.
    """
    answered = (
        Delivery.objects.filter(
            edition=OuterRef("edition"),
            seq__gte=OuterRef("first_seq"),
            seq__lte=OuterRef("last_seq"),
        )
        .order_by()
        .values("edition")
        .annotate(at=Max("done_at"))
        .values("at")
    )
    held = Batch.objects.filter(status=Status.SENDING, lease_until__gt=now)
    latest = Greatest(F("due_at"), Coalesce(Subquery(answered), F("due_at")))
    return held.annotate(moved_at=latest)
