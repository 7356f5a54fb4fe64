"""Subscriber, MailingList, Subscription, Suppression."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet

from syndicate.audience.arrival import LONGEST, Arrival

__all__ = [
    "Arrival", "MailingList", "Subscriber", "Subscription", "Suppression", "Tally",
]  # fmt: skip


class Subscriber(models.Model):
    """A person, once, however many lists they read."""

    email = models.CharField(max_length=320)  # as they wrote it; mail goes here
    address = models.CharField(max_length=320, unique=True)  # canonical: audience.address
    name = models.CharField(max_length=200, blank=True)
    timezone = models.CharField(max_length=60, blank=True)  # IANA name; empty: the newsletter's
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["address"]

    def __str__(self) -> str:
        return self.email


class MailingList(models.Model):
    """Something one can subscribe to."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    description = models.TextField(blank=True)
    public = models.BooleanField(default=True)  # offered on the subscribe page and in preferences
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def readers(self) -> QuerySet[Subscription]:
        """Who gets its mail: confirmed and not suppressed."""
        suppressed = Suppression.objects.filter(address=models.OuterRef("subscriber__address"))
        return Subscription.objects.filter(
            ~models.Exists(suppressed), list=self, status=Subscription.Status.CONFIRMED
        )


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Questions about subscriptions."""

    def awaiting_mail(self, now: datetime) -> QuerySet[Subscription]:
        """Those for whom a confirmation mail was asked and has not gone."""
        return self.filter(Q(confirm_due__lte=now), status=Subscription.Status.PENDING).order_by(
            "confirm_due"
        )

    def claim_mail(self, pk: int, seen: datetime, until: datetime) -> bool:
        """Take one confirmation mail; *seen* is the ``confirm_due`` that made it due."""
        return (
            self.filter(pk=pk, confirm_due=seen).update(
                confirm_due=until, confirm_tries=F("confirm_tries") + 1
            )
            == 1
        )


class Subscription(models.Model):
    """Who asked for what; consent lives here."""

    class Status(models.TextChoices):
        """How far the consent goes."""

        PENDING = "pending"  # asked, not confirmed: gets one confirmation mail and nothing else
        CONFIRMED = "confirmed"
        UNSUBSCRIBED = "unsubscribed"

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    list = models.ForeignKey(MailingList, on_delete=models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    via = models.CharField(max_length=40)  # form, embed, import, desk, cli
    came_by = models.CharField(max_length=LONGEST, blank=True)  # the channel whose link led here
    consent = models.TextField(blank=True)  # the sentence they agreed to
    network_hash = models.CharField(max_length=64, blank=True)  # keyed hash of the IP address

    confirm_due = models.DateTimeField(null=True, blank=True, db_index=True)  # a mail is to go
    confirm_sent_at = models.DateTimeField(null=True, blank=True)
    confirm_tries = models.PositiveIntegerField(default=0)
    confirm_error = models.TextField(blank=True)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "list"], name="one_subscription_per_list"
            ),
        ]
        indexes = [models.Index(fields=["list", "status", "subscriber"], name="readers_of_list")]

    def __str__(self) -> str:
        return f"{self.subscriber} → {self.list}"


class Suppression(models.Model):
    """An address we must not write to, and why. It outlives the Subscriber."""

    class Reason(models.TextChoices):
        """Why."""

        UNSUBSCRIBED = "unsubscribed"  # from everything
        BOUNCED = "bounced"  # the address does not exist
        COMPLAINED = "complained"
        MANUAL = "manual"

    address = models.CharField(max_length=320, unique=True)  # canonical
    reason = models.CharField(max_length=12, choices=Reason)
    detail = models.TextField(blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.address} ({self.reason})"


class Tally(models.Model):
    """How often something happened in an hour; for limits, gone after a day."""

    key = models.CharField(max_length=80)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "hour"], name="one_tally_per_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


# A worker that took a confirmation mail and vanished: another may try after this.
CONFIRM_LEASE = timedelta(minutes=5)
