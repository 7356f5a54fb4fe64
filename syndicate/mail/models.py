"""Newsletter, Edition, Batch, Delivery: the newsletter wing's rows.

Newsletter ─ Slot (one decision per moment of its rhythm)
    └── Edition ─ EditionArticle (which articles, in which order)
           ├── Batch     a range of its Deliveries, what one worker claims
           └── Delivery  one subscriber: the ledger
"""

from __future__ import annotations

from datetime import datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from syndicate.audience.models import MailingList, Subscriber
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.mail.lane import Carried, Pause
from syndicate.mail.placeholders import NAME
from syndicate.mail.routes import any_open
from syndicate.sources.models import Article, Source

__all__ = [
    "Batch", "Carried", "Delivery", "Edition", "EditionArticle", "Newsletter", "Pause", "Slot",
]  # fmt: skip


class NewsletterQuerySet(models.QuerySet["Newsletter"]):
    """Questions about newsletters."""

    def due(self, now: datetime) -> QuerySet[Newsletter]:
        """Those whose next slot has come; for every-article ones, those an article waits for.

        And those with an edition that must be worded anew.
        """
        waits = Exists(articles_for(OuterRef("pk"), OuterRef("since"), now))
        slot = Q(~Q(rhythm=Newsletter.Rhythm.ARTICLE) | waits, active=True, next_slot_at__lte=now)
        outdated = Exists(Edition.objects.outdated().filter(newsletter=OuterRef("pk")))
        return self.filter(slot | outdated).order_by("next_slot_at")


def articles_for(
    newsletter: int | OuterRef, since: datetime | OuterRef, now: datetime
) -> QuerySet[Article]:
    """What is ready, and whose story stands in no edition of a newsletter yet, oldest first.

    The newsletter is given by key, or, inside a query over newsletters, by OuterRef.
    """
    inner = OuterRef(newsletter) if isinstance(newsletter, OuterRef) else newsletter
    chosen = Newsletter.sources.through.objects.filter(newsletter_id=inner)
    told = EditionArticle.objects.filter(edition__newsletter=inner)
    return Article.objects.ready(now).waiting_for(since, chosen, told)


