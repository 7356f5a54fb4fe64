"""P10: a worker, or its whole machine, is gone: others take over. One that was frozen and wakes
sends nothing stale."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import CONNECTIONS, Harbour
from tests.faults.slipway import Launched


def test_p10_two_workers_share_and_one_is_killed(harbour: Harbour) -> None:
    harbour.seed(1_000)
    first, _ = harbour.worker(), harbour.worker()
    harbour.await_mails(200)
    harbour.kill(first)
    harbour.finish()
    assert harbour.judge()["unknown"] <= CONNECTIONS


def test_p10_a_frozen_worker_that_wakes_sends_nothing_stale(harbour: Harbour) -> None:
    harbour.seed(1_000)
    frozen = harbour.worker()
    harbour.await_mails(100)
    harbour.freeze(frozen)
    harbour.worker()
    harbour.finish()
    frozen.send_signal(signal.SIGCONT)
    time.sleep(1)
    assert harbour.judge()["unknown"] <= CONNECTIONS


def test_p10_a_lost_machine_leaves_the_rest_to_another(harbour: Harbour, tmp_path: Path) -> None:
    """No journal: what may have gone is unknown, and nothing goes twice."""
    harbour.seed(1_000)
    worker = harbour.worker()
    harbour.await_mails(300)
    harbour.kill(worker)
    shutil.rmtree(tmp_path / "data" / "journal")
    harbour.worker()
    harbour.finish()
    # What came without being recorded, and no more than a few rounds' worth.
    assert 0 < harbour.judge()["unknown"] <= 500


@pytest.mark.soak
@pytest.mark.postgres
def test_p10_five_workers_killed_and_frozen(
    tmp_path: Path, judge: Smtpd, own_postgres: Postgres
) -> None:
    """Fifty of them; who is frozen wakes when its lease has long been another's."""
    chance, faults = random.Random(10), 50
    with Harbour(tmp_path, judge, DATABASE__URL=own_postgres.url()) as site:
        site.seed(20_000)
        crew = [site.worker() for _ in range(5)]
        asleep: list[Launched] = []
        for _ in range(faults):
            site.await_mails(chance.randint(1, 300))
            one = crew.pop(chance.randrange(len(crew)))
            if chance.random() < 0.5:
                site.kill(one)
            else:
                one.send_signal(signal.SIGSTOP)
                asleep.append(one)
            crew.append(site.worker())
            if len(asleep) > 3:
                asleep.pop(0).send_signal(signal.SIGCONT)
        judge.heal()
        site.finish(120)
        for one in asleep:
            one.send_signal(signal.SIGCONT)
        time.sleep(2)
        assert site.judge()["unknown"] <= faults * CONNECTIONS
