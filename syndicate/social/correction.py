"""Correction: an article changed after it was posted, and what is done about the post."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q, QuerySet

from syndicate.lib.status import Status


class CorrectionQuerySet(models.QuerySet["Correction"]):
    """Questions about corrections."""

    def due(self, now: datetime) -> QuerySet[Correction]:
        """Those to carry over now, and those whose worker fell silent; twice is as once."""
        from syndicate.social.models import usable

        waiting = Q(status__in=[Status.QUEUED, Status.DEFERRED], due_at__lte=now)
        silent = Q(status=Status.SENDING, lease_until__lte=now)
        return self.filter(usable(now, "post__account__"), waiting | silent).order_by("due_at")

    def open(self) -> QuerySet[Correction]:
        """Those that an editor, or we, have yet to see to."""
        return self.filter(status__in=OPEN)


OPEN = (Status.HELD, Status.QUEUED, Status.SENDING, Status.DEFERRED)


class Correction(models.Model):
    """A change of one post: its text becomes *text*, or it is taken down. Never a new post.

    ``held → queued → sending → sent | deferred | failed``; or ``cancelled``: left as it is.
    """

    class Kind(models.TextChoices):
        """What is done."""

        EDIT = "edit"
        DELETE = "delete"

    post = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(max_length=6, choices=Kind)
    revision = models.PositiveIntegerField()  # of the article
    status = models.CharField(max_length=12, choices=Status, default=Status.HELD, db_index=True)
    text = models.TextField(blank=True)
    card = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=300)  # what happened to the article, in words
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)

    objects: ClassVar[CorrectionQuerySet] = CorrectionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "kind", "revision"], name="correction_once_per_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.post}"