class Newsletter(models.Model):
    """Sources + list + template + sender + rhythm."""

    class Rhythm(models.TextChoices):
        """When an edition is made."""

        ARTICLE = "article"  # one edition for each article, at once
        HOURLY = "hourly"
        DAILY = "daily"
        WEEKLY = "weekly"

    class Approval(models.TextChoices):
        """Who lets an edition go."""

        HOLD = "hold"  # an editor
        AUTO = "auto"  # nobody: it is queued as it is composed

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    sources = models.ManyToManyField(Source, blank=True)  # none chosen: all of them
    list = models.ForeignKey(MailingList, on_delete=models.PROTECT, related_name="newsletters")
    template = models.CharField(max_length=60, default="default")  # templates/mail/<name>.html
    from_name = models.CharField(max_length=200, blank=True)  # empty: mail.from_name
    from_address = models.EmailField(max_length=320, blank=True)  # empty: mail.from_address
    reply_to = models.EmailField(max_length=320, blank=True)  # empty: publication.contact
    subject = models.CharField(
        max_length=300, blank=True
    )  # Jinja; empty: the first article's title
    intro = models.TextField(blank=True)  # what each edition's intro begins as; Markdown-free text

    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.ARTICLE)
    at = models.TimeField(default=time(8, 0))  # local; hourly uses the minute alone
    weekday = models.PositiveSmallIntegerField(default=0)  # weekly: Monday is 0
    timezone = models.CharField(max_length=60, blank=True)  # empty: publication.timezone
    max_articles = models.PositiveIntegerField(default=20)  # the rest waits for the next edition
    approval = models.CharField(max_length=5, choices=Approval, default=Approval.HOLD)
    # Hours in which mail may arrive, by each reader's own clock; neither set: at any time.
    window_from = models.TimeField(null=True, blank=True)
    window_until = models.TimeField(null=True, blank=True)
    active = models.BooleanField(default=True)

    created_at = models.DateTimeField()
    since = models.DateTimeField()  # articles available before this are not for it
    next_slot_at = models.DateTimeField(db_index=True)  # UTC; "article" rhythm: always past
    error = models.TextField(blank=True)  # why the last composition failed
    hint = models.TextField(blank=True)

    objects: ClassVar[NewsletterQuerySet] = NewsletterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def waiting(self, now: datetime) -> QuerySet[Article]:
        """The articles its next edition would be made of, oldest first."""
        return articles_for(self.pk, self.since, now)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone its rhythm and its dates are meant in."""
        name = self.timezone or site().publication.timezone
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput(f"{name!r} is no time zone.", "Name one like Europe/Berlin.") from error


class Slot(models.Model):
    """One moment of a newsletter's rhythm, decided once, however many daemons ask.

    The key is the *local wall time* (``2026-10-25T02:30``), so the hour that comes twice in autumn
    counts once; an every-article newsletter's key is ``article:<id>``.
    """

    class Outcome(models.TextChoices):
        """What was decided."""

        COMPOSED = "composed"
        NOTHING_NEW = "nothing new"
        MISSED = "missed"  # nobody was running, and it is too late to make up for it

    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="slots")
    key = models.CharField(max_length=40)
    decided_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "key"], name="slot_decided_once"),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter} {self.key}: {self.outcome}"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Questions about editions."""

    def due(self, now: datetime) -> QuerySet[Edition]:
        """Approved ones whose audience is not frozen yet and whose time has come."""
        return self.filter(status=Status.QUEUED, send_at__lte=now).order_by("send_at")

    def outdated(self) -> QuerySet[Edition]:
        """Not gone yet, worded by nobody's hand, and an article says something else by now."""
        changed = EditionArticle.objects.filter(
            edition=OuterRef("pk"), article__changed_at__gt=OuterRef("headline_at")
        )
        waiting = [Status.HELD, Status.QUEUED]
        return self.filter(Exists(changed), status__in=waiting, edited_at=None)

    def done(self) -> QuerySet[Edition]:
        """Being sent, and nothing is left to: its last worker has not said so yet."""
        left = Batch.objects.filter(
            edition=OuterRef("pk"), status__in=[Status.QUEUED, Status.SENDING]
        )
        return self.filter(~Exists(left), status=Status.SENDING)

    def archived(self) -> QuerySet[Edition]:
        """Those that readers may see in the archive, newest first."""
        return self.filter(status__in=[Status.SENDING, Status.SENT]).order_by("-started_at", "-pk")


class Edition(models.Model):
    """One dated issue: composed, approved, rendered once, sent.

    ``held → queued (send_at) → sending (audience and text frozen) → sent``; or ``cancelled``.
    """

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="editions")
    slot = models.CharField(max_length=40)  # the Slot's key
    key = models.CharField(max_length=22, unique=True)  # random, names it in public addresses
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.label) for s in (
            Status.HELD, Status.QUEUED, Status.SENDING, Status.SENT, Status.CANCELLED)],
        default=Status.HELD,
        db_index=True,
    )  # fmt: skip
    articles = models.ManyToManyField(Article, through="EditionArticle", related_name="editions")
    subject = models.CharField(max_length=300)
    # For readers who gave a name, with mail.placeholders.NAME in it; empty: as the others'.
    personal_subject = models.CharField(max_length=300, blank=True)
    preheader = models.CharField(max_length=300, blank=True)
    intro = models.TextField(blank=True)

    composed_at = models.DateTimeField()
    headline_at = models.DateTimeField(null=True, blank=True)  # when we last worded it
    edited_at = models.DateTimeField(null=True, blank=True)  # an editor's own words stay
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    send_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)  # audience frozen, rendered
    paused_at = models.DateTimeField(null=True, blank=True)  # while sending: an editor said wait
    finished_at = models.DateTimeField(null=True, blank=True)

    audience = models.PositiveIntegerField(default=0)  # Deliveries made when it started
    html = models.TextField(blank=True)  # inlined, with placeholders: mail.render
    text = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)  # why it cannot be rendered or started
    hint = models.TextField(blank=True)

    objects: ClassVar[EditionQuerySet] = EditionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-composed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "slot"], name="edition_once_per_slot"),
        ]

    def __str__(self) -> str:
        return self.subject

    def subject_for(self, name: str) -> str:
        """Its subject as a reader of that *name* sees it."""
        personal = self.personal_subject.replace(NAME, name) if name else ""
        return personal or self.subject

    def chosen(self) -> QuerySet[EditionArticle]:
        """Its articles that will be in the mail, in order."""
        gone = models.Q(article__state=Article.State.WITHDRAWN)
        gone |= models.Q(article__missing_at__isnull=False)
        chosen = self.entries.filter(~gone, included=True)
        return chosen.select_related("article", "article__source")


