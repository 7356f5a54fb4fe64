"""Several workers with one store: no window is exceeded, nobody is charged twice, all are served.

Also on PostgreSQL: tests.mail.test_on_postgresql.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

import hypothesis
import pytest
from django.db import connection
from hypothesis import strategies as st

from syndicate.lib.config import Config
from syndicate.mail.lane import Carried
from syndicate.mail.pace import Pacer, pacer
from tests.mail.paced import Mail, after, carry, mails, seqs

Change = Callable[..., Config]
DOMAINS = ("a.example", "b.example", "c.example")
LIMITS = {"a.example": 12, "b.example": 20, "c.example": 20}  # in a minute; 40 by one way out

step = st.tuples(
    st.integers(0, 2),  # which worker
    st.integers(0, 25),  # so many mails ask
    st.integers(0, 25),  # so many of those that may go begin
    st.sampled_from([0, 0, 1, 7, 30]),  # seconds until the next step
    st.booleans(),  # the batch is given back
)


class Scene:
    """Three workers, and a log of all that went: (when, domain)."""

    def __init__(self, now: datetime) -> None:
        Carried.objects.all().delete()
        self.now, self.at, self.seq = now, 0.0, 0
        self.workers = [pacer("smtp", now) for _ in range(3)]
        self.log: list[tuple[float, str]] = []

    def play(self, worker: Pacer, asked: int, begun: int) -> None:
        now = after(self.now, self.at)
        items = [Mail(self.seq + n, DOMAINS[n % 3]) for n in range(asked)]
        self.seq += asked
        for item in list(worker.admit(items, now))[:begun]:
            worker.begin(item)
            self.log.append((self.at, item.domain))

    def most(self, domains: tuple[str, ...]) -> int:
        """The most that began in any minute."""
        mine = [at for at, domain in self.log if domain in domains]
        return max((sum(a <= at < a + 60 for at in mine) for a in mine), default=0)


@pytest.mark.django_db
def test_no_window_is_exceeded_whatever_the_workers_do(now: datetime, configure: Change) -> None:
    per_domain = {domain: f"{limit}/min" for domain, limit in LIMITS.items()}
    configure(pace={"transport": "40/min", "domains": per_domain})

    @hypothesis.given(st.lists(step, max_size=30))
    @hypothesis.settings(max_examples=40)
    def check(steps: list[tuple[int, int, int, int, bool]]) -> None:
        scene = Scene(now)
        for who, asked, begun, wait, gives_back in steps:
            scene.play(scene.workers[who], asked, begun)
            if gives_back:
                scene.workers[who].settle(after(now, scene.at))
            scene.at += wait
        assert all(scene.most((domain,)) <= limit for domain, limit in LIMITS.items())
        assert scene.most(DOMAINS) <= 40

    check()


@pytest.mark.django_db
def test_what_was_given_back_is_all_there(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "40/min"})

    @hypothesis.given(st.lists(step, max_size=20))
    @hypothesis.settings(max_examples=25)
    def check(steps: list[tuple[int, int, int, int, bool]]) -> None:
        scene = Scene(now)
        for who, asked, begun, _, _ in steps:
            scene.play(scene.workers[who], asked, begun)
        for worker in scene.workers:
            worker.settle(now)
        rest = pacer("smtp", now).admit(mails("a.example", 100), now)
        assert len(rest) == 40 - len(scene.log)

    check()


@pytest.mark.django_db
def test_a_limited_destination_is_served_in_time_and_seldom_asked_in_vain(
    now: datetime, configure: Change
) -> None:
    """Thirty batches of twenty, 5/s: two minutes, with a clock that looks every two seconds."""
    configure(pace={"domains": {"a.example": "5/s"}})
    batches = {first: mails("a.example", 20, first) for first in range(1, 601, 20)}
    due, went, claims = dict.fromkeys(batches, now), [], 0
    for tick in range(0, 300, 2):
        at = after(now, tick)
        worker = pacer("smtp", at)  # each time another one
        for first in [first for first, when in due.items() if when <= at]:
            claims += 1
            sent = carry(worker, batches[first], at)
            went += [(tick, seq) for seq in sent]
            batches[first] = [item for item in batches[first] if item.seq not in sent]
            due[first] = worker.settle(at, range(first, first + 20)) or at
            if not batches[first]:
                del due[first]
    assert sorted(seq for _, seq in went) == list(range(1, 601))
    assert went[-1][0] <= 126
    assert all(sum(a <= tick < a + 10 for tick, _ in went) <= 60 for a in range(120))
    assert claims <= 4 * 126


@pytest.mark.django_db
def test_slow_destinations_keep_nobody_else_waiting(now: datetime, configure: Change) -> None:
    configure(pace={"domains": {"a.example": "2/h"}})
    mixed = [Mail(seq, DOMAINS[seq % 2]) for seq in range(1, 101)]
    mine = pacer("smtp", now)
    assert len(carry(mine, mixed, now)) == 52
    due = mine.settle(now)
    assert due is not None and (due - now).total_seconds() >= 3600


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_the_same_moment_share_what_there_is(
    now: datetime, configure: Change
) -> None:
    configure(pace={"transport": "50/h", "domain": "30/h"})
    gate, granted, failed = threading.Barrier(6), [], []

    def ask(number: int) -> None:
        try:
            mine = pacer("smtp", now)
            gate.wait()
            for turn in range(5):
                domains = DOMAINS if number % 2 else DOMAINS[::-1]
                items = [Mail(100 * turn + n, domains[n % 2]) for n in range(10)]
                granted.extend(seqs(mine.admit(items, now)))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(granted) == 50
