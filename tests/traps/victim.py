"""One look at a source by a process that kills itself.

python -m tests.traps.victim URL            a new site that watches it
python -m tests.traps.victim PK AT STEP     one look

AT is the look's moment (seconds since 1970). STEP counts the statements that the database is
asked for, BEGIN and COMMIT among them: before that one the process is gone, as by ``kill -9``.
With STEP 0 it lives.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db.backends.signals import connection_created

from syndicate import paths
from syndicate.lib.migrate import migrate
from syndicate.sources.detect import detect
from syndicate.sources.models import Source
from tests.conftest import NOON


def begin(url: str) -> None:
    """A database, and the source in it."""
    migrate(NOON, paths.data())
    Source.objects.create(name="Harbour", url=url, created_at=NOON, next_check=NOON)


def look(pk: int, at: int, step: int) -> None:
    """Look, and perhaps die of it."""
    now = datetime.fromtimestamp(at, UTC)
    Source.objects.filter(pk=pk).update(next_check=now)
    steps = count(1)

    def asked(statement: str) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    watch(asked)
    detect(pk, now)


def watch(asked: Any) -> None:
    """Call *asked* before each statement of this process's only connection."""
    from django.db import connection

    def listen(database: sqlite3.Connection) -> None:
        database.set_trace_callback(asked)

    listen(connection.connection)
    connection_created.connect(lambda connection, **_: listen(connection.connection), weak=False)


if __name__ == "__main__":
    begin(sys.argv[1]) if len(sys.argv) == 2 else look(*map(int, sys.argv[1:]))
    os._exit(0)  # all is stored; to tidy up all that was imported takes longer than the look
