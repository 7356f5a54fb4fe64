"""Lanes: what mail shares on its way out, and what each of them may carry for now.

``transport smtp`` is one, ``domain example.org`` another. A lane is closed by a Pause (a wrong
password, a block), and narrowed by what it has carried already (Carried: mail.carried). The rows
are shared, so all workers on all machines keep to them together.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import QuerySet

LANE_LETTERS = 300


def transport_lane(name: str) -> str:
    """The lane of one way out, by its name in the configuration."""
    return f"transport {name}"


def domain_lane(domain: str) -> str:
    """The lane of one destination, by the part after the @, in small letters."""
    return f"domain {domain}"[:LANE_LETTERS]


class PauseQuerySet(models.QuerySet["Pause"]):
    """Questions about pauses."""

    def in_force(self, now: datetime) -> QuerySet[Pause]:
        """Those that close their lane now."""
        return self.filter(until__gt=now)


class Pause(models.Model):
    """A lane that must not be used for now, and why."""

    lane = models.CharField(max_length=LANE_LETTERS, unique=True)
    until = models.DateTimeField()
    since = models.DateTimeField()
    failures = models.PositiveIntegerField(default=1)  # in a row; sets the next distance
    error = models.TextField()
    hint = models.TextField(blank=True)

    objects: ClassVar[PauseQuerySet] = PauseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["lane"]

    def __str__(self) -> str:
        return f"{self.lane} until {self.until}"

    @property
    def kind(self) -> str:
        """``transport`` or ``domain``."""
        return self.lane.partition(" ")[0]

    @property
    def name(self) -> str:
        """Which transport, or which domain."""
        return self.lane.partition(" ")[2]


class Carried(models.Model):
    """What a lane has carried of late, and who waits for it: the state of its mail.meter."""

    lane = models.CharField(max_length=LANE_LETTERS, unique=True)
    meter = models.TextField()
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.lane
