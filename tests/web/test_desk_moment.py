"""Moments as a person says them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syndicate.web.desk.moment import moment


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(0), "now"),
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-6), "6 min ago"),
        (timedelta(minutes=59, seconds=40), "in 1 h"),
        (timedelta(hours=2), "in 2 h"),
        (timedelta(hours=20), "Tue 24 Nov, 09:00"),
        (timedelta(days=40), "Sat 2 Jan 2027, 13:00"),
    ],
)
def test_near_ones_are_counted_far_ones_dated(
    now: datetime, distance: timedelta, words: str
) -> None:
    assert moment(now + distance, now) == words


def test_none_is_a_dash(now: datetime) -> None:
    assert moment(None, now) == "–"
