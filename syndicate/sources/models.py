"""Source and Article."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import QuerySet

from syndicate.lib.config import site


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions about sources."""

    def due(self, now: datetime) -> QuerySet[Source]:
        """Those whose time has come, longest waiting first; what is gone for good is left alone."""
        watched = self.filter(active=True, next_check__lte=now)
        return watched.exclude(health=Source.Health.GONE).order_by("next_check")

    def claim(self, pk: int, seen: datetime, until: datetime) -> bool:
        """Take a source for one look: only one of two daemons that both saw it due gets it.

        *seen* is the ``next_check`` that made it due; *until* is when another may try if we vanish.
        """
        return self.filter(pk=pk, active=True, next_check=seen).update(next_check=until) == 1


class Source(models.Model):
    """A place we watch."""

    class Health(models.TextChoices):
        """How the last look went."""

        NEW = "new"  # never looked at
        OK = "ok"
        FAILING = "failing"  # tried again with growing distance
        GONE = "gone"  # answered 410: stopped until an editor says otherwise

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="feed")  # a key of sources.readers.READERS
    url = models.URLField(max_length=2000, unique=True)
    site_url = models.URLField(max_length=2000, blank=True)
    active = models.BooleanField(default=True)
    interval = models.DurationField(null=True, blank=True)  # empty: sources.interval_minutes
    take_newest = models.PositiveIntegerField(default=0)  # of the first look, send this many
    created_at = models.DateTimeField()

    next_check = models.DateTimeField(db_index=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    baseline_at = models.DateTimeField(null=True, blank=True)  # the first look that succeeded
    full_look_at = models.DateTimeField(null=True, blank=True)  # the last without conditions
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body_hash = models.CharField(max_length=64, blank=True)  # sha256 of the last body, hex

    health = models.CharField(max_length=10, choices=Health, default=Health.NEW)
    failures = models.PositiveIntegerField(default=0)  # in a row
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[SourceQuerySet] = SourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ArticleQuerySet(models.QuerySet["Article"]):
    """Questions about articles."""

    def ready(self, now: datetime) -> QuerySet[Article]:
        """Those that may be sent and posted now, oldest first."""
        return self.filter(state=Article.State.NEW, available_at__lte=now).order_by(
            "available_at", "pk"
        )


class Article(models.Model):
    """One thing published at a source; *url* is the link we share."""

    class State(models.TextChoices):
        """Whether it goes on to newsletters and accounts."""

        SEEN = "seen"  # known from before we watched, or too old: never sent by itself
        NEW = "new"  # to be sent and posted
        HELD = "held"  # too many at once: an editor lets it go or not
        WITHDRAWN = "withdrawn"  # taken back by the publication or an editor

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="articles")
    identity = models.CharField(max_length=500)  # "guid:…", "url:…" or "hash:…", see sources.detect
    guid = models.CharField(max_length=2000, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    url_key = models.CharField(max_length=500, blank=True, db_index=True)  # canonical, for matching
    content_hash = models.CharField(max_length=64, blank=True)  # of title, summary and body, hex

    title = models.CharField(max_length=1000)
    author = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)  # as the source says
    summary = models.TextField(blank=True)  # plain text
    body = models.TextField(blank=True)  # sanitised HTML, absolute addresses, no styles
    image_url = models.URLField(max_length=2000, blank=True)
    image_alt = models.TextField(blank=True)
    image_caption = models.TextField(blank=True)
    tags = models.JSONField(default=list, blank=True)  # list of str
    language = models.CharField(max_length=35, blank=True)  # BCP 47
    comments_url = models.URLField(max_length=2000, blank=True)

    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    state_reason = models.CharField(max_length=300, blank=True)  # why it is not NEW, in words
    first_seen = models.DateTimeField(db_index=True)
    available_at = models.DateTimeField()  # when it may go on; later than first_seen if post-dated
    changed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar[ArticleQuerySet] = ArticleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-first_seen", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "identity"], name="article_once_per_source"),
        ]
        indexes = [models.Index(fields=["state", "available_at"], name="article_ready")]

    def __str__(self) -> str:
        return self.title

    def is_late(self, now: datetime) -> bool:
        """Whether it waited longer than a missed slot may be made up for: an editor decides.

        After a pause or a long stop, a month's articles must not go out in one minute.
        """
        return now - self.available_at > timedelta(hours=site().daemon.catch_up_hours)

    @property
    def dated(self) -> datetime:
        """The date to show: the publication's own, else when we first saw it."""
        return self.published_at or self.first_seen


# A look that takes longer than this is taken for dead, and another daemon may try.
LOOK_LEASE = timedelta(minutes=5)
