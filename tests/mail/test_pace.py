"""Who may go now, by what all workers have sent; who waits, for how long, and who does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicate.audience.models import Suppression
from syndicate.lib.config import Config
from syndicate.lib.errors import NotSent
from syndicate.lib.status import Status
from syndicate.mail import carried, pause
from syndicate.mail.lane import Carried, Pause, domain_lane, transport_lane
from syndicate.mail.pace import PROBES, pacer
from tests.mail.paced import Mail, after, blocked, carry, gone, mails, sent, seqs
from tests.ways import way

pytestmark = pytest.mark.django_db
Change = Callable[..., Config]
ALL = 1000


def shut(now: datetime, domain: str, **until: float) -> None:
    Pause.objects.create(
        lane=domain_lane(domain), since=now, until=now + timedelta(**until), error="Shut."
    )


# Nothing is limited ------------------------------------------------------------------------------


def test_without_limits_it_costs_no_statement(
    now: datetime, django_assert_num_queries: Callable[..., Any]
) -> None:
    mine, items = pacer("smtp", now), mails("a.example", 5)
    with django_assert_num_queries(0):
        assert mine.admit(items, now) is items
        assert mine.settle(now) is None
    assert not mine.active
    assert not Carried.objects.exists()


def test_what_others_paused_is_noticed_soon(now: datetime) -> None:
    mine, items = pacer("smtp", now), mails("a.example", 2)
    shut(now, "a.example", minutes=5)
    assert mine.admit(items, after(now, 3)) == []
    assert mine.active


# Limits ------------------------------------------------------------------------------------------


def test_a_way_out_has_a_limit_that_all_workers_share(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "10/h"})
    ours, theirs = pacer("smtp", now), pacer("smtp", now)
    assert len(carry(ours, mails("a.example", 7), now)) == 7
    assert len(carry(theirs, mails("b.example", 7), now)) == 3
    assert len(carry(pacer("backup", now), mails("c.example", 20), now)) == 10


def test_a_destination_has_its_limit_and_others_go_on(now: datetime, configure: Change) -> None:
    configure(pace={"domain": "3/h", "domains": {"big.example huge.example": "5/h"}})
    mixed = [*mails("big.example", 4), *mails("huge.example", 4, 5), *mails("a.example", 4, 9)]
    assert carry(pacer("smtp", now), mixed, now) == [1, 2, 3, 4, 5, 9, 10, 11]


def test_two_statements_are_enough_for_many_destinations(
    now: datetime, configure: Change, django_assert_num_queries: Callable[..., Any]
) -> None:
    configure(pace={"transport": "500/h", "domain": "2/s 100/d"})
    mine = pacer("smtp", now)
    items = [Mail(seq, f"d{seq % 40}.example") for seq in range(200)]
    with django_assert_num_queries(2):
        mine.admit(items, now)


def test_a_lane_known_to_be_full_is_not_asked_again(
    now: datetime, configure: Change, django_assert_num_queries: Callable[..., Any]
) -> None:
    configure(pace={"transport": "5/h"})
    mine = pacer("smtp", now)
    carry(mine, mails("a.example", 9), now)
    with django_assert_num_queries(0):
        assert mine.admit(mails("a.example", 9, 10), after(now, 1)) == []


def test_who_was_admitted_and_has_not_begun_is_not_charged_again(
    now: datetime, configure: Change
) -> None:
    configure(pace={"transport": "30/h"})
    mine, items = pacer("smtp", now), mails("a.example", 20)
    assert seqs(mine.admit(items, now)) == seqs(mine.admit(items, now)) == seqs(items)
    assert carried.lately(now, transport_lane("smtp")) == {3600: 20}


def test_nobody_comes_back_at_once_to_find_the_same(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "5/s"})
    mine = pacer("smtp", now)
    mine.admit(mails("a.example", 10), now)  # not yet on their way
    mine.admit(mails("a.example", 10, first=100), after(now, 9))
    due = mine.settle(after(now, 9), range(100, 110))
    assert due is not None and due >= after(now, 9.5)


def test_what_was_not_begun_is_given_back_with_its_batch(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "10/h", "domain": "8/h"})
    ours, items = pacer("smtp", now), mails("a.example", 8)
    for item in list(ours.admit(items, now))[:3]:
        ours.begin(item)
    ours.admit(mails("b.example", 2, first=100), now)
    ours.settle(now, range(1, 9))
    assert carry(pacer("smtp", now), mails("a.example", 20), now) == [1, 2, 3, 4, 5]
    assert seqs(ours.admit(mails("b.example", 2, first=100), now)) == [100, 101]


def test_mails_that_do_not_get_on_their_way_do_not_pile_up(
    now: datetime, configure: Change
) -> None:
    configure(pace={"transport": "5/s"})
    mine = pacer("smtp", now)
    for second in range(30):
        going = mine.admit(mails("a.example", ALL), after(now, second))
    assert len(going) == 10


def test_a_batch_is_due_again_when_there_is_room(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "60/h"})
    mine, items = pacer("smtp", now), mails("a.example", 61)
    assert mine.settle(now) is None
    carry(mine, items, now)
    due = mine.settle(now)
    assert due is not None and due == mine.reopens
    assert now + timedelta(hours=1) <= due <= now + timedelta(minutes=61)
    assert carry(pacer("smtp", due), items[60:], due) == [61]


def test_each_of_many_batches_has_its_own_turn(now: datetime, configure: Change) -> None:
    configure(pace={"domain": "5/s"})
    dues = []
    for batch in range(200):
        mine = pacer("smtp", now)  # another worker each time
        carry(mine, mails("a.example", 500, first=500 * batch), now)
        dues.append(mine.settle(now))
    assert len(set(dues)) == 200
    assert max(due for due in dues if due) <= after(now, 202)


def test_a_way_out_has_its_own_limit(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "2/h"}, transports={"backup": way("smtp", pace="4/h")})
    items = mails("a.example", 9)
    assert [len(carry(pacer(name, now), items, now)) for name in ("smtp", "backup")] == [2, 4]


# Warm-up -----------------------------------------------------------------------------------------


def test_a_new_way_out_carries_more_day_by_day(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "500/d", "warm_up": "10 20 1000"})
    days = [now + timedelta(hours=25 * n) for n in range(5)]
    assert [len(carry(pacer("smtp", day), mails("a.example", ALL), day)) for day in days] == [
        *(10, 20),  # as said
        *(500, 500, 500),  # no more than the limit, which alone is left then
    ]


def test_a_warm_up_may_begin_on_a_day_of_its_own(now: datetime, configure: Change) -> None:
    # 23 November, 12:00 UTC; the publication is in Berlin.
    configure(pace={"warm_up": "10 20 40", "warm_up_from": "2026-11-22"})
    assert len(carry(pacer("smtp", now), mails("a.example", ALL), now)) == 20


def test_who_waits_for_a_warm_up_waits_for_its_next_day(now: datetime, configure: Change) -> None:
    configure(pace={"warm_up": "10 20 40", "warm_up_from": "2026-11-23"})
    mine = pacer("smtp", now)
    carry(mine, mails("a.example", 11), now)
    assert mine.settle(now) == datetime.fromisoformat("2026-11-24T00:00+01:00")


# Pauses ------------------------------------------------------------------------------------------


def test_a_block_pauses_that_destination_and_nobody_else(now: datetime) -> None:
    ours, theirs = pacer("smtp", now), pacer("smtp", now)
    first, *others = mails("a.example", 5)
    assert ours.learn(first, blocked(first), now) == blocked(first)
    assert ours.admit([*others, Mail(9, "b.example")], now) == [Mail(9, "b.example")]
    assert theirs.admit(others, after(now, 3)) == []
    assert not Suppression.objects.exists()
    due = ours.settle(now)
    assert due is not None and due >= Pause.objects.get().until


def test_a_pause_grows_and_counts_once_for_all_workers(now: datetime) -> None:
    workers = [pacer("smtp", now) for _ in range(3)]
    waits = []
    for _ in range(4):
        for worker in workers:
            worker.learn(Mail(1), blocked(Mail(1)), now)
            worker.admit([], now)
        until = Pause.objects.get().until
        waits.append((until - now) // timedelta(minutes=1))
        now = after(until, 1)
        workers = [pacer("smtp", now) for _ in range(3)]
    assert Pause.objects.get().failures == 4
    assert all(low <= wait <= low * 1.2 for low, wait in zip((1, 5, 15, 60), waits, strict=True))


def test_after_a_pause_a_few_try_and_one_that_goes_lets_in_all(now: datetime) -> None:
    shut(now, "example.org", seconds=-1)
    mine, items = pacer("smtp", now), mails("example.org", 9)
    tried = list(mine.admit(items, now))
    assert len(tried) == PROBES
    assert seqs(mine.admit(items, now)) == seqs(tried)
    mine.learn(tried[0], sent(tried[0]), now)
    assert mine.admit(items, now) == items
    assert not Pause.objects.exists()
    assert not mine.active


def test_a_try_that_is_blocked_closes_it_again(now: datetime) -> None:
    shut(now, "example.org", seconds=-1)
    mine, items = pacer("smtp", now), mails("example.org", 9)
    tried = list(mine.admit(items, now))
    for item in tried:
        mine.learn(item, blocked(item), now)
    assert mine.admit(items, now) == []
    assert Pause.objects.get().failures == 2


def test_a_try_that_was_given_back_leaves_its_place_to_others(now: datetime) -> None:
    shut(now, "example.org", seconds=-1)
    mine = pacer("smtp", now)
    assert mine.admit(mails("example.org", 9), now)
    mine.settle(now, range(1, 10))
    assert len(mine.admit(mails("example.org", 9, first=10), now)) == PROBES


def test_those_who_wait_for_a_pause_do_not_come_back_all_at_once(now: datetime) -> None:
    shut(now, "example.org", minutes=5)
    dues = []
    for batch in range(100):
        mine = pacer("smtp", now)
        mine.admit(mails("example.org", 5, first=5 * batch), now)
        dues.append(mine.settle(now))
    assert len(set(dues)) == 100
    assert min(due for due in dues if due) == now + timedelta(minutes=5)


def test_an_editor_may_open_it_at_once(now: datetime) -> None:
    shut(now, "example.org", minutes=5)
    shut(now, "b.example", minutes=5)
    assert pause.resume(now, domain_lane("example.org")) == 1
    assert pacer("smtp", now).admit([Mail(1), Mail(2, "b.example")], now) == [Mail(1)]


def test_domains_of_one_provider_are_paused_together(now: datetime, configure: Change) -> None:
    configure(pace={"domains": {"a.example b.example": ""}})
    mine = pacer("smtp", now)
    mine.learn(Mail(1, "b.example"), blocked(Mail(1)), now)
    assert mine.admit([Mail(2, "a.example")], now) == []
    assert Pause.objects.get().name == "a.example"


def test_too_many_who_are_gone_close_a_destination_and_are_not_believed(now: datetime) -> None:
    mine = pacer("smtp", now)
    said = [mine.learn(item, gone(item), now) for item in mails("example.org", 30)]
    assert [one.status for one in said].count(Status.FAILED) == 9
    assert mine.admit(mails("example.org", 5), now) == []
    assert "too many readers" in Pause.objects.get().error


# Together ----------------------------------------------------------------------------------------


def test_two_who_pause_a_lane_at_once_count_once(now: datetime) -> None:
    error = NotSent("It is shut.", permanent=False)
    assert pause.pause(error, now, "transport smtp")
    assert not pause.pause(error, now, "transport smtp")
    assert pause.pause(error, now + timedelta(hours=1), "transport smtp")
    assert Pause.objects.get().failures == 2


def test_what_is_long_unused_is_forgotten(now: datetime, configure: Change) -> None:
    configure(pace={"transport": "5/h", "domain": "5/h"})
    carry(pacer("smtp", now), mails("a.example", 1), now)
    shut(now, "b.example", minutes=5)
    carried.forget(now + timedelta(days=9))
    assert [row.lane for row in Carried.objects.exclude(lane="")] == ["transport smtp"]
    assert not Pause.objects.exists()
