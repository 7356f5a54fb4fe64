"""Do it, look at it, take it back: how `--dry-run` and `plan` tell the truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from syndicate.lib.database import take_time


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written in this context is seen in it, and undone at its end.

    Only for what touches rows alone: a mail that was sent cannot be taken back. On SQLite nobody
    else can write meanwhile, so fetch what must be fetched before.
    """
    with transaction.atomic():
        take_time()
        yield
        transaction.set_rollback(True)
