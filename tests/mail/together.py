"""A program: several threads compose and start the same things at once; prints what came of it.

SYNDICATE_HOME=… SYNDICATE_DATABASE__URL=… python -m tests.mail.together
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "syndicate.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from syndicate.lib.errors import BadInput  # noqa: E402
from syndicate.mail.compose import compose  # noqa: E402
from syndicate.mail.editorial import compose_now  # noqa: E402
from syndicate.mail.models import Batch, Delivery, Edition, EditionArticle, Slot  # noqa: E402
from syndicate.mail.start import start  # noqa: E402
from tests import rows  # noqa: E402

THREADS = 6


def together(deed: Callable[[int], object]) -> None:
    """Do *deed* in each of the threads at the same moment; an error ends the program."""
    gate, failed = threading.Barrier(THREADS), []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait()
            with suppress(BadInput):  # another took the articles: that is the point
                deed(number)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def main() -> None:
    """Compose by slot and by hand, then start, all at once."""
    call_command("migrate", verbosity=0)
    weekly = rows.newsletter(rhythm="weekly", at=time(12), weekday=0, next_slot_at=rows.NOON)
    for _ in range(7):
        rows.subscriber(to=weekly.list)
    for _ in range(4):
        rows.article()
    together(lambda n: compose(weekly.pk, rows.NOON) if n % 2 else compose_now(weekly, rows.NOON))
    each = rows.newsletter(list=weekly.list)
    together(lambda n: compose(each.pk, rows.NOON))
    for edition in Edition.objects.all():
        together(lambda n, pk=edition.pk: start(pk, rows.NOON))  # type: ignore[misc]
    placed = EditionArticle.objects.values_list("edition__newsletter", "article")
    print(json.dumps({
        "placed": [placed.count(), placed.distinct().count()],
        "editions": [weekly.editions.count(), each.editions.count()],
        "slots": [Slot.objects.filter(outcome="composed").count()],
        "deliveries": Delivery.objects.count(),
        "batches": Batch.objects.count(),
        "audiences": sum(Edition.objects.values_list("audience", flat=True)),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
