"""A database address as Django wants it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError, OperationalError

from syndicate.lib import database
from syndicate.lib.database import is_passing, parse
from syndicate.lib.errors import ConfigError

HOME = Path("/srv/review")


def test_a_relative_sqlite_path_is_below_the_site() -> None:
    assert parse("sqlite:///data/x.sqlite3", HOME)["NAME"] == "/srv/review/data/x.sqlite3"


def test_an_absolute_sqlite_path_stays() -> None:
    assert parse("sqlite:////var/lib/x.sqlite3", HOME)["NAME"] == "/var/lib/x.sqlite3"


def test_a_postgresql_address_is_taken_apart() -> None:
    found = parse("postgresql://ann:p%40ss@db.example:6432/review", HOME)
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("ann", "p@ss", "db.example")
    assert (found["PORT"], found["NAME"]) == ("6432", "review")


def test_another_kind_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="no known kind: mysql") as caught:
        parse("mysql://ann:secret@db/x", HOME)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://ann@db:port/x", "postgresql://ann@[db/x"])
def test_half_an_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="no whole address") as caught:
        parse(url, HOME)
    assert caught.value.id == "C007"


@pytest.mark.parametrize(
    "words",
    ["database or disk is full", "disk I/O error", "database is locked", "connection refused"],
)
def test_what_passes_by_itself(words: str) -> None:
    assert is_passing(OperationalError(words))


def test_postgresql_says_it_by_a_code() -> None:
    full = OperationalError("could not extend file")
    full.__cause__ = psycopg.errors.DiskFull()
    assert is_passing(full)
    frozen = InternalError("terminating …")
    frozen.__cause__ = psycopg.errors.IdleInTransactionSessionTimeout()
    assert is_passing(frozen)
    victim = OperationalError("deadlock detected")
    victim.__cause__ = psycopg.errors.DeadlockDetected()
    assert is_passing(victim)


@pytest.mark.parametrize(
    "error", [OperationalError("no such table: x"), IntegrityError("disk is full"), ValueError()]
)
def test_what_is_a_mistake(error: Exception) -> None:
    assert not is_passing(error)


def synchronous() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own")
def test_only_what_is_done_again_may_be_taken_back_by_a_power_cut() -> None:
    with database.writing(again=True):
        during = synchronous()
    with database.writing(), transaction.atomic():
        lasting = synchronous()
    assert (during, lasting, synchronous()) == (1, 2, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own")
def test_writers_of_one_process_take_turns() -> None:
    begun = threading.Event()

    def second() -> None:
        with database.writing():
            begun.set()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        with database.writing():
            waiting = pool.submit(second)
            assert not begun.wait(0.05)
        waiting.result(timeout=5)
    assert begun.is_set()
