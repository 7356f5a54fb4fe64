"""Account and Post; what is mended in a post and what it costs stand beside them.

::

    Account ─┬─ Post (round 0: an article's first; 1, 2 …: shared again) ─── Correction
             └─ Charge
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from syndicate.lib import secrets
from syndicate.lib.status import Status
from syndicate.social.channels.message import Published
from syndicate.social.charge import Charge
from syndicate.social.correction import Correction
from syndicate.social.habits import Habits, habits
from syndicate.sources.models import Article, Source

__all__ = ["Account", "Charge", "Correction", "Post"]

# Before the names of what is sealed with the credentials and is the app's.
_APP = "app:"


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
    customs = models.JSONField(default=dict, blank=True)  # of social.habits.Habits, for any channel
    sealed = models.TextField(blank=True)  # credentials, encrypted: lib.secrets
    session = models.TextField(blank=True)  # short-lived tokens, encrypted
    renewing_until = models.DateTimeField(null=True, blank=True)  # whoever renews them holds this
    expires_at = models.DateTimeField(null=True, blank=True)  # when a person must connect it again
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
    remark = models.TextField(blank=True)  # what its owner should know; nothing is wrong
    full_until = models.DateTimeField(null=True, blank=True)  # the platform's window is used up
    told = models.CharField(max_length=30, blank=True)  # what editors were mailed last: alert
    tell_after = models.DateTimeField(null=True, blank=True)  # when it failed: not before this

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
        return {name: value for name, value in self._sealed.items() if not name.startswith(_APP)}

    @credentials.setter
    def credentials(self, values: dict[str, str]) -> None:
        self.sealed = secrets.seal(values)

    @property
    def app(self) -> dict[str, str]:
        """The app there by which it was authorised, so that it need not be entered again.

        Setting it seals it beside the credentials, which are set first.
        """
        found = self._sealed.items()
        return {name.removeprefix(_APP): text for name, text in found if name.startswith(_APP)}

    @app.setter
    def app(self, values: dict[str, str]) -> None:
        kept = {f"{_APP}{name}": value for name, value in values.items()}
        self.sealed = secrets.seal(self.credentials | kept)

    @property
    def _sealed(self) -> dict[str, str]:
        return secrets.unseal(self.sealed)

    @property
    def habits(self) -> Habits:
        """How articles are posted there, whatever the channel."""
        return habits(self.customs)


def usable(now: datetime, to: str = "account__") -> Q:
    """Accounts that may be asked for something at *now*, as a question to rows that name one."""
    ok = Q(**{f"{to}health": Account.Health.OK})
    paused = Q(**{f"{to}health": Account.Health.PAUSED, f"{to}paused_until__lte": now})
    room = Q(**{f"{to}full_until": None}) | Q(**{f"{to}full_until__lte": now})
    return Q(**{f"{to}active": True}) & (ok | paused) & room


class PostQuerySet(models.QuerySet["Post"]):
    """Questions about posts."""

    def due(self, now: datetime) -> QuerySet[Post]:
        """Each account's first one to publish now, and those whose worker fell silent.

        One at a time and account: the oldest first, and no burst at a platform.
        """
        others = Post.objects.filter(account=OuterRef("account")).exclude(pk=OuterRef("pk"))
        sooner = Q(due_at__lt=OuterRef("due_at")) | Q(
            due_at=OuterRef("due_at"), pk__lt=OuterRef("pk")
        )
        first = ~Exists(others.filter(sooner, _waiting(now))) & ~Exists(
            others.filter(status=Status.SENDING, lease_until__gt=now)
        )
        return self.overdue(now).filter(first)

    def overdue(self, now: datetime) -> QuerySet[Post]:
        """All that could go now, if an account's posts went all at once."""
        return self.filter(usable(now) & _waiting(now)).order_by("due_at", "pk")

    def standing(self) -> QuerySet[Post]:
        """Those that readers see, as far as we know."""
        return self.filter(status=Status.SENT, removed_at=None).exclude(remote_id="")


def _waiting(now: datetime) -> Q:
    waiting = Q(status__in=[Status.QUEUED, Status.DEFERRED], due_at__lte=now)
    return waiting | Q(status=Status.SENDING, lease_until__lte=now)


class Post(models.Model):
    """One text for one account about one article, ending in a permalink.

    ``held → queued → sending → sent | deferred (due_at) | failed | unknown``; or ``cancelled``.
    *unsure* is set right before the request that makes it public, and taken back by any answer:
    whoever finds it set after a crash or a broken line looks at the platform first.

    A thread is a post with further parts; *chain* tells which of them stand already.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="posts")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="posts")
    story = models.PositiveBigIntegerField()  # Article.story: once, whatever source it came from
    round = models.PositiveSmallIntegerField(default=0)  # 0: new; 1, 2 …: shared again
    status = models.CharField(max_length=12, choices=Status, default=Status.HELD, db_index=True)
    text = models.TextField()  # exactly what will stand there, the link in it
    thread = models.JSONField(default=list, blank=True)  # the texts of further parts
    link = models.URLField(max_length=2500, blank=True)  # as it stands in the text; "": in none
    edited = models.BooleanField(default=False)  # by an editor: a changed title leaves it alone
    timed = models.BooleanField(default=False)  # an editor named the moment: no slot, no distance
    card = models.JSONField(default=dict, blank=True)  # url, title, description, image, alt
    pictures = models.JSONField(default=list, blank=True)  # [{"url", "alt"}]; url "": drawn by us
    article_revision = models.PositiveIntegerField(default=1)  # what the text was made of
    key = models.CharField(max_length=64, blank=True)  # fixed at the first try: social.key
    unsure = models.BooleanField(default=False)  # a try began whose answer was never read
    chain = models.JSONField(default=list, blank=True)  # [[remote_id, permalink]] of parts there

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
    removed_at = models.DateTimeField(null=True, blank=True)  # taken down again
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)

    reactions = models.JSONField(default=dict, blank=True)  # likes, reposts, replies, …
    read_at = models.DateTimeField(null=True, blank=True)
    readings = models.PositiveSmallIntegerField(default=0)
    next_reading = models.DateTimeField(null=True, blank=True, db_index=True)

    objects: ClassVar[PostQuerySet] = PostQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "story", "round"], name="post_once"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="post_due"),
            models.Index(fields=["account", "published_at"], name="post_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.article}"

    @property
    def standing(self) -> tuple[Published, ...]:
        """The parts of it that readers see already, the first one first."""
        return tuple(Published(remote_id, permalink) for remote_id, permalink in self.chain)

    @property
    def texts(self) -> list[str]:
        """All its parts."""
        return [self.text, *self.thread]
