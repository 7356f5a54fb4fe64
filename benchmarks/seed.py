"""Rows for a benchmark, made inside the site that is measured; each answers with a line of JSON.

python -m benchmarks.seed readers 60000      readers of one list, and articles
python -m benchmarks.seed edition letter 12  an edition of so many articles, started as the
                                             daemon starts one; tells how long that took
python -m benchmarks.seed sample 1           one of an edition's mails
python -m benchmarks.seed sources            a source for each address of a JSON list from stdin
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.db import connection, models, transaction

from benchmarks import people, stories

MOST_ARTICLES = 40


def readers(count: int) -> dict[str, Any]:
    """So many confirmed readers, each with a name of their own."""
    from syndicate.audience.models import MailingList, Subscriber, Subscription
    from syndicate.lib import clock
    from syndicate.lib.migrate import migrate
    from syndicate.mail.models import Newsletter
    from syndicate.paths import data
    from syndicate.sources.models import Article, Source

    now = clock.now()
    migrate(now, data())
    everybody = MailingList.objects.create(name="Harbour", slug="harbour", created_at=now)
    first = Subscriber.objects.create(
        email=people.email(0), address=people.email(0), name=people.name(0), created_at=now
    )
    Subscription.objects.create(
        subscriber=first, list=everybody, status="confirmed", created_at=now, confirmed_at=now
    )
    with transaction.atomic():
        _multiply(Subscriber, count, {
            "email": people.EMAIL_SQL, "address": people.EMAIL_SQL, "name": people.NAME_SQL
        })  # fmt: skip
        _multiply(Subscription, count, {"subscriber_id": f"{first.pk} + i"})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as any database has been, some time after an import
    source = Source.objects.create(
        name="Harbour", url="https://harbour.example.org/feed.xml", created_at=now, next_check=now,
        active=False,
    )  # fmt: skip
    Article.objects.bulk_create(
        Article(source=source, first_seen=now, available_at=now, published_at=now, **values)
        for values in map(stories.article, range(MOST_ARTICLES))
    )
    for template in ("letter", "note"):
        Newsletter.objects.create(
            name="The Harbour Letter", slug=template, list=everybody, template=template,
            created_at=now, since=now, next_slot_at=now, active=False,
        )  # fmt: skip
    return {"readers": Subscription.objects.count()}


def sources() -> dict[str, Any]:
    """So many, each due at once."""
    from syndicate.lib import clock
    from syndicate.lib.migrate import migrate
    from syndicate.paths import data
    from syndicate.sources.models import Source

    now = clock.now()
    migrate(now, data())
    Source.objects.bulk_create(
        Source(name=url, url=url, created_at=now, next_check=now, active=True)
        for url in json.load(sys.stdin)
    )
    return {"sources": Source.objects.count()}


def edition(newsletter: str, articles: int) -> dict[str, Any]:
    """Compose, approve and start an edition; *seconds* is what the start alone took."""
    from syndicate.lib import clock
    from syndicate.lib.status import Status
    from syndicate.mail.models import Edition, EditionArticle, Newsletter
    from syndicate.mail.placeholders import NAME
    from syndicate.mail.start import start
    from syndicate.sources.models import Article

    now = clock.now()
    key = secrets.token_urlsafe(9)
    made = Edition.objects.create(
        newsletter=Newsletter.objects.get(slug=newsletter), slot=key, key=key,
        status=Status.QUEUED, subject=SUBJECT, personal_subject=f"{NAME}: {SUBJECT}",
        preheader="And what else there is at the harbour.",
        intro=stories.INTRO, composed_at=now, headline_at=now, approved_at=now, send_at=now,
    )  # fmt: skip
    EditionArticle.objects.bulk_create(
        EditionArticle(edition=made, article=article, position=place)
        for place, article in enumerate(Article.objects.order_by("pk")[:articles], 1)
    )
    begun = time.perf_counter()
    start(made.pk, now)
    seconds = time.perf_counter() - begun
    made.refresh_from_db()
    if made.status != Status.SENDING:
        raise SystemExit(f"The edition was not started: {made.error} {made.hint}")
    return {"edition": made.pk, "audience": made.audience, "seconds": seconds}


def sample(newsletter: str, articles: int) -> dict[str, Any]:
    """A mail of such an edition as it goes over the wire, and what it is made of."""
    from syndicate.mail.message import Recipient, compile

    with taken_back(newsletter, articles) as made:
        mail = compile(made).splice(Recipient(1, people.email(1), people.name(1), 1, 1))
    return {
        "mail": mail.decode("utf-8"), "subject": made.subject, "html": made.html, "text": made.text
    }  # fmt: skip


@contextmanager
def taken_back(newsletter: str, articles: int) -> Iterator[Any]:
    """A started edition that nobody will send: in the end it has never been there."""
    from syndicate.mail.models import Edition

    with transaction.atomic():
        key = edition(newsletter, articles)["edition"]
        yield Edition.objects.select_related("newsletter__list").get(pk=key)
        transaction.set_rollback(True)


SUBJECT = "The old pier opens again, three metres longer"


def _multiply(model: type[models.Model], count: int, expressions: dict[str, str]) -> None:
    """Copies of the one row there is, 1 … *count* - 1, with these columns by SQL of their own.

    Its columns are asked of the model: a new one does not stop a benchmark.
    """
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = [expressions.get(column, f"pattern.{column}") for column in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE number(i) AS (
                SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < %s - 1
            ), first(k, word) AS (VALUES {_rows(people.FIRST)}),
            last(k, word) AS (VALUES {_rows(people.LAST)})
            INSERT INTO {table} ({", ".join(columns)})
            SELECT {", ".join(values)} FROM {table} AS pattern CROSS JOIN number
            {people.JOIN_SQL} WHERE i < %s ORDER BY i
            """,
            [count, *people.FIRST, *people.LAST, count],
        )


def _rows(words: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"({k}, %s)" for k in range(len(words)))


def main(what: str, *arguments: str) -> None:
    """Do it, and answer."""
    django.setup()
    todo = {"readers": readers, "edition": edition, "sample": sample, "sources": sources}[what]
    print(json.dumps(todo(*(int(word) if word.isdigit() else word for word in arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
