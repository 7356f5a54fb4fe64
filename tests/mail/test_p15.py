"""P15: a restored backup or a cloned machine sends nothing by itself."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour
from tests.installation import Installation, until

READERS = 60


@pytest.fixture
def inbox() -> Iterator[Smtpd]:
    """Takes a moment for each mail, so that a send can be caught halfway."""
    with Smtpd() as running:
        running.stall("dot", 0.02)
        yield running


def half_sent(site: Harbour, readers: int = READERS) -> int:
    """An edition of which some have gone and its worker was stopped; returns how many have."""
    site.seed(readers)
    worker = site.worker()
    until(site.arrived(readers // 4), 30, "mails")
    worker.terminate()
    worker.wait(30)
    assert not site.is_done()
    return site.count()


def refuses(home: Path, site: Harbour, tells: str) -> None:
    """A worker in *home* says that it doubts, and sends nothing."""
    before = site.count()
    worker = site.worker()
    until(lambda: tells in (home / "log").read_text(encoding="utf-8"), 30, "a word of doubt")
    with pytest.raises(TimeoutError):
        until(site.arrived(before + 1), 1.5, "a mail that must not come")
    worker.kill()
    worker.wait(10)


def test_p15_a_cloned_folder(tmp_path: Path, inbox: Smtpd) -> None:
    (tmp_path / "first").mkdir()
    with Harbour(tmp_path / "first", inbox) as first:
        half_sent(first)
    shutil.copytree(tmp_path / "first", tmp_path / "clone")
    with Harbour(tmp_path / "clone", inbox) as clone:
        refuses(tmp_path / "clone", clone, "copied or restored")
        adopt(tmp_path / "clone")
        refuses_no_more(clone, inbox)


def adopt(home: Path) -> dict[str, Any]:
    """A person says that this is the one to go on with."""
    told: dict[str, Any] = Installation(home, {}).json("adopt")
    assert told["held"] == 1
    return told


def refuses_no_more(site: Harbour, inbox: Smtpd) -> None:
    """It works again, and the edition still waits for an editor."""
    before = site.count()
    site.worker()
    with pytest.raises(TimeoutError):
        until(site.arrived(before + 1), 1.5, "a mail that nobody asked for")
    Installation(site.home, {}).syndicate("edition", "resume", "1")
    site.finish()


def test_p15_a_backup_put_in_place_of_the_database(tmp_path: Path, inbox: Smtpd) -> None:
    with Harbour(tmp_path, inbox) as site:
        half_sent(site)
        file = tmp_path / "data" / "syndicate.sqlite3"
        kept = file.read_bytes()  # closed and whole: the worker has ended
        site.worker()
        site.finish()
    with Harbour(tmp_path, inbox) as site:
        for rest in tmp_path.glob("data/*-wal"), tmp_path.glob("data/*-shm"):
            for one in rest:
                one.unlink()
        file.write_bytes(kept)  # the same file, as `cp` leaves it
        refuses(tmp_path, site, "earlier state")


def test_p15_half_sent_and_then_off_for_a_day(tmp_path: Path, inbox: Smtpd) -> None:
    with Harbour(tmp_path, inbox) as site:
        went = half_sent(site)
        with closing(sqlite3.connect(tmp_path / "data" / "syndicate.sqlite3")) as file, file:
            file.execute("UPDATE engine_instance SET seen_at = datetime('now', '-1 day')")
            file.execute("UPDATE mail_edition SET started_at = datetime('now', '-1 day')")
        site.worker()
        with pytest.raises(TimeoutError):
            until(site.arrived(went + 1), 1.5, "a mail that must not come")


@pytest.mark.postgres
def test_p15_a_restored_dump(tmp_path: Path, inbox: Smtpd, postgres: Postgres) -> None:
    """In another database of the same server, on a machine that remembers nothing."""
    url = postgres.url()
    with Harbour(tmp_path, inbox, DATABASE__URL=url) as site:
        half_sent(site)
    copy = restored(postgres, url)
    (tmp_path / "new").mkdir()
    with Harbour(tmp_path / "new", inbox, DATABASE__URL=copy) as site:
        refuses(tmp_path / "new", site, "copied or restored")


@pytest.mark.postgres
def test_p15_a_further_machine_is_no_copy(tmp_path: Path, inbox: Smtpd, postgres: Postgres) -> None:
    url = postgres.url()
    with Harbour(tmp_path, inbox, DATABASE__URL=url) as site:
        half_sent(site)
    (tmp_path / "new").mkdir()
    with Harbour(tmp_path / "new", inbox, DATABASE__URL=url) as site:
        site.worker()
        site.finish()


def restored(server: Postgres, url: str) -> str:
    """The database once more, row by row, as a dump would make it."""
    name, template = "restored", url.rpartition("/")[2]
    with psycopg.connect(url.replace(template, "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[call-overload]
    return url.replace(template, name)
