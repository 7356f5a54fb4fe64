"""An approved Edition's time has come → its text and its audience are frozen.

queued Edition ─ render once ─┬─ one INSERT … SELECT: a Delivery for each reader, 1, 2, 3 …
                              ├─ Batches: ranges of them, what one worker claims at a time
                              └─→ sending (or sent at once, to nobody)
cannot be rendered ─→ held again, with what to mend
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from syndicate.audience.models import MailingList
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, ConfigError
from syndicate.lib.status import Status
from syndicate.mail.message import sender
from syndicate.mail.models import Batch, Delivery, Edition
from syndicate.mail.render import Rendered, render

log = logging.getLogger(__name__)


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
        audience = freeze(edition, edition.newsletter.list)
        cut(edition, audience, now)
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


def freeze(edition: Edition, readers_of: MailingList) -> int:
    """A Delivery for each reader as of now, numbered without gaps; returns how many."""
    place = Window(RowNumber(), order_by=F("subscriber_id").asc())
    readers = readers_of.readers().annotate(place=place).values_list("subscriber_id", "place")
    select, parameters = readers.query.sql_with_params()
    table = connection.ops.quote_name(Delivery._meta.db_table)
    # One statement, whether for ten readers or a million; the names are our own.
    insert = (
        f"INSERT INTO {table} (edition_id, subscriber_id, seq, status, attempts, reply)"  # noqa: S608
        f" SELECT %s, reader.subscriber_id, reader.place, %s, 0, '' FROM ({select}) AS reader"
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [edition.pk, Status.QUEUED, *parameters])
        return int(cursor.rowcount)


def cut(edition: Edition, audience: int, now: datetime) -> None:
    """Ranges of ``mail.batch_size`` deliveries."""
    size = site().mail.batch_size
    Batch.objects.bulk_create(
        Batch(
            edition=edition,
            first_seq=first,
            last_seq=min(first + size - 1, audience),
            due_at=now,
        )
        for first in range(1, audience + 1, size)
    )


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
