"""Workers are killed, stopped, frozen and doubled while an edition is being sent."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.inbox import Inbox
from tests.fakes.postgres import Postgres, programs
from tests.faults.harbour import CONNECTIONS, Harbour
from tests.installation import until


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Takes a moment for each mail, so that there is always one on its way."""
    with Inbox() as running:
        running.stall(0.01)
        yield running


@pytest.fixture
def harbour(tmp_path: Path, inbox: Inbox) -> Iterator[Harbour]:
    with Harbour(tmp_path, inbox) as site:
        yield site


def kill_9(harbour: Harbour, kills: int, readers: int) -> None:
    """Kill one worker after the other while they send."""
    harbour.seed(readers)
    for kill in range(kills):
        worker = harbour.worker()
        until(harbour.arrived(readers * (kill + 1) // (kills + 2)), 30, "mails")
        harbour.kill(worker)
        assert not harbour.is_done(), "killed too late to prove anything"
    harbour.worker()
    harbour.finish()
    counts = harbour.judge()
    assert counts["unknown"] <= kills * CONNECTIONS
    assert counts["sent"] + counts["unknown"] == readers


def test_kill_9(harbour: Harbour) -> None:
    kill_9(harbour, kills=4, readers=300)


@pytest.mark.postgres
@pytest.mark.skipif(programs() is None, reason="no PostgreSQL server program is installed")
def test_kill_9_on_postgresql(tmp_path: Path, inbox: Inbox) -> None:
    with Postgres() as server, Harbour(tmp_path, inbox, DATABASE__URL=server.url()) as site:
        kill_9(site, kills=2, readers=200)


def test_a_lost_machine_leaves_the_rest_to_another(harbour: Harbour, tmp_path: Path) -> None:
    """No journal: what may have gone is unknown, and nothing goes twice."""
    harbour.seed(300)
    worker = harbour.worker()
    until(harbour.arrived(100), 30, "mails")
    harbour.kill(worker)
    shutil.rmtree(tmp_path / "data" / "journal")
    harbour.worker()
    harbour.finish()
    counts = harbour.judge()
    # Everything that came without being recorded, and no more than a few rounds' worth.
    assert 0 < counts["unknown"] <= 150 and sum(counts.values()) == 300


def test_an_orderly_stop_leaves_nothing_unclear(harbour: Harbour) -> None:
    harbour.seed(120)
    for stopped in (30, 70):
        worker = harbour.worker()
        until(harbour.arrived(stopped), 30, "mails")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert not harbour.is_done()
    harbour.worker()
    harbour.finish()
    assert harbour.judge() == {"sent": 120}


def test_two_workers_share_and_one_is_killed(harbour: Harbour) -> None:
    harbour.seed(200)
    first, _ = harbour.worker(), harbour.worker()
    until(harbour.arrived(60), 30, "mails")
    harbour.kill(first)
    harbour.finish()
    counts = harbour.judge()
    assert counts["unknown"] <= CONNECTIONS and sum(counts.values()) == 200


def test_a_frozen_worker_that_wakes_sends_nothing_stale(harbour: Harbour) -> None:
    harbour.seed(120)
    frozen = harbour.worker()
    until(harbour.arrived(20), 30, "mails")
    harbour.freeze(frozen)
    harbour.worker()
    harbour.finish()
    frozen.send_signal(signal.SIGCONT)
    time.sleep(1)
    counts = harbour.judge()
    assert counts["unknown"] <= CONNECTIONS and sum(counts.values()) == 120


def test_p13_nobody_is_mailed_a_second_after_they_left(harbour: Harbour) -> None:
    harbour.inbox.heal()
    harbour.inbox.stall(0.1)
    harbour.seed(120)
    harbour.worker()
    until(harbour.arrived(10), 30, "mails")
    harbour.unsubscribe(11, 110)
    left = datetime.now(UTC)
    harbour.finish()
    gone = {f"r{n}@example.org" for n in range(11, 111)}
    late = [mail.recipient for mail in harbour.inbox.messages
            if mail.recipient in gone and mail.at > left + timedelta(seconds=1)]  # fmt: skip
    counts = harbour.statuses()
    assert late == [] and counts["suppressed"] >= 80
    assert counts["sent"] + counts["suppressed"] == 120
