"""P8: a slot fires once: through both changes of the clocks, a leap day, and a clock that jumps."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from syndicate.mail.compose import compose
from syndicate.mail.models import Newsletter, Slot
from tests import rows

pytestmark = pytest.mark.django_db
STEP = timedelta(minutes=20)
DAYS = 3
# Zone, the day of the change, an hour that does not exist or comes twice on it.
CHANGES = (
    ("Europe/Berlin", date(2026, 10, 25), time(2, 30)),
    ("Europe/Berlin", date(2027, 3, 28), time(2, 30)),
    ("America/New_York", date(2026, 11, 1), time(1, 30)),
    ("America/New_York", date(2027, 3, 14), time(2, 30)),
    ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45)),
    ("America/St_Johns", date(2026, 11, 1), time(1, 15)),
    ("Africa/Casablanca", date(2027, 3, 14), time(2, 30)),
    ("UTC", date(2028, 2, 29), time(2, 30)),
)


def run(zone: str, day: date, at: time, jumps: dict[int, timedelta]) -> Counter[str]:
    """Ask from the day before to the day after, an article an hour; which dates were decided."""
    begin = datetime.combine(day - timedelta(days=1), time(0), ZoneInfo(zone)).astimezone(UTC)
    first = datetime.combine(day - timedelta(days=1), at, ZoneInfo(zone)).astimezone(UTC)
    news = rows.newsletter(rhythm="daily", at=at, timezone=zone, since=begin, created_at=begin,
                           next_slot_at=first)  # fmt: skip
    now = begin
    while now < begin + timedelta(days=DAYS, hours=1):
        step = int((now - begin) / STEP)
        rows.article(first_seen=now, available_at=now)
        now += jumps.pop(step, STEP)
        for pk in Newsletter.objects.due(now).values_list("pk", flat=True):
            compose(pk, now)
    return Counter(key.partition("T")[0] for key in Slot.objects.filter(newsletter=news)
                   .values_list("key", flat=True))  # fmt: skip


@pytest.mark.parametrize(("zone", "day", "at"), CHANGES)
def test_p8_once_a_day_through_a_change(zone: str, day: date, at: time) -> None:
    decided = run(zone, day, at, {})
    assert decided == {str(day + timedelta(days=n)): 1 for n in (-1, 0, 1)}


@pytest.mark.parametrize("jump", [-24, -1, 1], ids="{:+d} h".format)
def test_p8_a_clock_that_jumps(jump: int) -> None:
    day = date(2026, 11, 17)
    decided = run("UTC", day, time(12, 0), {110: timedelta(hours=jump)})
    assert decided == {str(day + timedelta(days=n)): 1 for n in (-1, 0, 1)}
