"""A moment as a person says it: “6 min ago”, “in 2 h”, “Fri 27 Nov, 08:00”."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

# Beyond this the clock says more than a count of hours.
NEAR = timedelta(hours=10)


def moment(at: datetime | None, now: datetime) -> str:
    """*at* seen from *now*, in the publication's time zone; an absent one is a dash."""
    if at is None:
        return "–"
    if abs(at - now) < NEAR:
        return _near(at - now)
    there, here = timezone.localtime(at), timezone.localtime(now)
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {there:%H:%M}"


def _near(distance: timedelta) -> str:
    seconds = int(abs(distance).total_seconds())
    if seconds < 45:
        return "now" if distance >= timedelta(0) else "just now"
    length = f"{round(seconds / 60)} min" if seconds < 3570 else f"{round(seconds / 3600)} h"
    return f"in {length}" if distance > timedelta(0) else f"{length} ago"
