"""When mail may arrive, by the reader's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.lib.errors import BadInput
from syndicate.mail.models import Newsletter
from syndicate.mail.window import Window, check, opens, window

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        ("08:00 20:00", "2026-11-23T12:00", "2026-11-23T12:00"),
        ("08:00 20:00", "2026-11-23T07:00", "2026-11-23T07:00"),  # 08:00 there
        ("08:00 20:00", "2026-11-23T06:59", "2026-11-23T07:00"),
        ("08:00 20:00", "2026-11-23T18:59", "2026-11-23T18:59"),
        ("08:00 20:00", "2026-11-23T19:00", "2026-11-24T07:00"),
        ("22:00 06:00", "2026-11-23T22:00", "2026-11-23T22:00"),
        ("22:00 06:00", "2026-11-23T04:59", "2026-11-23T04:59"),
        ("22:00 06:00", "2026-11-23T05:00", "2026-11-23T21:00"),
        ("00:00 12:00", "2026-11-23T23:30", "2026-11-23T23:30"),  # tomorrow there
        ("08:00 08:00", "2026-11-23T02:00", "2026-11-23T02:00"),
        # Clocks go forward on 29 March, 02:00 → 03:00, and back on 25 October, 03:00 → 02:00.
        ("08:00 20:00", "2026-03-28T20:00", "2026-03-29T06:00"),
        ("08:00 20:00", "2026-10-24T20:00", "2026-10-25T07:00"),
        ("02:30 05:00", "2026-03-29T00:30", "2026-03-29T01:00"),  # 02:30 is not: 03:00 there
        ("02:30 05:00", "2026-10-24T23:00", "2026-10-25T00:30"),
        ("02:30 05:00", "2026-10-25T01:10", "2026-10-25T01:30"),  # 02:10 is again
    ],
)
def test_it_opens(hours: str, now: str, then: str) -> None:
    first, last = map(time.fromisoformat, hours.split())
    assert opens(first, last, BERLIN, utc(now)) == utc(then)


@given(
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_where_it_opens_it_is_open_and_within_a_day(
    first: time, last: time, zone: str, at: datetime
) -> None:
    first, last = first.replace(second=0, microsecond=0), last.replace(second=0, microsecond=0)
    now = at.replace(tzinfo=UTC)
    then = opens(first, last, ZoneInfo(zone), now)
    assert now <= then <= now + timedelta(hours=25)
    # Unless its hours are those that spring leaves out, it is open then, and stays so if asked.
    if then > now and then.astimezone(ZoneInfo(zone)).time() == first:
        assert opens(first, last, ZoneInfo(zone), then) == then


def test_zones_that_are_shut_and_until_when(now: datetime) -> None:
    hours = Window(time(8), time(20), BERLIN)
    shut = hours.shut(["", "Europe/Paris", "America/New_York", "Asia/Tokyo", "Moon/Base"], now)
    assert shut == {
        "America/New_York": now + timedelta(hours=1),
        "Asia/Tokyo": now + timedelta(hours=11),
    }


def test_a_newsletter_without_hours_has_no_window() -> None:
    assert window(Newsletter()) is None
    assert window(Newsletter(window_from=time(8))) is None
    made = window(Newsletter(window_from=time(8), window_until=time(9), timezone="Asia/Tokyo"))
    assert made == Window(time(8), time(9), ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize("hours", [(time(8), None), (None, time(8)), (time(8), time(8))])
def test_half_a_window_is_none(hours: tuple[time | None, time | None]) -> None:
    with pytest.raises(BadInput) as caught:
        check(*hours)
    assert caught.value.hint


def test_both_or_neither_is_fine() -> None:
    check(None, None)
    check(time(22), time(6))
