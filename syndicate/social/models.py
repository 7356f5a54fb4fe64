"""Account and Post."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from syndicate.lib import secrets
from syndicate.lib.status import Status
from syndicate.sources.models import Article, Source


class Account(models.Model):
    """Our credentials on one channel, and how articles are posted there."""

    class Approval(models.TextChoices):
        """Who lets a post go."""

        HOLD = "hold"
        AUTO = "auto"

    class Health(models.TextChoices):
        """Whether it can be used."""

        OK = "ok"
        PAUSED = "paused"  # until paused_until: rate limit, no credit
        RECONNECT = "reconnect"  # the platform refused our credentials: a person must renew them

    channel = models.CharField(max_length=20)  # a key of social.channels.CHANNELS
    name = models.CharField(max_length=200)  # what the desk calls it: "@review@social.example"
    options = models.JSONField(default=dict, blank=True)  # the channel's own, not secret
    sealed = models.TextField(blank=True)  # credentials, encrypted: lib.secrets
    session = models.TextField(blank=True)  # short-lived tokens, encrypted
    sources = models.ManyToManyField(Source, blank=True)  # none chosen: all of them
    template = models.TextField(blank=True)  # Jinja; empty: templates/social/<channel>.txt
    approval = models.CharField(max_length=5, choices=Approval, default=Approval.HOLD)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    since = models.DateTimeField()  # articles available before this are not for it

    health = models.CharField(max_length=10, choices=Health, default=Health.OK)
    paused_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "name"], name="account_once_per_channel"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> dict[str, str]:
        """The opened credentials. Setting them seals them; neither saves."""
        return secrets.unseal(self.sealed)

    @credentials.setter
    def credentials(self, values: dict[str, str]) -> None:
        self.sealed = secrets.seal(values)


class PostQuerySet(models.QuerySet["Post"]):
    """Questions about posts."""

    def due(self, now: datetime) -> QuerySet[Post]:
        """Those to publish now on accounts that can be used, and those whose worker fell silent."""
        usable = Q(account__active=True) & (
            Q(account__health=Account.Health.OK)
            | Q(account__health=Account.Health.PAUSED, account__paused_until__lte=now)
        )
        waiting = Q(status__in=[Status.QUEUED, Status.DEFERRED], due_at__lte=now)
        silent = Q(status=Status.SENDING, lease_until__lte=now)
        return self.filter(usable & (waiting | silent)).order_by("due_at", "pk")


class Post(models.Model):
    """One text for one account about one article, ending in a permalink.

    ``held → queued → sending → sent | deferred (due_at) | failed | unknown``; or ``cancelled``.
    *unsure* is set right before the request that makes it public, and taken back by any answer:
    whoever finds it set after a crash or a broken line looks at the platform first.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="posts")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="posts")
    story = models.PositiveBigIntegerField()  # Article.story: once, whatever source it came from
    status = models.CharField(max_length=12, choices=Status, default=Status.HELD, db_index=True)
    text = models.TextField()  # exactly what will stand there, the link in it
    edited = models.BooleanField(default=False)  # by an editor: a changed title leaves it alone
    card = models.JSONField(default=dict, blank=True)  # url, title, description, image, alt
    article_revision = models.PositiveIntegerField(default=1)  # what the text was made of
    key = models.CharField(max_length=64, blank=True)  # fixed at the first try: social.key
    unsure = models.BooleanField(default=False)  # a try began whose answer was never read

    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    remote_id = models.CharField(max_length=500, blank=True)
    permalink = models.URLField(max_length=2000, blank=True)
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)

    objects: ClassVar[PostQuerySet] = PostQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "story"], name="post_once"),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="post_due")]

    def __str__(self) -> str:
        return f"{self.account}: {self.article}"
