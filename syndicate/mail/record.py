"""Outcomes → the ledger. The caller holds the transaction, and the claim that allows it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from syndicate.audience.models import Subscriber, Suppression
from syndicate.audience.subscribe import suppress
from syndicate.lib import retry
from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.mail.models import Delivery
from syndicate.mail.outcome import Outcome
from syndicate.mail.replies import Kind

# One statement for many rows. An outcome never undoes a better one: what an editor cancelled
# meanwhile may turn out to have gone, but a mere "later" leaves it cancelled; what was taken for
# unknown is settled by an answer that comes to light.
_UPDATE = """
UPDATE mail_delivery
SET status = %s, attempts = %s, due_at = %s, done_at = %s, code = %s, reply = %s
WHERE edition_id = %s AND seq = %s AND status IN (%s, %s, %s, %s)
"""
_OPEN = (Status.QUEUED, Status.DEFERRED)
_REPLACES = {
    Status.DEFERRED: (*_OPEN, *_OPEN),
    Status.UNKNOWN: (*_OPEN, Status.CANCELLED, Status.CANCELLED),
}
_ANSWER_REPLACES = (*_OPEN, Status.CANCELLED, Status.UNKNOWN)


def record(edition_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write what became of Deliveries; whose mailbox does not exist gets no more mail."""
    if not outcomes:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, [_row(edition_id, outcome, now) for outcome in outcomes])
    for outcome in outcomes:
        if outcome.kind == Kind.GONE and outcome.status is Status.FAILED:
            _suppress(edition_id, outcome, now)


def bar(edition_id: int, seqs: Collection[int], now: datetime) -> None:
    """These have left, or are suppressed, since the audience was frozen: they get nothing."""
    if seqs:
        Delivery.objects.filter(edition_id=edition_id, seq__in=seqs, status__in=_OPEN).update(
            status=Status.SUPPRESSED,
            due_at=None,
            done_at=now,
            reply="unsubscribed or suppressed before it was sent",
        )


def _row(edition_id: int, outcome: Outcome, now: datetime) -> list[Any]:
    due = None
    if outcome.status is Status.DEFERRED:
        due = now + retry.wait(outcome.attempt, site().mail.retry_minutes, edition_id)
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (due, now)]
    replaces = _REPLACES.get(outcome.status, _ANSWER_REPLACES)
    return [
        outcome.status.value, outcome.attempt, *moments, outcome.code, outcome.reply,
        edition_id, outcome.seq, *(status.value for status in replaces),
    ]  # fmt: skip


def _suppress(edition_id: int, outcome: Outcome, now: datetime) -> None:
    person = Subscriber.objects.filter(
        deliveries__edition_id=edition_id, deliveries__seq=outcome.seq
    ).first()
    if person is not None:
        detail = f"{outcome.code} {outcome.reply}"
        suppress(person.address, Suppression.Reason.BOUNCED, detail, now)
