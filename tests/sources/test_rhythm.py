"""How long until the next look, on plain data."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.sources.rhythm import hours, jittered, wait
from tests.conftest import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST = 6 * HOUR
# Each morning at nine, for two weeks.
MORNINGS = [NOON - n * DAY - 3 * HOUR for n in range(14)]


def at(hour: int) -> datetime:
    return NOON.replace(hour=hour)


def test_too_little_is_no_rhythm() -> None:
    assert hours([], NOON) == []
    assert hours(MORNINGS[:3], NOON) == []
    assert hours([NOON - n * timedelta(minutes=1) for n in range(50)], NOON) == []
    assert hours([NOON - 40 * DAY - n * DAY for n in range(9)], NOON) == []


def test_what_is_dated_ahead_is_not_known_yet() -> None:
    assert hours([*MORNINGS, NOON + 9 * DAY], NOON) == hours(MORNINGS, NOON)


def test_all_hours_of_a_day_hold_what_a_day_brings() -> None:
    assert sum(hours(MORNINGS, NOON)) == pytest.approx(14 / 13.125, rel=0.01)


def test_it_looks_often_at_the_usual_hour_and_seldom_at_night() -> None:
    usual = hours(MORNINGS, NOON)
    morning = wait(usual, at(9) - DAY, at(9), LONGEST)
    night = wait(usual, at(9) - DAY, at(22), LONGEST)
    assert morning < timedelta(minutes=10)
    assert night > 3 * HOUR


def test_it_does_not_sleep_through_the_usual_hour() -> None:
    usual = hours(MORNINGS, NOON)
    assert at(4) + wait(usual, at(9) - DAY, at(4), 12 * HOUR) < at(9)


def test_it_is_soon_back_after_an_article_and_slower_the_longer_none_comes() -> None:
    usual = hours(MORNINGS, NOON)
    fresh = wait(usual, at(9) - timedelta(minutes=5), at(9), LONGEST)
    waits = [wait(usual, at(9) - days * DAY, at(9), LONGEST) for days in (1, 7, 30)]
    assert fresh < waits[0] < waits[1] < waits[2]
    assert wait(usual, at(9) - 3000 * DAY, at(9), LONGEST) == LONGEST


def test_what_publishes_more_is_looked_at_more() -> None:
    busy = [NOON - n * HOUR / 2 for n in range(1, 500)]
    quiet = [NOON - n * 12 * HOUR for n in range(1, 20)]
    assert wait(hours(busy, NOON), None, NOON, LONGEST) < timedelta(minutes=3)
    assert wait(hours(quiet, NOON), None, NOON, LONGEST) < wait([0.0] * 24, None, NOON, LONGEST)


def test_never_longer_and_the_same_for_the_same_look() -> None:
    spread = [jittered(HOUR, f"1:{n}") / HOUR for n in range(200)]
    assert all(0.85 <= each <= 1 for each in spread)
    assert max(spread) - min(spread) > 0.1
    assert jittered(HOUR, "1:7") == jittered(HOUR, "1:7")
