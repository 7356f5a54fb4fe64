"""P8: a slot of a rhythm fires once, across both changes of the clocks, leaps and wrong clocks.

Two daemons ask at every moment, and each does what it is told is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from syndicate.mail.compose import compose, upcoming
from syndicate.mail.models import Newsletter
from tests import rows

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP = timedelta(minutes=30)
# A zone, a wall time that comes twice or not at all on that day, and the slot's key.
CHANGES = [
    ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:00"),
    ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30"),
    ("America/New_York", "2026-03-08T02:30", "2026-03-08T03:00"),
    ("America/New_York", "2026-11-01T01:30", "2026-11-01T01:30"),
    ("America/St_Johns", "2026-03-08T02:30", "2026-03-08T03:00"),
    ("America/St_Johns", "2026-11-01T01:30", "2026-11-01T01:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45"),
    ("America/Santiago", "2026-09-06T00:30", "2026-09-06T01:00"),
    ("America/Santiago", "2026-04-04T23:30", "2026-04-04T23:30"),
]


def daily(wall: datetime, zone: str, begun: datetime) -> Newsletter:
    """An edition a day at that local hour, with more articles than days."""
    newsletter = rows.newsletter(
        rhythm="daily", at=wall.time(), timezone=zone, max_articles=1, created_at=begun, since=begun
    )
    newsletter.next_slot_at = upcoming(newsletter, begun)
    newsletter.save()
    for _ in range(6):
        rows.article(available_at=begun)
    return newsletter


def at_each(moments: Iterator[datetime]) -> None:
    """Two daemons look, then both do what they saw."""
    for now in moments:
        seen = list(Newsletter.objects.due(now).values_list("pk", flat=True))
        for _daemon in range(2):
            for key in seen:
                compose(key, now)


def clock(start: datetime, until: datetime) -> Iterator[datetime]:
    """Every half an hour."""
    while start < until:
        yield start
        start += STEP


def fired(newsletter: Newsletter) -> list[str]:
    """The keys of the slots that an edition was made for; each is there once."""
    return list(newsletter.editions.order_by("pk").values_list("slot", flat=True))


@pytest.mark.parametrize(("zone", "wall", "key"), CHANGES)
def test_p8_once_a_day_whatever_the_clocks_do(zone: str, wall: str, key: str) -> None:
    local = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))
    begun = (local - DAY - 2 * HOUR).astimezone(UTC)
    newsletter = daily(local, zone, begun)
    at_each(clock(begun, begun + 3 * DAY))
    assert fired(newsletter) == [
        f"{local - DAY:%Y-%m-%dT%H:%M}",
        key,
        f"{local + DAY:%Y-%m-%dT%H:%M}",
    ]


@pytest.mark.parametrize("rhythm", ["daily", "weekly"])
def test_p8_the_leap_day(rhythm: str) -> None:
    begun = datetime(2028, 2, 28, 12, tzinfo=UTC)
    newsletter = daily(datetime(2028, 2, 29, 8), "UTC", begun)
    Newsletter.objects.update(rhythm=rhythm, weekday=begun.weekday() + 1)
    at_each(clock(begun, begun + 2 * DAY))
    days = ["2028-02-29T08:00", "2028-03-01T08:00"]
    assert fired(newsletter) == (days if rhythm == "daily" else days[:1])


# Noon is the slot of each day. The clock is wrong from 11:30, or from 12:30, by so much, until
# three hours later by its own reckoning; from then on it is right.
JUMPS = [
    (11.5, +HOUR, ["23", "24", "25"]),
    (11.5, -HOUR, ["23", "24", "25"]),
    (12.5, +HOUR, ["23", "24", "25"]),
    (12.5, -HOUR, ["23", "24", "25"]),
    (11.5, +DAY, ["24", "25"]),  # the 23rd was over when anybody looked
    (11.5, -DAY, ["23", "24", "25"]),
    (12.5, +DAY, ["23", "24", "25"]),
    (12.5, -DAY, ["23", "24", "25"]),
]


@pytest.mark.parametrize(("hour", "jump", "days"), JUMPS)
def test_p8_a_clock_that_was_set_wrong(hour: float, jump: timedelta, days: list[str]) -> None:
    begun = datetime(2026, 11, 23, 1, tzinfo=UTC)
    newsletter = daily(datetime.combine(begun, time(12)), "UTC", begun)
    wrong = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour)
    at_each(clock(begun, wrong))
    at_each(clock(wrong + jump, wrong + jump + 3 * HOUR))
    at_each(clock(wrong + 3 * HOUR, begun + 3 * DAY))
    assert fired(newsletter) == [f"2026-11-{day}T12:00" for day in days]
