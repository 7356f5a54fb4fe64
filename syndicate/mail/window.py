"""The hours in which a newsletter may arrive, by each reader's own clock: pure.

    08:00–20:00    12:00 ─→ now        22:00 ─→ tomorrow 08:00
    22:00–06:00    23:00 ─→ now        12:00 ─→ today 22:00        (over midnight)

Wall time decides, so a day on which the clock is changed has its window at the same hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syndicate.lib.errors import BadInput
from syndicate.lib.wall import opens
from syndicate.mail.models import Newsletter


class Window(NamedTuple):
    """A newsletter's hours. *home*: the zone of readers who named none."""

    window_from: time
    window_until: time
    home: ZoneInfo

    def opens(self, zone: str, now: datetime) -> datetime:
        """When a reader there may be mailed next: *now* if that is allowed."""
        return opens(self.window_from, self.window_until, self.place(zone), now)

    def shut(self, zones: Iterable[str], now: datetime) -> dict[str, datetime]:
        """Zone → when its window opens, of those where it is shut."""
        moments = {zone: self.opens(zone, now) for zone in zones}
        return {zone: moment for zone, moment in moments.items() if moment > now}

    def place(self, zone: str) -> ZoneInfo:
        """The zone of that name; one that has gone from the tables is taken for none."""
        try:
            return ZoneInfo(zone) if zone else self.home
        except (ZoneInfoNotFoundError, ValueError):
            return self.home


def window(newsletter: Newsletter) -> Window | None:
    """Its hours; None when its mail may go at any time."""
    first, last = newsletter.window_from, newsletter.window_until
    return None if first is None or last is None else Window(first, last, newsletter.zone)


def check(window_from: time | None, window_until: time | None) -> None:
    """Raises BadInput for half a window, and for one of no length."""
    if (window_from is None) != (window_until is None):
        raise BadInput(
            "The hours for mail have only one end.", "Give both, or neither for any time."
        )
    if window_from is not None and window_from == window_until:
        raise BadInput(
            "The hours for mail begin and end at the same time.", "Give neither for any time."
        )
