"""What platforms are paid: a line for each act that cost something, or may have."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Sum

from syndicate.lib.config import site
from syndicate.social.channels.base import Act

if TYPE_CHECKING:
    from syndicate.social.models import Account


class Charge(models.Model):
    """One act. *key* names it, so that telling it twice counts once."""

    account = models.ForeignKey("social.Account", on_delete=models.CASCADE, related_name="charges")
    key = models.CharField(max_length=80, unique=True)
    mills = models.PositiveIntegerField()  # thousandths of a US dollar
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "at"], name="charge_by_month")]

    def __str__(self) -> str:
        return f"{self.key}: {dollars(self.mills)}"


def charge(account: Account, act: Act, of: str, mills: int, now: datetime) -> None:
    """Write down what *act* cost; *of* tells which one it was: the same words, the same line."""
    if mills:
        line = Charge(account=account, key=f"{account.pk}:{act}:{of}", mills=mills, at=now)
        Charge.objects.bulk_create([line], ignore_conflicts=True)


def spent(account: Account, now: datetime) -> int:
    """In this month, as the publication's clock has it. Thousandths of a US dollar."""
    lines = Charge.objects.filter(account=account, at__gte=month(now))
    return int(lines.aggregate(all=Sum("mills"))["all"] or 0)


def left(account: Account, now: datetime) -> int | None:
    """What this month's budget still allows; None without one."""
    budget = account.habits.budget
    return max(0, budget * 1000 - spent(account, now)) if budget else None


def month(now: datetime, later: int = 0) -> datetime:
    """When this month began, or with *later* = 1 when the next one will."""
    zone = ZoneInfo(site().publication.timezone)
    local = now.astimezone(zone)
    year, number = divmod(local.year * 12 + local.month - 1 + later, 12)
    return datetime(year, number + 1, 1, tzinfo=zone)


def dollars(mills: int) -> str:
    """``$0.200``: thousandths matter, a post costs fifteen of them."""
    return f"${mills / 1000:,.3f}"
