"""An approved Edition's time has come → its text and its audience are frozen.

queued Edition ─ render once ─┬─ one INSERT … SELECT: a Delivery for each reader, 1, 2, 3 …
                              │  (by the hour at which its window opens, if it has one)
                              ├─ Batches: ranges of them, what one worker claims at a time
                              └─→ sending (or sent at once, to nobody)
cannot be rendered ─→ held again, with what to mend
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Case, DateTimeField, F, Max, Min, Value, When, Window
from django.db.models.functions import Cast, RowNumber

from syndicate.audience.models import MailingList
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, ConfigError
from syndicate.lib.status import Status
from syndicate.mail.message import sender
from syndicate.mail.models import Batch, Delivery, Edition, Newsletter
from syndicate.mail.render import Rendered, render
from syndicate.mail.window import window

log = logging.getLogger(__name__)


class Part(NamedTuple):
    """A range of Deliveries, both ends in it, and when the first of them may go."""

    first: int
    last: int
    due: datetime


def start(edition_id: int, now: datetime) -> None:
    """Freeze one edition and hand it to the workers. Safe to run twice, anywhere."""
    edition = Edition.objects.select_related("newsletter__list").get(pk=edition_id)
    try:
        rendered = check(edition)
    except (BadInput, ConfigError) as error:
        _send_back(edition, error)
        return
    with transaction.atomic():
        if not claim(edition, rendered, now):
            return
        shut = asleep(edition.newsletter, now)
        audience = freeze(edition, edition.newsletter.list, shut)
        cut(edition, audience, now, in_parts=bool(shut))
        Edition.objects.filter(pk=edition.pk).update(audience=audience)
        if not audience:
            Edition.objects.filter(pk=edition.pk).update(status=Status.SENT, finished_at=now)
    log.info("started “%s”: %s recipients", edition, audience)


def check(edition: Edition) -> Rendered:
    """The edition rendered, if it may go. Raises BadInput or ConfigError with what to mend."""
    if not edition.chosen().exists() and not edition.intro.strip():
        raise BadInput("There is nothing in this edition.", "Include an article, or cancel it.")
    sender(edition.newsletter.from_address)
    return render(edition)


def freeze(
    edition: Edition, readers_of: MailingList, shut: Mapping[str, datetime] | None = None
) -> int:
    """A Delivery for each reader as of now, numbered without gaps; returns how many.

    *shut*: time zones in which nobody is to be mailed before that moment. They come last, so that
    a range of numbers has one moment.
    """
    later = [When(subscriber__timezone=zone, then=Value(at)) for zone, at in (shut or {}).items()]
    due = Case(*later, default=None, output_field=DateTimeField()) if later else _AT_ONCE
    order = [F("due").asc(nulls_first=True)] if later else []
    place = Window(RowNumber(), order_by=[*order, F("subscriber_id").asc()])
    readers = readers_of.readers().annotate(due=due, place=place)
    select, parameters = readers.values_list(
        "subscriber_id", "place", "due"
    ).query.sql_with_params()
    table = connection.ops.quote_name(Delivery._meta.db_table)
    # One statement, whether for ten readers or a million; the names are our own.
    insert = (
        f"INSERT INTO {table} (edition_id, subscriber_id, seq, due_at, status, attempts, reply)"  # noqa: S608
        f" SELECT %s, reader.subscriber_id, reader.place, reader.due, %s, 0, ''"
        f" FROM ({select}) AS reader"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [edition.pk, Status.QUEUED, *parameters])
        return int(cursor.rowcount)


_AT_ONCE = Cast(Value(None), DateTimeField())


def cut(edition: Edition, audience: int, now: datetime, *, in_parts: bool = False) -> None:
    """Ranges of ``mail.batch_size`` deliveries; *in_parts*: each of them due at one moment."""
    parts = [Part(1, audience, now)]
    if in_parts:
        bounds = edition.deliveries.values_list("due_at").annotate(Min("seq"), Max("seq"))
        parts = [Part(first, last, due or now) for due, first, last in bounds.order_by()]
    Batch.objects.bulk_create(
        Batch(
            edition=edition,
            first_seq=first,
            last_seq=last,
            due_at=due,
            counts={Status.QUEUED: last - first + 1},
        )
        for first, last, due in ranges(parts, site().mail.batch_size)
    )


def ranges(parts: Iterable[Part], size: int) -> Iterator[Part]:
    """Each of *parts* cut into ranges of at most *size*."""
    for first, last, due in parts:
        for start in range(first, last + 1, size):
            yield Part(start, min(start + size - 1, last), due)


def asleep(newsletter: Newsletter, now: datetime) -> dict[str, datetime]:
    """Time zone → when its window opens, of the readers' zones in which it is shut."""
    hours = window(newsletter)
    if hours is None:
        return {}
    zones = newsletter.list.readers().values_list("subscriber__timezone", flat=True)
    return hours.shut(zones.distinct().order_by(), now)


def claim(edition: Edition, rendered: Rendered, now: datetime) -> bool:
    """queued → sending; False when another daemon, or an editor, was here since we read it."""
    unchanged = Edition.objects.filter(
        pk=edition.pk,
        status=Status.QUEUED,
        approved_at=edition.approved_at,
        headline_at=edition.headline_at,
    )
    return (
        unchanged.update(
            status=Status.SENDING,
            started_at=now,
            html=rendered.html,
            text=rendered.text,
            content_hash=rendered.content_hash,
            error="",
            hint="",
        )
        == 1
    )


def _send_back(edition: Edition, error: BadInput | ConfigError) -> None:
    Edition.objects.filter(pk=edition.pk, status=Status.QUEUED).update(
        status=Status.HELD, approved_at=None, approved_by=None, send_at=None,
        error=error.message, hint=error.hint,
    )  # fmt: skip
    log.warning("held “%s”: %s", edition, error)
