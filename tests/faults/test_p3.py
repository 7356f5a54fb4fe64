"""P3: an orderly stop loses nothing, doubles nothing and leaves nothing unclear, however often."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import Harbour


def stop(site: Harbour, stops: int, readers: int, seed: int) -> None:
    """SIGTERM to one worker after the other while they send."""
    chance = random.Random(seed)
    site.seed(readers)
    for _ in range(stops):
        worker = site.worker()
        site.await_mails(chance.randint(1, min(200, readers // stops - 50)))
        time.sleep(chance.random() * 0.02)
        worker.terminate()
        assert worker.wait(30) == 0
        assert not site.is_done(), "stopped too late to prove anything"
        assert set(site.judge(also={"queued"})) == {"sent", "queued"}
    site.inbox.heal()
    site.worker()
    site.finish()
    assert site.judge() == {"sent": readers}


def test_p3_sigterm(harbour: Harbour) -> None:
    stop(harbour, stops=5, readers=1_000, seed=1)


@pytest.mark.soak
def test_p3_fifty_times_sigterm(tmp_path: Path, judge: Smtpd) -> None:
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="500") as site:
        stop(site, stops=50, readers=20_000, seed=2)


@pytest.mark.soak
@pytest.mark.postgres
def test_p3_fifty_times_sigterm_on_postgresql(postgres_harbour: Harbour) -> None:
    stop(postgres_harbour, stops=50, readers=20_000, seed=3)
