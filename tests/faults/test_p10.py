"""P10: a worker, or its whole machine, is gone: others take over. One that was frozen and wakes
sends nothing stale."""

from __future__ import annotations

import random
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.smtpd import Smtpd
from tests.faults.harbour import CONNECTIONS, LEASE, TICK, Harbour
from tests.faults.slipway import Launched
from tests.installation import until

# What the judge takes to answer, so that a second later there is still much to send. Seconds.
SLOWLY = 0.02
# What a busy machine may take beyond what is promised. Seconds.
MARGIN = 2.0


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


def test_p10_a_frozen_worker_wakes_while_its_successor_sends(tmp_path: Path, judge: Smtpd) -> None:
    """All is one batch: what the successor sends is what the frozen one had in hand."""
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="1000") as site:
        site.seed(1_000)
        frozen = site.worker()
        site.await_mails(100)
        site.freeze(frozen)
        judge.heal()
        judge.stall("dot", SLOWLY)
        site.worker()
        site.await_mails(100)
        assert not site.holds(frozen), "somebody sends what is not theirs"
        frozen.send_signal(signal.SIGCONT)
        until(lambda: "another worker took over" in site.log(), 10, "it to see that it slept")
        came = site.count()
        site.await_mails(50)
        assert came < 900 and not site.is_done(), "woken too late to prove anything"
        judge.heal()
        site.finish()
        assert site.judge()["unknown"] <= CONNECTIONS


def test_p10_the_work_of_a_killed_worker_goes_on_within_its_lease(
    tmp_path: Path, judge: Smtpd
) -> None:
    """All is one batch, so that the other, who started long before, has nothing else to do."""
    with Harbour(tmp_path, judge, MAIL__BATCH_SIZE="2000") as site:
        site.seed(2_000)
        judge.heal()
        judge.stall("dot", SLOWLY)
        crew = [site.worker(), site.worker()]
        until(lambda: site.ask("SELECT count(*) FROM engine_heartbeat") == [(2,)], 30, "both")
        site.await_mails(20)
        site.kill(next(worker for worker in crew if site.holds(worker)))
        killed = time.time()
        site.await_silence()
        came = site.count()
        judge.heal()
        site.await_mails(1)
        assert judge.accepted[came].at - killed <= LEASE + TICK + MARGIN
        site.finish()
        assert site.judge()["unknown"] <= CONNECTIONS


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


def at_work(site: Harbour, crew: list[Launched], chance: random.Random) -> Launched:
    """One of *crew* that has a batch in hand."""
    some: list[Launched] = until(
        lambda: [worker for worker in crew if site.holds(worker)], 30, "anybody at work"
    )
    return chance.choice(some)


def wake(site: Harbour, one: Launched, since: float) -> bool:
    """Only if its lease is over, and another has what it had in hand when it was frozen."""
    ready = time.monotonic() - since > LEASE + TICK and not site.holds(one)
    if ready:
        one.send_signal(signal.SIGCONT)
    return ready


@pytest.mark.soak
@pytest.mark.postgres
def test_p10_five_workers_killed_and_frozen(
    tmp_path: Path, judge: Smtpd, own_postgres: Postgres
) -> None:
    """Fifty of them; who is frozen wakes when its lease is over and its work another's, while that
    is being sent. There are as many batches as workers: one that was left is wanted at once."""
    chance, faults, woken = random.Random(10), 50, 0
    options = {"DATABASE__URL": own_postgres.url(), "MAIL__BATCH_SIZE": "6000"}
    with Harbour(tmp_path, judge, **options) as site:
        site.seed(30_000)
        judge.heal()
        judge.stall("dot", 0.1)  # fifty faults take a minute or two: a third of all is sent in that
        crew = [site.worker() for _ in range(5)]
        asleep: list[tuple[Launched, float]] = []
        for _ in range(faults):
            site.await_mails(chance.randint(1, 300))
            assert not site.is_done(), "too late to prove anything"
            one = at_work(site, crew, chance)
            crew.remove(one)
            if chance.random() < 0.5:
                site.kill(one)
            else:
                site.freeze(one)
                asleep.append((one, time.monotonic()))
            if len(crew) < 5:
                crew.append(site.worker())
            if len(asleep) > 3:
                one, since = asleep.pop(0)
                until(partial(wake, site, one, since), 60, "another to take over")
                crew.append(one)
                woken += 1
        assert woken > 10 and not site.is_done(), "woken too late to prove anything"
        judge.heal()
        site.finish(120)
        for one, since in asleep:
            until(partial(wake, site, one, since), 10, "the end of its lease")
        time.sleep(2)
        assert site.judge()["unknown"] <= faults * CONNECTIONS
