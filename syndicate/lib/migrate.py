"""Bring the database up to date: one process at a time, and with a copy to go back to.

lock → what is waiting? → (SQLite: a copy beside it) → migrate → unlock
"""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from syndicate.lib import clock
from syndicate.lib.errors import Locked, SyndicateError

log = logging.getLogger(__name__)

# Any number, but always the same one: the key of the lock within a PostgreSQL database.
_ADVISORY_KEY = 7_140_226
_POLL_SECONDS = 0.2


def waiting() -> list[str]:
    """The migrations not applied yet, as ``app.name``, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrate(now: datetime, folder: Path, patience: float = 60.0) -> list[str]:
    """Apply what is waiting; returns it. *folder* takes the copy of a SQLite database.

    Raises Locked when another process holds the lock longer than *patience* seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _make_private()
    with _alone(folder, patience):
        todo = waiting()
        if todo and connection.introspection.table_names():
            _keep_a_copy(now, folder)
        if todo:
            call_command("migrate", interactive=False, verbosity=0)
            log.info("database brought up to date: %d migrations", len(todo))
    return todo


def copy_sqlite(target: Path) -> None:
    """Write a consistent copy of the SQLite database, also while others use it.

    Raises SyndicateError for another kind of database or when *target* is there already.
    """
    if connection.vendor != "sqlite":
        hint = "Use its own tool: pg_dump --format=custom --file=FILE DATABASE"
        raise SyndicateError("Only a SQLite database can be copied from here.", hint)
    if target.exists():
        raise SyndicateError(f"{target} is there already.", "Name another file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(target)])
    except DatabaseError:
        target.unlink(missing_ok=True)  # half a copy is none, and takes the room that is short
        raise
    target.chmod(0o600)


def _make_private() -> None:
    """A new SQLite file is for our own user's eyes: it will hold people's addresses."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)


def _keep_a_copy(now: datetime, folder: Path) -> None:
    if connection.vendor == "sqlite":
        copy = folder / "backups" / f"before-migration-{now:%Y%m%d-%H%M%S-%f}.sqlite3"
        copy_sqlite(copy)
        log.info("kept a copy of the database in %s", copy)


@contextmanager
def _alone(folder: Path, patience: float) -> Iterator[None]:
    lock = _advisory_lock if connection.vendor == "postgresql" else _file_lock
    with lock(folder, clock.monotonic() + patience):
        yield


@contextmanager
def _file_lock(folder: Path, deadline: float) -> Iterator[None]:
    """Held by the open file: a killed process cannot leave it behind."""
    with (folder / "migrate.lock").open("w") as file:
        while not _try_flock(file.fileno()):
            _pause(deadline)
        yield


@contextmanager
def _advisory_lock(folder: Path, deadline: float) -> Iterator[None]:
    """Held by the database session, so that machines sharing it wait for each other."""
    while not _ask("SELECT pg_try_advisory_lock(%s)"):
        _pause(deadline)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s)")


def _try_flock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ask(sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_ADVISORY_KEY])
        return bool(cursor.fetchone()[0])


def _pause(deadline: float) -> None:
    if clock.monotonic() > deadline:
        raise Locked("Another process is changing the database.", "Wait for it, then try again.")
    time.sleep(_POLL_SECONDS)
