"""One thing that is wrong, and the words in which it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils import timezone

# Work that is due this long and not begun is stuck, whatever the heartbeat says.
STUCK_AFTER = timedelta(minutes=15)
# A final failure stays in sight this long; then it is history.
RECENT = timedelta(days=7)


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"  # something stands still until a person acts
    WARNING = "warning"  # it goes on, but not all of it


class Where(NamedTuple):
    """A row: the word for its kind, and its primary key."""

    kind: str  # source, newsletter, edition, account, post, list
    pk: int


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. *id* is stable and listed in docs/errors.md."""

    id: str
    level: Level
    subject: str
    message: str
    hint: str = ""
    where: Where | None = None


def clock(at: datetime | None) -> str:
    """A moment in the publication's time zone: “23 Nov, 13:00 CET”."""
    return f"{timezone.localtime(at):%d %b, %H:%M %Z}" if at else "–"
