"""Many machines: worker processes that share a queue are killed, stopped, and lose their database.

The mail server's own list is the judge.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import CONNECTIONS, Harbour
from tests.faults.test_p9 import five
from tests.installation import until

pytestmark = pytest.mark.postgres


@contextmanager
def fleet_on(server: Postgres, home: Path, judge: Smtpd) -> Iterator[Harbour]:
    """Workers of one queue, with leases of three seconds."""
    options = {"DATABASE__URL": server.url(), "DAEMON__ENGINE": "distributed"}
    with Harbour(home, judge, **options) as site:
        yield site


@pytest.fixture
def fleet(tmp_path: Path, judge: Smtpd, postgres: Postgres) -> Iterator[Harbour]:
    with fleet_on(postgres, tmp_path, judge) as site:
        yield site


def senders(site: Harbour) -> int:
    """How many workers have batches in hand."""
    question = "SELECT count(DISTINCT owner) FROM mail_batch WHERE status = 'sending'"
    return int(site.ask(question)[0][0])


def jobs(site: Harbour) -> list[str]:
    """The states of what is in the queue."""
    return [str(state) for (state,) in site.ask("SELECT status FROM procrastinate_jobs")]


def test_p9_five_daemons_on_one_queue(fleet: Harbour) -> None:
    five(fleet)


def test_several_workers_share_an_edition(fleet: Harbour) -> None:
    fleet.seed(1_500)
    for _ in range(3):
        fleet.worker()
    until(lambda: senders(fleet) > 1, 30, "two that send")
    fleet.inbox.heal()
    fleet.finish()
    assert fleet.judge() == {"sent": 1_500}


def test_p10_the_work_of_a_killed_worker_is_taken_over(fleet: Harbour) -> None:
    """Not restarted: the other finds the lease at its end, and the dead one's job swept."""
    fleet.seed(1_000)
    first = fleet.worker()
    fleet.await_mails(100)
    fleet.kill(first)
    assert "doing" in jobs(fleet)
    fleet.inbox.heal()
    fleet.worker()
    fleet.finish()
    assert fleet.judge()["unknown"] <= CONNECTIONS
    until(lambda: not jobs(fleet), 20, "an empty queue")


def test_p7_the_database_server_restarts(
    tmp_path: Path, judge: Smtpd, own_postgres: Postgres
) -> None:
    with fleet_on(own_postgres, tmp_path, judge) as fleet:
        fleet.seed(1_000)
        pair = [fleet.worker(), fleet.worker()]
        for how in ("fast", "immediate"):
            fleet.await_mails(50)
            own_postgres.stop(how)
            time.sleep(0.5)
            own_postgres.start()
        fleet.inbox.heal()
        fleet.finish()
        assert fleet.judge()["unknown"] <= 2 * 2 * CONNECTIONS
        assert [worker.poll() for worker in pair] == [None, None]


def test_p3_a_stop_drains_and_leaves_nothing_behind(fleet: Harbour) -> None:
    fleet.seed(600)
    for _ in range(2):
        worker = fleet.worker()
        fleet.await_mails(50)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert fleet.ask("SELECT count(*) FROM procrastinate_workers") == [(0,)]
    assert not fleet.is_done() and "doing" not in jobs(fleet)
    fleet.inbox.heal()
    fleet.worker()
    fleet.finish()
    assert fleet.judge() == {"sent": 600}