class EditionArticle(models.Model):
    """An article's place in an edition; an excluded one stays, so that it does not come again."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    included = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "article"], name="article_once_per_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.article}"


class BatchQuerySet(models.QuerySet["Batch"]):
    """Questions about batches."""

    def due(self, now: datetime) -> QuerySet[Batch]:
        """Those with something to send now, and those whose worker fell silent.

        None while all transports are paused. What a silent worker of a cancelled edition did is
        still to be found out.
        """
        going = Q(edition__status=Status.SENDING, edition__paused_at=None)
        waiting = Q(status=Status.QUEUED, due_at__lte=now) & going
        silent = Q(status=Status.SENDING, lease_until__lte=now)
        return self.filter(waiting | silent, any_open(now)).order_by("due_at", "pk")


class Batch(models.Model):
    """A range of an edition's Deliveries, claimed as one row.

    ``queued (due_at) → sending (owner, lease, fence) → queued again if some are deferred | sent``.
    *fence* grows with each claim: a worker that slept past its lease holds an old one, and its
    statements then touch no row. *horizon* is the highest ``seq`` the present owner may have handed
    over since its last recorded outcome: when the owner's journal is lost with its machine, what
    lies at or below it without an outcome is unknown, what lies above was certainly not sent.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="batches")
    first_seq = models.PositiveIntegerField()
    last_seq = models.PositiveIntegerField()  # inclusive
    status = models.CharField(
        max_length=12,
        choices=[(s.value, s.label) for s in (Status.QUEUED, Status.SENDING, Status.SENT)],
        default=Status.QUEUED,
    )
    due_at = models.DateTimeField()
    owner = models.CharField(max_length=100, blank=True)
    fence = models.PositiveIntegerField(default=0)
    horizon = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Status → how many, as it was put down; of one in a worker's hands, or {}: count (mail.tally).
    counts = models.JSONField(default=dict, blank=True)

    objects: ClassVar[BatchQuerySet] = BatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "first_seq"], name="batch_once_per_range"),
        ]
        indexes = [
            models.Index(fields=["status", "due_at"], name="batch_due"),
            models.Index(fields=["edition", "status", "due_at"], name="batch_of_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.first_seq}–{self.last_seq}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about Deliveries."""

    def exceptions(self) -> QuerySet[Delivery]:
        """Those that neither wait nor went: found by an index of their own, among a million."""
        # SQLite sees that the index holds them only where the index's own words are used
        # (https://www.sqlite.org/partialindex.html#queries_using_partial_indexes).
        words = "mail_delivery.status NOT IN ('queued', 'sent')"
        return self.filter(RawSQL(words, (), models.BooleanField()))  # noqa: S611 - our own words


class Delivery(models.Model):
    """One Edition to one Subscriber: a line of the ledger."""

    # A number of its own would be an index more, a fifth of what a start costs PostgreSQL. This key
    # and delivery_once serve both foreign keys, which the database does not check
    # (docs/decisions/011-ledger.md): a million checks take longer than a million rows.
    pk = models.CompositePrimaryKey("edition_id", "seq")
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="deliveries",
        db_index=False, db_constraint=False,
    )  # fmt: skip
    subscriber = models.ForeignKey(
        Subscriber, null=True, on_delete=models.SET_NULL, related_name="deliveries",
        db_index=False, db_constraint=False,
    )  # fmt: skip  # null: erased since
    seq = models.PositiveIntegerField()  # 1, 2, 3 … within the edition, without gaps
    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)  # not before: a window, a new try
    done_at = models.DateTimeField(null=True, blank=True)  # the latest outcome
    code = models.PositiveSmallIntegerField(null=True, blank=True)  # SMTP reply code
    reply = models.TextField(blank=True)  # the server's own words, or why not

    objects: ClassVar[DeliveryQuerySet] = DeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "edition"], name="delivery_once"),
        ]
        # What is neither waiting nor gone: a few, so the usual way from the one to the other
        # touches no index.
        indexes = [
            models.Index(
                fields=["edition", "seq"],
                name="delivery_exceptions",
                condition=~Q(status__in=[Status.QUEUED, Status.SENT]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition} → {self.subscriber}: {self.status}"
