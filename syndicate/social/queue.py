"""An account's queue: when its next post may go, beside those that went and those that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from syndicate.lib.config import site
from syndicate.lib.status import Status
from syndicate.social import slot
from syndicate.social.models import Account, Post

# A post that goes so much later than it was to has missed its slot.
MISSED = timedelta(minutes=15)
# What lies further back keeps no post from going.
_BACK = timedelta(days=2)


def turn(account: Account, now: datetime, besides: Post | None = None) -> datetime:
    """When a post that is let go now will go."""
    return slot.after(now, when(account), taken(account, now, besides))


def put_off(post: Post, now: datetime) -> datetime | None:
    """Until when a post that is due must wait all the same; None: it may go.

    One that an editor timed, or of which something stands there already, waits for nothing.
    """
    hours = when(post.account)
    if post.timed or post.unsure or post.chain or hours == _free(hours):
        return None
    assert post.due_at is not None  # noqa: S101 - it is due
    if now - post.due_at < MISSED:
        # It has its slot: quiet hours and distances may have come about since.
        hours = slot.When((), hours.quiet, hours.apart, hours.daily, hours.zone)
    later = slot.after(now, hours, taken(post.account, now, post))
    return later if later > now else None


def when(account: Account) -> slot.When:
    """Its hours. Raises BadInput for what was stored wrong."""
    habits = account.habits
    return slot.When(
        slots=slot.slots(habits.slots),
        quiet=slot.quiet(habits.quiet),
        apart=timedelta(minutes=habits.apart),
        daily=habits.daily,
        zone=ZoneInfo(site().publication.timezone),
    )


def taken(account: Account, now: datetime, besides: Post | None = None) -> list[datetime]:
    """When other posts went lately, or will go."""
    others = account.posts.exclude(pk=besides.pk) if besides else account.posts.all()
    went = others.filter(published_at__gte=now - _BACK).values_list("published_at", flat=True)
    waiting = Q(status__in=[Status.QUEUED, Status.DEFERRED], due_at__gt=now)
    goes = others.filter(waiting).values_list("due_at", flat=True)
    return [moment for moment in (*went, *goes) if moment]


def _free(hours: slot.When) -> slot.When:
    return slot.When((), None, timedelta(0), 0, hours.zone)
