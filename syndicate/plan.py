"""What the next turn would do, found out by doing it and taking it back.

    look at due sources (the network is read, nothing is kept)
      └─→ within one transaction: keep, compose, write ─→ Plan ─→ rolled back

The same functions as in earnest make the articles, editions and posts, so the plan cannot differ
from what happens. Mails and posts themselves are not sent: that could not be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from syndicate.audience.models import Subscription
from syndicate.lib.errors import SyndicateError
from syndicate.lib.rehearse import taken_back
from syndicate.lib.status import Status
from syndicate.mail.compose import compose
from syndicate.mail.models import Batch, Edition, Newsletter
from syndicate.social import offer, reshare
from syndicate.social.correction import Correction
from syndicate.social.models import Post
from syndicate.social.write import accounts_due, count, write
from syndicate.sources.detect import Shaped, keep, look, shape
from syndicate.sources.models import Article, Source


@dataclass(frozen=True)
class PlannedArticle:
    """An article that would be detected."""

    title: str
    url: str
    source: str
    state: str  # new, or held or seen for a reason
    reason: str


@dataclass(frozen=True)
class PlannedEdition:
    """An edition that would be composed, begun, or go on."""

    what: str  # compose, send (it waited for its time), deliver (it is on its way)
    newsletter: str
    subject: str
    articles: list[str]  # titles, in order
    readers: int
    goes: bool  # False: it would wait for an editor


@dataclass(frozen=True)
class PlannedPost:
    """A post that would be written or published."""

    account: str
    channel: str
    text: str  # exactly as it would stand
    length: int  # as the platform counts
    limit: int
    goes: bool
    at: datetime | None  # when, if not now: its account's hours


@dataclass(frozen=True)
class PlannedCorrection:
    """What would be done about a post whose article changed or was withdrawn."""

    account: str
    kind: str  # edit, delete
    reason: str
    text: str  # exactly as the post would stand
    goes: bool


@dataclass(frozen=True)
class Plan:
    """All that would be done now, and *troubles*: what could not."""

    articles: list[PlannedArticle]
    editions: list[PlannedEdition]
    posts: list[PlannedPost]
    corrections: list[PlannedCorrection]
    confirmations: int
    troubles: list[str]


def plan(now: datetime) -> Plan:
    """What a turn at *now* would do. Changes nothing."""
    troubles: list[str] = []
    looks = list(_look(now, troubles))
    # The network was read before: nobody else can write to SQLite while this lasts.
    with taken_back():
        return _rehearse(looks, now, troubles)


def _look(now: datetime, troubles: list[str]) -> Iterator[Shaped]:
    for source in Source.objects.due(now):
        try:
            yield shape(look(source, now), now)
        except SyndicateError as error:
            troubles.append(f"look at {source.name}: {error}")


def _rehearse(looks: list[Shaped], now: datetime, troubles: list[str]) -> Plan:
    last = {model: _last(model) for model in (Article, Edition, Post, Correction)}
    for shaped in looks:
        keep(shaped, now)
    for newsletter in Newsletter.objects.due(now):
        compose(newsletter.pk, now)
    for account in accounts_due(now):
        write(account, now)
    for account in reshare.accounts_due(now):
        reshare.reshare(account, now)
    for account in offer.accounts_due(now):
        offer.offer(account, now)
    return Plan(
        articles=[*_articles(last[Article])],
        editions=[*_editions(last[Edition], now), *_on_their_way(now)],
        posts=[*_posts(last[Post], now)],
        corrections=[*_corrections(last[Correction], now)],
        confirmations=Subscription.objects.awaiting_mail(now).count(),
        troubles=troubles,
    )


def _last(model: type[Article | Edition | Post | Correction]) -> int:
    """The highest key: what comes after it is new."""
    found: int | None = model._default_manager.aggregate(last=Max("pk"))["last"]
    return found or 0


def _articles(last: int) -> Iterator[PlannedArticle]:
    for a in Article.objects.filter(pk__gt=last).select_related("source").order_by("pk"):
        yield PlannedArticle(a.title, a.url, a.source.name, a.state, a.state_reason)


def _editions(last: int, now: datetime) -> Iterator[PlannedEdition]:
    due = Q(status=Status.QUEUED, send_at__lte=now)
    for edition in Edition.objects.filter(due | Q(pk__gt=last)).select_related("newsletter__list"):
        what = "compose" if edition.pk > last else "send"
        readers = edition.newsletter.list.readers().count()
        yield _planned(edition, what, readers, goes=edition.status == Status.QUEUED)


def _on_their_way(now: datetime) -> Iterator[PlannedEdition]:
    """Those with Deliveries that wait in a batch that is due."""
    due = Batch.objects.due(now).order_by().values("edition")
    for edition in Edition.objects.filter(pk__in=due).select_related("newsletter"):
        waiting = edition.deliveries.filter(status__in=[Status.QUEUED, Status.DEFERRED])
        yield _planned(edition, "deliver", waiting.count(), goes=True)


def _planned(edition: Edition, what: str, readers: int, *, goes: bool) -> PlannedEdition:
    titles = [entry.article.title for entry in edition.chosen()]
    return PlannedEdition(what, edition.newsletter.name, edition.subject, titles, readers, goes)


def _posts(last: int, now: datetime) -> Iterator[PlannedPost]:
    due = set(Post.objects.overdue(now).values_list("pk", flat=True))
    chosen = Post.objects.filter(Q(pk__in=due) | Q(pk__gt=last)).order_by("pk")
    for post in chosen.select_related("account"):
        counted = count(post.account, post.text)
        yield PlannedPost(
            account=post.account.name,
            channel=post.account.channel,
            text=post.text,
            length=counted.length,
            limit=counted.limit,
            goes=post.pk in due or post.status == Status.QUEUED,
            at=None if post.pk in due else post.due_at,
        )


def _corrections(last: int, now: datetime) -> Iterator[PlannedCorrection]:
    due = set(Correction.objects.due(now).values_list("pk", flat=True))
    chosen = Correction.objects.filter(Q(pk__in=due) | Q(pk__gt=last)).order_by("pk")
    for one in chosen.select_related("post__account"):
        name = one.post.account.name
        yield PlannedCorrection(name, one.kind, one.reason, one.text, one.pk in due)
