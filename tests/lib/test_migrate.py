"""A database is brought up to date once, with a copy to go back to."""

import fcntl
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from syndicate.lib.errors import Locked, SyndicateError
from syndicate.lib.migrate import copy_sqlite, migrate, waiting
from tests import rows
from tests.conftest import small_files

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def behind() -> Iterator[None]:
    """A database that lacks the engine's tables."""
    call_command("migrate", "engine", "zero", verbosity=0)
    yield
    call_command("migrate", verbosity=0)


def test_what_is_up_to_date_is_left_alone(now: datetime, tmp_path: Path) -> None:
    assert waiting() == []
    assert migrate(now, tmp_path) == []
    assert not (tmp_path / "backups").exists()


def test_what_is_behind_is_brought_up_to_date(behind: None, now: datetime, tmp_path: Path) -> None:
    todo = waiting()
    assert todo[0].startswith("engine.")
    assert migrate(now, tmp_path) == todo
    assert waiting() == []


def test_a_copy_is_kept_of_what_was(behind: None, now: datetime, tmp_path: Path) -> None:
    migrate(now, tmp_path)
    (copy,) = (tmp_path / "backups").iterdir()
    with sqlite3.connect(copy) as rows:
        names = {name for (name,) in rows.execute("SELECT name FROM sqlite_master")}
    assert "sources_source" in names
    assert "engine_failure" not in names
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_who_waits_too_long_is_told(now: datetime, tmp_path: Path) -> None:
    with (tmp_path / "migrate.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Locked, match="Another process"):
            migrate(now, tmp_path, patience=0)


def test_who_waits_goes_on_when_the_other_is_done(now: datetime, tmp_path: Path) -> None:
    other = (tmp_path / "migrate.lock").open("w")
    fcntl.flock(other, fcntl.LOCK_EX)
    threading.Timer(0.3, other.close).start()
    assert migrate(now, tmp_path, patience=30) == []


def test_a_copy_holds_everything_and_is_private(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "deep" / "copy.sqlite3")
    with sqlite3.connect(tmp_path / "deep" / "copy.sqlite3") as rows:
        assert rows.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 10


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    with pytest.raises(SyndicateError, match="is there already"):
        copy_sqlite(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"


def test_another_kind_of_database_is_told_its_own_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "vendor", "postgresql")
    with pytest.raises(SyndicateError, match="pg_dump"):
        copy_sqlite(tmp_path / "copy")


def test_half_a_copy_is_not_left_behind(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite is copied from here")
    rows.mailing_list(description="word " * 20_000)
    with small_files(), pytest.raises(OperationalError):
        copy_sqlite(tmp_path / "copy.sqlite3")
    assert list(tmp_path.iterdir()) == []
