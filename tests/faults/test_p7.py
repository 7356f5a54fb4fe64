"""P7: a database that is locked, or away, delays mail and loses none of it."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time

import pytest

from tests.fakes.postgres import Postgres
from tests.faults.harbour import CONNECTIONS, Harbour
from tests.installation import until

# Nobody is mailed on the strength of an answer older than hands.STALE. Seconds.
STALE = 1.0


def lock(site: Harbour, seconds: float, readers: int) -> None:
    """Another process has the database file for longer than a lease while a worker sends."""
    site.seed(readers)
    site.worker()
    site.await_mails(100)
    with site.locked():
        time.sleep(STALE)
        before = site.count()
        time.sleep(seconds - STALE)
        assert site.count() == before < readers, "mailed without asking who still reads"
    site.inbox.heal()
    site.finish()
    assert site.judge() == {"sent": readers}


def test_p7_a_locked_database(harbour: Harbour) -> None:
    lock(harbour, seconds=5, readers=2_000)


@pytest.mark.soak
def test_p7_locked_for_longer_than_we_wait_for_it(harbour: Harbour) -> None:
    lock(harbour, seconds=65, readers=2_000)
    assert "waits, nothing is lost: database is locked" in harbour.log()


@pytest.mark.soak
def test_p7_a_disk_that_confirms_nothing(harbour: Harbour) -> None:
    """Each commit fails (EIO) while the worker sends: what it was told stays with it until then."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    harbour.seed(2_000)
    worker = harbour.worker()
    harbour.await_mails(100)
    fails = "inject=fsync,fdatasync:error=EIO"
    with subprocess.Popen(
        [strace, "-f", "-qq", "-o", str(harbour.home / "strace"), "-e", "trace=fsync,fdatasync",
         "-e", fails, "-p", str(worker.pid)],
    ) as tracer:  # fmt: skip
        until(lambda: "nothing is lost: disk I/O error" in harbour.log(), 30, "words about it")
        time.sleep(STALE)
        before = harbour.count()
        time.sleep(2)
        assert harbour.count() == before < 2_000, "mailed without asking who still reads"
        tracer.send_signal(signal.SIGINT)
    harbour.inbox.heal()
    harbour.finish()
    assert worker.poll() is None, "the worker died of it"
    assert harbour.judge() == {"sent": 2_000}


def restart(site: Harbour, server: Postgres, times: int, readers: int) -> None:
    """The database server dies as in a crash, and comes back, while a worker sends."""
    chance = random.Random(7)
    site.seed(readers)
    site.worker()
    for _ in range(times):
        site.await_mails(chance.randint(20, 150))
        server.stop("immediate")
        time.sleep(chance.random())
        server.start()
    site.inbox.heal()
    site.finish()
    assert site.judge()["unknown"] <= times * CONNECTIONS


@pytest.mark.postgres
def test_p1_p7_postgresql_dies(postgres_harbour: Harbour, own_postgres: Postgres) -> None:
    restart(postgres_harbour, own_postgres, times=2, readers=1_500)


@pytest.mark.soak
@pytest.mark.postgres
def test_p1_p7_postgresql_dies_often(postgres_harbour: Harbour, own_postgres: Postgres) -> None:
    restart(postgres_harbour, own_postgres, times=20, readers=10_000)
