"""Slots in local time, through both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.mail.rhythm import When, next_slot, slot_at

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = When("daily", time(2, 30), 0)
ZONES = [BERLIN, *map(ZoneInfo, ("UTC", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"))]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_daily_slot_is_local() -> None:
    slot = next_slot(When("daily", time(8), 0), BERLIN, at("2026-11-23T12:00"))
    assert slot == ("2026-11-24T08:00", at("2026-11-24T07:00"))


def test_weekly_comes_on_its_day() -> None:
    friday = When("weekly", time(9), 4)
    assert slot_at(friday, BERLIN, at("2026-11-23T12:00")).key == "2026-11-20T09:00"
    assert next_slot(friday, BERLIN, at("2026-11-23T12:00")).key == "2026-11-27T09:00"


def test_hourly_uses_the_minute() -> None:
    slot = slot_at(When("hourly", time(8, 15), 0), BERLIN, at("2026-11-23T12:10"))
    assert slot.key == "2026-11-23T12:15"


def test_a_slot_has_come_at_its_very_moment() -> None:
    moment = at("2026-11-23T01:30")
    assert slot_at(DAILY, BERLIN, moment).moment == moment
    assert next_slot(DAILY, BERLIN, moment).key == "2026-11-24T02:30"


def test_the_hour_that_comes_twice_counts_once() -> None:
    first = next_slot(DAILY, BERLIN, at("2026-10-24T12:00"))
    assert first == ("2026-10-25T02:30", at("2026-10-25T00:30"))
    again = at("2026-10-25T01:30")  # 02:30 for the second time
    assert slot_at(DAILY, BERLIN, again) == first
    assert next_slot(DAILY, BERLIN, again).key == "2026-10-26T02:30"


def test_a_time_that_does_not_exist_moves_to_the_first_that_does() -> None:
    slot = next_slot(DAILY, BERLIN, at("2026-03-28T12:00"))
    assert slot == ("2026-03-29T03:00", at("2026-03-29T01:00"))


def test_hourly_slots_of_a_gap_are_one() -> None:
    hourly, keys = When("hourly", time(0, 0), 0), []
    now = at("2026-03-29T00:00") - timedelta(seconds=1)
    for _ in range(3):
        slot = next_slot(hourly, BERLIN, now)
        keys.append(slot.key[11:])
        now = slot.moment
    assert keys == ["01:00", "03:00", "04:00"]


@given(
    st.sampled_from(["hourly", "daily", "weekly"]),
    st.times(),
    st.integers(0, 6),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
)
def test_the_next_slot_is_the_one_that_comes(
    rhythm: str, wall: time, weekday: int, zone: ZoneInfo, now: datetime
) -> None:
    when = When(rhythm, wall.replace(second=0, microsecond=0), weekday)
    slot = next_slot(when, zone, now)
    assert slot_at(when, zone, now).moment <= now < slot.moment
    assert slot_at(when, zone, slot.moment) == slot
    assert slot_at(when, zone, slot.moment - timedelta(seconds=1)).moment < slot.moment


def test_every_article_has_no_slots() -> None:
    with pytest.raises(ValueError, match="article has no slots"):
        next_slot(When("article", time(8), 0), BERLIN, at("2026-11-23T12:00"))
