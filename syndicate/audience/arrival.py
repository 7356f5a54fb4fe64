"""How many readers came by which channel: counted by the day, nobody followed.

A link in a post may carry ``utm_source``. Whoever opens it, on our pages or on a page of the
publication's that tells us, adds one to a number; no cookie, no address, no moment is kept.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F

LONGEST = 40  # characters of a source's name


class Arrival(models.Model):
    """So many came by *source* on one day."""

    day = models.DateField()
    source = models.CharField(max_length=LONGEST)  # utm_source, as an account has it
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "source"], name="arrival_by_day")]

    def __str__(self) -> str:
        return f"{self.count} by {self.source} on {self.day}"


def arrived(source: str, day: date) -> None:
    """One more. The caller has made sure that *source* is one of ours."""
    today = Arrival.objects.filter(day=day, source=source)
    if not today.update(count=F("count") + 1):
        Arrival.objects.bulk_create([Arrival(day=day, source=source)], ignore_conflicts=True)
        today.update(count=F("count") + 1)
