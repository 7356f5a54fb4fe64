"""P17: “healthy” means moving. Within a minute a watchdog hears that nothing moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicate import health
from syndicate.daemon import Daemon
from syndicate.engine.models import Heartbeat
from syndicate.lib import clock, stop
from syndicate.mail.models import Batch
from tests import rows
from tests.fakes.smtpd import Smtpd
from tests.installation import until
from tests.mail.editions import readers, sending

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(seconds=61)


@pytest.fixture
def daemon(configure: Callable[..., Any]) -> Iterator[Daemon]:
    """At work, with one thread for each kind of job."""
    stop.clear()
    configure(daemon={"tick_seconds": 0.05, "workers": 1, "drain_seconds": 5})
    made = Daemon()
    made.start()
    until(Heartbeat.objects.exists, what="a heartbeat")
    yield made
    made.stop()
    stop.clear()


def red(at: datetime) -> set[str]:
    """What a watchdog is told."""
    return {problem.id for problem in health.standstill(at)} - {"H02"}


def test_p17_all_is_well(daemon: Daemon) -> None:
    assert red(clock.now()) == set()


def test_p17_a_clock_that_stands_still(daemon: Daemon) -> None:
    daemon._scheduler.pause()
    assert red(clock.now() + MINUTE) == {"H01"}


def test_p17_hands_that_stand_still_while_the_clock_beats(daemon: Daemon) -> None:
    """Every hand holds something that does not end."""
    ends = threading.Event()
    for pool in daemon._engine._pools.values():  # type: ignore[attr-defined]
        pool.submit(ends.wait)
    Heartbeat.objects.update(started_at=rows.NOON)
    rows.article(available_at=rows.NOON)
    rows.newsletter()
    later = clock.now() + MINUTE
    Heartbeat.objects.update(seen_at=later)
    assert red(later) == {"H06"}
    ends.set()


def test_p17_a_mail_server_that_hangs(
    configure: Callable[..., Any], tmp_path: Path, daemon: Daemon
) -> None:
    with Smtpd(log=tmp_path / "judge.log") as judge:
        judge.stall("dot", 600)
        configure(
            mail={"transport": "smtp"},
            smtp={"host": "127.0.0.1", "port": judge.port, "security": "none"},
            daemon={"lease_seconds": 600},
        )
        sending(*readers(20))
        until(lambda: Batch.objects.filter(status="sending").exists(), what="a claim")
        assert red(clock.now()) == set()
        later = clock.now() + MINUTE
        Heartbeat.objects.update(seen_at=later)
        assert red(later) == {"H22"}
        stop.request()
