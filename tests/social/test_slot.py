"""When a post may go: slots, quiet hours, distance, the number a day; through changes of clocks."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.social.slot import When, after, quiet, slots

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday, one o'clock in Berlin
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def when(
    slot: str = "", still: str = "", apart: int = 0, daily: int = 0, zone: ZoneInfo = BERLIN
) -> When:
    """Hours in words."""
    return When(slots(slot), quiet(still), timedelta(minutes=apart), daily, zone)


def local(at: datetime) -> str:
    """The wall clock in Berlin."""
    return f"{at.astimezone(BERLIN):%a %d %H:%M}"


def spread(wanted: datetime, when: When, count: int, taken: Iterable[datetime]) -> list[datetime]:
    """So many moments, each beside those before it."""
    others, found = sorted(taken), []
    for _ in range(count):
        found.append(after(wanted, when, others))
        insort(others, found[-1])
    return found


def test_without_hours_it_goes_at_once() -> None:
    assert after(NOON, when()) == NOON


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        ("09:00 17:30", "Mon 23 17:30"),
        ("09:00", "Tue 24 09:00"),
        ("Sat Sun 11:00", "Sat 28 11:00"),
        ("Mon-Wed 9:00, Fri 13:00", "Tue 24 09:00"),
        ("Fri-Mon 13:00", "Mon 23 13:00"),  # over the week's end; now is a slot as well
    ],
)
def test_the_next_slot_by_the_publications_clock(slot: str, expected: str) -> None:
    assert local(after(NOON, when(slot))) == expected


def test_a_slot_is_given_to_one_post() -> None:
    moments = spread(NOON, when("09:00 17:30"), 3, [])
    assert [*map(local, moments)] == ["Mon 23 17:30", "Tue 24 09:00", "Tue 24 17:30"]


@pytest.mark.parametrize(("at", "expected"), [(21, "Tue 24 07:00"), (12, "Mon 23 13:00")])
def test_nothing_goes_in_quiet_hours(at: int, expected: str) -> None:
    moment = NOON.replace(hour=at)
    assert local(after(moment, when(still="22:00-07:00"))) == expected


def test_a_burst_drips() -> None:
    moments = spread(NOON, when(apart=45), 3, [NOON - timedelta(minutes=15)])
    assert [*map(local, moments)] == ["Mon 23 13:30", "Mon 23 14:15", "Mon 23 15:00"]


def test_a_gap_between_two_that_wait_is_used() -> None:
    others = [NOON, NOON + 2 * HOUR]
    assert after(NOON, when(apart=60), others) == NOON + HOUR


def test_so_many_a_day() -> None:
    moments = spread(NOON, when(daily=2), 3, [NOON - HOUR])
    assert [*map(local, moments)] == ["Mon 23 13:00", "Tue 24 00:00", "Tue 24 00:00"]


def test_all_of_it_together() -> None:
    hours = when("12:00 23:00", "22:00-07:00", apart=30, daily=1)
    assert [*map(local, spread(NOON, hours, 2, []))] == ["Tue 24 12:00", "Wed 25 12:00"]


def test_a_slot_that_a_clock_change_leaves_out_is_the_first_minute_after_it() -> None:
    saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert local(after(saturday, when("02:30"))) == "Sun 28 03:00"


def test_a_slot_that_comes_twice_is_one() -> None:
    saturday = datetime(2026, 10, 24, 12, tzinfo=UTC)
    first, second = spread(saturday, when("02:30"), 2, [])
    assert (local(first), local(second)) == ("Sun 25 02:30", "Mon 26 02:30")


@pytest.mark.parametrize("text", ["25:00", "nine", "Mon", "Mon 9", "Xyz 09:00", "09:00 -", "09:60"])
def test_slots_that_cannot_be_read_are_told(text: str) -> None:
    with pytest.raises(BadInput, match=r"time|day"):
        slots(text)


@pytest.mark.parametrize("text", ["22:00", "22:00-22:00", "22-7", "x-y"])
def test_quiet_hours_that_cannot_be_read_are_told(text: str) -> None:
    with pytest.raises(BadInput):
        quiet(text)


def test_quiet_hours_have_two_ends() -> None:
    assert quiet("22:00–7:30") == (time(22), time(7, 30))


@given(
    hours=st.builds(
        when,
        st.sampled_from(["", "09:00 17:30", "Sat 11:00, Mon-Fri 08:00 12:00 16:00"]),
        st.sampled_from(["", "22:00-07:00", "12:00-12:30"]),
        st.sampled_from([0, 20, 90]),
        st.sampled_from([0, 1, 3]),
    ),
    minutes=st.integers(0, 60 * 24 * 14),
    count=st.integers(1, 12),
)
def test_whatever_the_hours_all_rules_hold(hours: When, minutes: int, count: int) -> None:
    begun = NOON + timedelta(minutes=minutes)
    moments = spread(begun, hours, count, [])
    for number, moment in enumerate(moments):
        assert moment >= begun
        assert after(moment, hours, moments[:number]) == moment
        wall = moment.astimezone(BERLIN)
        if hours.slots:
            assert any(wall.time() == s.at and wall.weekday() in s.days for s in hours.slots)
        assert all(abs(moment - other) >= hours.apart for other in moments[:number])
    days = [moment.astimezone(BERLIN).date() for moment in moments]
    assert not hours.daily or max(map(days.count, days)) <= hours.daily
