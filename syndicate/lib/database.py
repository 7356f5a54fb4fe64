"""A database address as Django wants it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import InternalError, OperationalError

from syndicate.lib.errors import ConfigError

# WAL lets readers go on while one writes; FULL keeps a commit through a power cut
# (https://www.sqlite.org/pragma.html#pragma_synchronous).
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"

# PostgreSQL's classes: connection, deadlock, resources, an operator's intervention; and what it
# says to somebody who was frozen in a transaction
# (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_PASSING_STATES = ("08", "40", "53", "57", "25P03")
# SQLite's and libpq's own words have no class.
_PASSING_WORDS = ("disk is full", "disk I/O error", "database is locked", "connection")


def parse(url: str, home: Path) -> dict[str, Any]:
    """``sqlite:///relative``, ``sqlite:////absolute`` or ``postgresql://…`` → a DATABASES entry."""
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:  # a bracket left open, a port that is no number
        hint = "Write it as postgresql://user:password@host:5432/name."
        raise ConfigError("C007", "database.url is no whole address.", hint) from error
    if parts.scheme == "sqlite":
        return _sqlite(home / unquote(parts.path.removeprefix("/")))
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
            "PORT": port,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ConfigError(
        "C007",
        # Not the whole of it: it may hold a password.
        f"database.url is of no known kind: {parts.scheme or 'it names none'}.",
        "Begin it with sqlite:/// or postgresql://.",
    )


def _sqlite(file: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {
            # A write lock taken at BEGIN waits its turn; one taken later fails at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": _SQLITE_PRAGMAS,
        },
    }


def take_time() -> None:
    """In a transaction: it may wait for something else than the database as long as that takes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _forget_frozen(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Who is frozen within a transaction, or whose machine is lost, must not keep its locks, be
    they of rows or of :func:`one_at_a_time`, from everybody for ever. A time that an operator has
    set stays."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FORGET)


_FORGET = """
SELECT set_config('idle_in_transaction_session_timeout', '1min', false)
WHERE current_setting('idle_in_transaction_session_timeout') = '0'
"""


# Not among the options of the connection: PgBouncer takes none that it does not know.
connection_created.connect(_forget_frozen)


@contextmanager
def writing(again: bool = False) -> Iterator[None]:
    """Around short writes that many threads make at once: one at a time, if it is SQLite.

    SQLite has whoever finds it locked sleep for up to 100 ms and look again; among sixteen threads
    somebody always does. Nothing but statements belongs in here, and no wait for another thread.
    *again*: what a power cut takes back will be done again, so the disk need not confirm it.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _GATE:
        try:
            _confirmed(not again)
            yield
        finally:
            _confirmed(True)


_GATE = threading.RLock()


def _confirmed(full: bool) -> None:
    """Whether a commit waits for the disk. Within a transaction nothing can be changed about it."""
    connection.ensure_connection()
    if not connection.in_atomic_block:
        connection.connection.execute(f"PRAGMA synchronous={'FULL' if full else 'NORMAL'}")


def is_passing(error: Exception) -> bool:
    """Whether *error* only says that the database cannot be used now: a full disk, a lock held for
    long, a server that restarts. What was begun is rolled back; later it will work."""
    if not isinstance(error, OperationalError | InternalError):
        return False
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    return state.startswith(_PASSING_STATES) or any(words in str(error) for words in _PASSING_WORDS)


def one_at_a_time(what: str) -> None:
    """Within a transaction: whoever comes here for the same *what* waits until it has ended.

    SQLite lets one write at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"syndicate.{what}"])
