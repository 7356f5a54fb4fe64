"""What happens next, one sentence each, soonest first: no silence without its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from syndicate.lib.status import Status
from syndicate.mail.compose import preview_next
from syndicate.mail.going import obstacle
from syndicate.mail.models import Edition, Newsletter
from syndicate.social.models import Account, Post
from syndicate.sources.models import Source

FEW = 5


@dataclass(frozen=True)
class Coming:
    """One thing to come. *at* is None when it waits for something else than the clock: *when*."""

    at: datetime | None
    what: str
    page: str  # the name of the address that shows it
    pk: int
    when: str = "when there is news"


def coming(now: datetime) -> list[Coming]:
    """All of it; what has no time of its own stands last."""
    found = [*_editions(now), *_newsletters(now), *_posts(), *_sources()]
    return sorted(found, key=lambda one: (one.at is None, one.at or now))


def _editions(now: datetime) -> Iterator[Coming]:
    going = Edition.objects.filter(status__in=[Status.QUEUED, Status.SENDING])
    for edition in going.select_related("newsletter__list").defer("html", "text")[:FEW]:
        blocked = obstacle(edition, now) if edition.status == Status.SENDING else None
        if edition.status == Status.QUEUED:
            count = edition.newsletter.list.readers().count()
            at, what = edition.send_at, f"“{edition}” goes out to {_readers(count)}."
        elif blocked is None:
            at, what = now, f"“{edition}” is on its way to {_readers(edition.audience)}."
        else:
            at = blocked.until
            what = f"“{edition}” waits on its way to {_readers(edition.audience)}. {blocked.what}"
        yield Coming(at, what, "desk:edition", edition.pk, "when you say so")


def _newsletters(now: datetime) -> Iterator[Coming]:
    for newsletter in Newsletter.objects.filter(active=True).select_related("list"):
        digest = newsletter.rhythm != Newsletter.Rhythm.ARTICLE
        at = newsletter.next_slot_at if digest else None
        yield Coming(at, _sentence(newsletter, now), "desk:newsletter", newsletter.pk)


def _sentence(newsletter: Newsletter, now: datetime) -> str:
    """Its next edition in words, as composing it now would make it."""
    readers = _readers(newsletter.list.readers().count())
    held = newsletter.approval == Newsletter.Approval.HOLD
    if newsletter.rhythm == Newsletter.Rhythm.ARTICLE:
        for_whom = "which then waits for you" if held else f"for {readers}"
        return f"{newsletter} makes an edition of each new article at once, {for_whom}."
    planned = preview_next(newsletter, now)
    if planned is None:
        return f"{newsletter} is due, but has nothing new yet. Without news it is skipped."
    count = len(planned.articles)
    then = ", then waits for you" if held else f" and goes to {readers}"
    return f"{newsletter} is composed of {count} article{'s' * (count != 1)}{then}."


def _posts() -> Iterator[Coming]:
    waiting = Post.objects.filter(status__in=[Status.QUEUED, Status.DEFERRED])
    for post in waiting.select_related("account", "article").order_by("due_at")[:FEW]:
        account, again = post.account, "again " if post.status == Status.DEFERRED else ""
        if not account.active or account.health == Account.Health.RECONNECT:
            what = f"“{post.article}” waits: {account} cannot post."
            yield Coming(None, what, "desk:account", account.pk, "when it can")
        else:
            at = max(filter(None, (post.due_at, account.paused_until)), default=None)
            what = f"“{post.article}” is posted {again}to {account}."
            yield Coming(at, what, "desk:post", post.pk)


def _sources() -> Iterator[Coming]:
    watched = Source.objects.filter(active=True).exclude(health=Source.Health.GONE)
    first = watched.order_by("next_check").first()
    if first is None:
        return
    others = watched.aggregate(n=Count("pk"), at=Min("next_check"))["n"] - 1
    rest = f"; {others} other source{'s' * (others != 1)} later" if others else ""
    yield Coming(first.next_check, f"{first} is looked at{rest}.", "desk:source", first.pk)


def _readers(count: int) -> str:
    return "1 reader" if count == 1 else f"{count:,} readers"
