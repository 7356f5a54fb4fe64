"""One lane's meter: no stretch of time carries more than it may, and none is wasted for long."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.rates import Rate, parse
from syndicate.mail.meter import FURTHEST, Meter, load, turn

AT = 1_795_000_000.0
waits = st.lists(st.tuples(st.floats(0, 400), st.integers(0, 60)), max_size=40)


def run(rates: Sequence[Rate], asked: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """What goes when, if *asked* (wait so long, then ask for so many) is all that happens."""
    meter, at, went = Meter(AT), AT, []
    for wait, many in asked:
        at += wait
        many = min(many, int(meter.room(rates, at)))
        meter.take(rates, many, at)
        meter = load(meter.dump(), at)
        went.append((at, many))
    return went


def most(went: Sequence[tuple[float, int]], span: float) -> int:
    """The most that went in any *span* seconds."""
    return max(
        (sum(n for at, n in went if begin <= at < begin + span) for begin, _ in went), default=0
    )


@given(waits, st.integers(1, 50))
def test_a_window_is_never_exceeded_wherever_it_begins(
    asked: list[tuple[float, int]], limit: int
) -> None:
    assert most(run([Rate(limit, 60)], asked), 60) <= limit


@given(waits, st.sampled_from([0.2, 1, 5, 14.5]), st.integers(1, 300))
def test_a_rate_by_the_second_is_kept_over_any_time_but_for_its_burst(
    asked: list[tuple[float, int]], rate: float, seconds: int
) -> None:
    went = run([Rate(rate, 1)], asked)
    assert most(went, seconds) <= rate * seconds + max(1, 2 * rate) + 0.01


@pytest.mark.parametrize("rate", [0.5, 5.0, 40.0])
@pytest.mark.parametrize("tick", [0.2, 1.0, 2.0])
def test_a_rate_is_reached_however_often_one_asks(rate: float, tick: float) -> None:
    asked = [(tick, 1000)] * int(60 / tick)
    sent = sum(many for _, many in run([Rate(rate, 1)], asked))
    assert 0.95 * rate * 60 - 1 <= sent <= rate * 62 + 1


def test_there_is_no_second_burst_at_the_edge_of_an_hour() -> None:
    went = run(parse("100/h"), [(3590, 1000), (20, 1000), (3550, 1000), (100, 1000)])
    assert [many for _, many in went] == [100, 0, 0, 100]


def test_a_day_s_limit_goes_on_as_its_parts_leave() -> None:
    went = run(parse("600/d"), [(600, 5)] * 288)
    assert 580 <= sum(many for _, many in went[144:]) <= 600


def test_the_narrowest_limit_counts() -> None:
    assert [n for _, n in run(parse("10/s 25/min"), [(0, 99), (1, 99), (1, 99)])] == [20, 5, 0]


def test_what_was_not_used_can_be_had_by_others() -> None:
    rates, meter = parse("10/s 30/min"), Meter(AT)
    meter.take(rates, 20, AT)
    meter.put_back(rates, 15, AT, AT)
    assert meter.room(rates, AT) == 15
    assert meter.carried(60, AT) == 5


def test_what_comes_back_late_is_not_had_twice() -> None:
    rates, meter = parse("10/s 30/min"), Meter(AT)
    meter.take(rates, 20, AT)
    meter.take(rates, 10, AT + 30)
    meter.put_back(rates, 20, AT, AT + 30)
    assert meter.room(rates, AT + 30) == 10  # of the bucket
    meter.put_back(rates, 10, AT, AT + 70)  # they have left the window
    assert meter.carried(60, AT + 70) == 10


def test_it_says_when_it_opens_again() -> None:
    rates, meter = parse("5/s 100/h"), Meter(AT)
    meter.take(rates, 10, AT)
    assert meter.opens(rates, 1, AT) == pytest.approx(AT + 0.2)
    assert meter.opens(rates, 99, AT) == pytest.approx(AT + 1)  # worth coming back for
    meter.take(rates, 90, AT + 3600)
    opens = meter.opens(rates, 1, AT + 3601)
    assert meter.room(rates, opens - 1) == 0 < meter.room(rates, opens)


def test_a_queue_has_a_place_for_each_and_begins_anew_when_it_is_long() -> None:
    meter, places = Meter(AT), []
    for _ in range(1000):
        places.append(meter.place(AT))
        meter.booked = places[-1] + turn(parse("5/s"))
    assert places[:3] == [AT, AT + 1, AT + 2]
    assert max(places.count(place) for place in places) <= 2
    assert max(places) <= AT + FURTHEST


def test_what_no_limit_asks_for_any_more_is_forgotten() -> None:
    meter = Meter(AT)
    meter.take(parse("10/h 10/d"), 3, AT)
    meter.take(parse("10/d"), 1, AT)
    assert set(meter.windows) == {86400}
