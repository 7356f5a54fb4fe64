"""Source and Article."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from syndicate.lib import secrets
from syndicate.lib.config import site
from syndicate.sources.identity import short, url_key


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions about sources."""

    def due(self, now: datetime) -> QuerySet[Source]:
        """Those whose time has come, longest waiting first; what is gone for good is left alone."""
        watched = self.filter(active=True, next_check__lte=now)
        return watched.exclude(health=Source.Health.GONE).order_by("next_check")

    def claim(self, pks: Iterable[int], now: datetime, until: datetime) -> list[Source]:
        """Take those of *pks* that are due, each for one look: of two daemons that both saw one
        due, one gets it. *until* is when others may try if we vanish; ``next_check`` says so.

        PostgreSQL passes over what another is just taking; SQLite lets only one in here.
        """
        due = self.filter(pk__in=pks, active=True, next_check__lte=now).order_by("next_check")
        with transaction.atomic():
            mine = list(due.select_for_update(skip_locked=True, of=["self"]).select_related("push"))
            if mine:
                self.filter(pk__in=[source.pk for source in mine]).update(next_check=until)
        for source in mine:
            source.next_check = until
        return mine


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
    sealed = models.TextField(blank=True)  # what lets us in: see credentials
    ping_token = models.CharField(max_length=40, unique=True, default=secrets.fresh)
    interval = models.DurationField(null=True, blank=True)  # empty: adapted, from sources.*
    take_newest = models.PositiveIntegerField(default=0)  # of the first look, send this many
    since = models.DateTimeField(null=True, blank=True)  # what is dated earlier is only noted
    max_age_days = models.PositiveIntegerField(null=True, blank=True)  # empty: as configured
    max_new = models.PositiveIntegerField(null=True, blank=True)  # empty: as configured
    settle_minutes = models.PositiveIntegerField(null=True, blank=True)  # empty: as configured
    filters = models.JSONField(default=dict, blank=True)  # see sources.sift
    created_at = models.DateTimeField()

    next_check = models.DateTimeField(db_index=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    baseline_at = models.DateTimeField(null=True, blank=True)  # the first look that succeeded
    full_look_at = models.DateTimeField(null=True, blank=True)  # the last without conditions
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body_hash = models.CharField(max_length=64, blank=True)  # sha256 of the last body, hex
    at_least = models.DurationField(null=True, blank=True)  # what the source itself asks for
    rhythm = models.DurationField(null=True, blank=True)  # the interval now in force
    moved_to = models.URLField(max_length=2000, blank=True)  # it says that it lives there now …
    moved_seen = models.PositiveIntegerField(default=0)  # … at so many looks in a row …
    moved_at = models.DateTimeField(null=True, blank=True)  # … since, or followed at that moment
    looks = models.PositiveIntegerField(default=0)  # that succeeded
    reach = models.DateTimeField(null=True, blank=True)  # how far back the first look could see
    hours = models.JSONField(default=list, blank=True)  # articles expected in each hour of a day
    fresh_at = models.DateTimeField(null=True, blank=True)  # when it published last

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

    @property
    def is_watched(self) -> bool:
        """Whether there is a next look."""
        return self.active and self.health != Source.Health.GONE

    @property
    def credentials(self) -> dict[str, str]:
        """``username`` and ``password``, ``token``, ``key`` (of an API), ``header NAME``."""
        return secrets.unseal(self.sealed)

    @credentials.setter
    def credentials(self, values: Mapping[str, str]) -> None:
        self.sealed = secrets.seal(values) if values else ""

    @property
    def headers(self) -> dict[str, str]:
        """What is said with every request to it, so that it lets us in."""
        given = self.credentials
        found = {name[7:]: value for name, value in given.items() if name.startswith("header ")}
        if "username" in given:
            pair = f"{given['username']}:{given.get('password', '')}".encode()
            found["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        elif "token" in given:
            found["Authorization"] = f"Bearer {given['token']}"
        return found

    @property
    def key(self) -> str:
        """To its API, where its kind needs one."""
        return self.credentials.get("key", "")

    def knows(self, mark: str) -> bool:
        """Whether a guid or an address is that of one of its articles."""
        if not mark or self.pk is None:
            return False
        key = url_key(mark)
        # Two questions: of an "or" SQLite makes a walk through all articles of the source.
        return self.articles.filter(guid=short(mark)).exists() or (
            bool(key) and self.articles.filter(url_key=key).exists()
        )


class ArticleQuerySet(models.QuerySet["Article"]):
    """Questions about articles."""

    def ready(self, now: datetime) -> ArticleQuerySet:
        """Those that may be sent and posted now, oldest first."""
        going = self.filter(state=Article.State.NEW, available_at__lte=now, missing_at__isnull=True)
        return going.order_by("available_at", "pk")

    def waiting_for(
        self, since: datetime | OuterRef, chosen: QuerySet[Any], told: QuerySet[Any]
    ) -> ArticleQuerySet:
        """Those for a newsletter or an account: available *since* then, of the sources that rows of
        *chosen* name (of all, if there is none), and :meth:`untold`."""
        here = Exists(chosen.filter(source_id=OuterRef("source_id"))) | ~Exists(chosen)
        return self.filter(here, available_at__gte=since).untold(told)

    def untold(self, told: QuerySet[Any]) -> ArticleQuerySet:
        """Those whose story is in no row of *told* (which name an ``article``), by whichever row.

        Four questions instead of one with an "or": each is answered by an index.
        """
        root = OuterRef("twin_of")
        return self.filter(
            ~Exists(told.filter(article=OuterRef("pk"))),
            ~Exists(told.filter(article=root)),
            ~Exists(told.filter(article__twin_of=OuterRef("pk"))),
            ~Exists(told.filter(article__twin_of=root)),
        )


def first_tellings(articles: Iterable[Article]) -> list[Article]:
    """*articles*, each story once: its first row stays."""
    stories: dict[int, Article] = {}
    for article in articles:
        stories.setdefault(article.story, article)
    return list(stories.values())


class Article(models.Model):
    """One thing published at a source; *url* is the link we share."""

    class State(models.TextChoices):
        """Whether it goes on to newsletters and accounts."""

        SEEN = "seen"  # known from before we watched, or too old: never sent by itself
        NEW = "new"  # to be sent and posted
        HELD = "held"  # too many at once: an editor lets it go or not
        WITHDRAWN = "withdrawn"  # taken back by the publication or an editor

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="articles", db_index=False
    )  # the indexes below begin with it
    identity = models.CharField(max_length=500)  # "guid:…", "url:…" or "hash:…", see sources.detect
    guid = models.CharField(max_length=500, blank=True)  # a longer one ends in its hash
    url = models.URLField(max_length=2000, blank=True)
    url_key = models.CharField(max_length=500, blank=True)  # canonical, for matching
    canonical_key = models.CharField(max_length=500, blank=True, db_index=True)  # as its page says
    content_hash = models.CharField(max_length=64, blank=True, db_index=True)  # of all texts, hex
    twin_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="twins"
    )  # the row of another source that had this story first

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
    listed = models.BooleanField(default=True)  # the source itself has shown it, at a whole look
    missing_at = models.DateTimeField(null=True, blank=True)  # the source shows it no more
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar[ArticleQuerySet] = ArticleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-first_seen", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "identity"], name="article_once_per_source"),
        ]
        indexes = [
            models.Index(fields=["state", "available_at"], name="article_ready"),
            models.Index(fields=["source", "guid"], name="article_by_guid"),
            models.Index(fields=["url_key", "source"], name="article_by_link"),
            models.Index(fields=["source", "first_seen"], name="article_by_age"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_late(self, now: datetime) -> bool:
        """Whether it waited longer than a missed slot may be made up for: an editor decides.

        After a pause or a long stop, a month's articles must not go out in one minute.
        """
        return now - self.available_at > timedelta(hours=site().daemon.catch_up_hours)

    @property
    def story(self) -> int:
        """What all rows of one story have in common, whatever source they came from."""
        return int(self.twin_of_id or self.pk)

    @property
    def remark(self) -> str:
        """What an editor should know of it, in words; "" if nothing."""
        if self.missing_at and self.state != Article.State.WITHDRAWN:
            return f"Its source shows it no more since {self.missing_at:%-d %B, %H:%M} UTC."
        return self.state_reason

    @property
    def reading_minutes(self) -> int:
        """How long it takes to read; 0 where all we have of it is a summary."""
        from syndicate.sources.minutes import minutes

        return minutes(self.body) if self.body else 0

    @property
    def dated(self) -> datetime:
        """The date to show: the publication's own, else when we first saw it."""
        return self.published_at or self.first_seen


# A look that takes longer than this is taken for dead, and another daemon may try.
LOOK_LEASE = timedelta(minutes=5)


# A notice that could not be taken so often is kept for a person to see, and not tried again.
TRIES = 5


class PushQuerySet(models.QuerySet["Push"]):
    """Questions about subscriptions."""

    def due(self, now: datetime) -> QuerySet[Push]:
        """Those to be asked for, renewed, or given up because their source is paused."""
        return self.filter(Q(next_try__lte=now) | Q(source__active=False)).order_by("next_try")


class Push(models.Model):
    """A subscription at a hub, which sends us what is new at a source (WebSub)."""

    class State(models.TextChoices):
        """How far it has come."""

        ASKED = "asked"  # the hub has yet to verify that it was we who asked
        VERIFIED = "verified"
        DENIED = "denied"
        FAILED = "failed"  # asked again with growing distance

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="push")
    hub = models.URLField(max_length=2000)
    topic = models.URLField(max_length=2000)
    token = models.CharField(max_length=40, unique=True, default=secrets.fresh)  # in the callback
    sealed = models.TextField()  # the secret that signs what is pushed
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_try = models.DateTimeField(db_index=True)  # to ask, or to ask once more
    pushed_at = models.DateTimeField(null=True, blank=True)  # the last that came
    missed = models.PositiveIntegerField(default=0)  # articles that we found before it told us
    forged = models.PositiveIntegerField(default=0)  # pushes that were not signed with our secret
    failures = models.PositiveIntegerField(default=0)  # in a row
    error = models.TextField(blank=True)

    objects: ClassVar[PushQuerySet] = PushQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.topic} at {self.hub}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about notices."""

    def due(self, now: datetime) -> QuerySet[Notice]:
        """Each source's first one: “deleted” must not be taken before “published”.

        One whose first try failed holds up no other.
        """
        waiting = self.filter(attempts__lt=TRIES)
        fresh = waiting.filter(attempts__lte=1, error="")
        earlier = fresh.filter(source=OuterRef("source"), pk__lt=OuterRef("pk"))
        return waiting.filter(~Exists(earlier), due_at__lte=now).order_by("pk")

    def claim(self, pk: int, seen: datetime, until: datetime) -> bool:
        """Take one for a try; only one of two daemons that both saw it due gets it."""
        rows = self.filter(pk=pk, due_at=seen, attempts__lt=TRIES)
        return rows.update(due_at=until, attempts=F("attempts") + 1) == 1


class Notice(models.Model):
    """Something a site or a hub told us, kept before we say thank you."""

    class Kind(models.TextChoices):
        """Who speaks, and what of."""

        PUSH = "push"  # a hub, with the feed
        PING = "ping"  # the site: look now, or at this address
        WEBHOOK = "webhook"  # the site's own system, about one article
        MICROPUB = "micropub"  # the article itself

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    url = models.URLField(max_length=2000, blank=True)  # of the article, if it was named
    content_type = models.CharField(max_length=200, blank=True)
    body = models.BinaryField(blank=True, default=bytes)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)  # moved by whoever takes it; deleted when done
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)  # why the last try did not succeed

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.kind} for {self.source}"
