"""Outcomes → the ledger. The caller holds the transaction, and the claim that allows it.

outcomes ─ the same but for who and the server's words? ─→ one statement for all of them
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from syndicate.audience.models import Subscriber, Suppression
from syndicate.audience.subscribe import suppress
from syndicate.lib import retry
from syndicate.lib.config import site
from syndicate.lib.mime import one_line
from syndicate.lib.status import Status
from syndicate.mail.models import Batch, Delivery
from syndicate.mail.outcome import Outcome
from syndicate.mail.replies import Kind

# An outcome never undoes a better one: what an editor cancelled meanwhile may turn out to have
# gone, but a mere "later" leaves it cancelled; what was taken for unknown is settled by an answer
# that comes to light.
_OPEN = (Status.QUEUED, Status.DEFERRED)
_REPLACES = {Status.DEFERRED: _OPEN, Status.UNKNOWN: (*_OPEN, Status.CANCELLED)}
_ANSWER_REPLACES = (*_OPEN, Status.CANCELLED, Status.UNKNOWN)

_SET = (
    "UPDATE mail_delivery SET status = %s, attempts = %s, due_at = %s, done_at = %s, code = %s,"
    " reply = answer.reply"
)
# SQLite reads the larger table first in an UPDATE … FROM, a million rows for each answer, unless
# the rows are looked up in a step of their own (https://sqlite.org/lang_with.html).
_SQLITE = f"""
WITH answer AS MATERIALIZED (
    SELECT line.rowid AS place, told.value AS reply
    FROM json_each(%s) AS told CROSS JOIN mail_delivery AS line
    ON line.edition_id = %s AND line.seq = CAST(told.key AS integer) WHERE +line.status IN ({{}})
)
{_SET} FROM answer WHERE mail_delivery.rowid = answer.place
"""  # noqa: S608 - only statuses of our own are put in
# The bounds let PostgreSQL plan well before it has counted the table.
_POSTGRESQL = f"""
{_SET} FROM json_each_text(%s) AS answer (seq, reply)
WHERE edition_id = %s AND mail_delivery.seq = answer.seq::int
    AND mail_delivery.seq BETWEEN %s AND %s AND status IN ({{}})
"""


class _Same(NamedTuple):
    """What many outcomes have in common."""

    status: Status
    attempt: int
    code: int | None


def record(edition_id: int, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write what became of Deliveries; whose mailbox does not exist gets no more mail."""
    groups: defaultdict[tuple[Status, int, int | None], dict[int, str]] = defaultdict(dict)
    gone = []
    for outcome in outcomes:
        seq, attempt, status, code, reply, kind = outcome
        groups[status, attempt, code][seq] = reply if reply.isprintable() else _printable(reply)
        if kind == Kind.GONE and status is Status.FAILED:
            gone.append(outcome)
    for same, replies in groups.items():
        _write(edition_id, _Same(*same), replies, now)
    for outcome in gone:
        _suppress(edition_id, outcome, now)


def late(batch: Batch, outcomes: Sequence[Outcome], now: datetime) -> None:
    """What servers had answered to a worker that has lost *batch*: true all the same."""
    # It may have been put down and counted since: its rows speak now.
    Batch.objects.filter(pk=batch.pk).update(counts={})
    record(batch.edition_id, outcomes, now)


def bar(edition_id: int, seqs: Collection[int], now: datetime) -> None:
    """These have left, or are suppressed, since the audience was frozen: they get nothing."""
    if seqs:
        Delivery.objects.filter(edition_id=edition_id, seq__in=seqs, status__in=_OPEN).update(
            status=Status.SUPPRESSED,
            due_at=None,
            done_at=now,
            reply="unsubscribed or suppressed before it was sent",
        )


def put_off(edition_id: int, later: Mapping[datetime, Collection[int]]) -> None:
    """These wait until their readers' hours begin: moment → seqs."""
    for moment, seqs in later.items():
        waiting = Delivery.objects.filter(edition_id=edition_id, seq__in=seqs, status__in=_OPEN)
        waiting.update(due_at=moment)


def _write(edition_id: int, same: _Same, replies: Mapping[int, str], now: datetime) -> None:
    due = now + _pause(edition_id, same) if same.status is Status.DEFERRED else None
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (due, now)]
    values = [same.status.value, same.attempt, *moments, same.code]
    replaces = [status.value for status in _REPLACES.get(same.status, _ANSWER_REPLACES)]
    marks = ", ".join(["%s"] * len(replaces))
    told = json.dumps(replies)
    if connection.vendor == "sqlite":
        statement, parameters = _SQLITE, [told, edition_id, *replaces, *values]
    else:
        bounds = min(replies), max(replies)
        statement, parameters = _POSTGRESQL, [*values, told, edition_id, *bounds, *replaces]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(marks), parameters)


def _printable(reply: str) -> str:
    """What either database can hold, and give back: PostgreSQL no NUL, SQLite no half letters."""
    return one_line(reply.encode("utf-8", "replace").decode("utf-8"))


def _pause(edition_id: int, same: _Same) -> timedelta:
    return retry.wait(same.attempt, site().mail.retry_minutes, edition_id)


def _suppress(edition_id: int, outcome: Outcome, now: datetime) -> None:
    person = Subscriber.objects.filter(
        deliveries__edition_id=edition_id, deliveries__seq=outcome.seq
    ).first()
    if person is not None:
        detail = f"{outcome.code} {outcome.reply}"
        suppress(person.address, Suppression.Reason.BOUNCED, detail, now)
