"""Accounts, posts, and corrections of posts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from syndicate.health.problem import RECENT, STUCK_AFTER, Level, Problem, Where, clock
from syndicate.lib.status import Status
from syndicate.social.correction import Correction
from syndicate.social.models import Account, Post

# So long before a permission to post ends one is told of it.
EXPIRY_AHEAD = timedelta(days=14)


def accounts(now: datetime) -> Iterator[Problem]:
    """Accounts that cannot post."""
    for account in Account.objects.filter(active=True).exclude(health=Account.Health.OK):
        refused = account.health == Account.Health.RECONNECT
        if not refused and account.paused_until and account.paused_until <= now:
            continue
        pause = "" if refused else f"Paused until {clock(account.paused_until)}. "
        yield Problem(
            "H30" if refused else "H31",
            Level.ERROR if refused else Level.WARNING,
            account.name,
            pause + account.error,
            account.hint,
            Where("account", account.pk),
        )


def permissions(now: datetime) -> Iterator[Problem]:
    """Accounts whose permission to post ends soon, or has ended; some platforms renew none."""
    near = Account.objects.filter(active=True, expires_at__lte=now + EXPIRY_AHEAD)
    for account in near.exclude(health=Account.Health.RECONNECT):  # that is told already
        ended = account.expires_at is not None and account.expires_at <= now
        message = f"The permission to post there {'ended' if ended else 'ends'} on"
        yield Problem(
            "H39" if ended else "H38",
            Level.ERROR if ended else Level.WARNING,
            account.name,
            f"{message} {clock(account.expires_at)}.",
            "Connect it again: its settings and posts stay.",
            Where("account", account.pk),
        )


def posts(now: datetime) -> Iterator[Problem]:
    """Posts that failed for good, whose fate is unknown, or that do not move."""
    lost = Post.objects.filter(
        Q(status=Status.UNKNOWN)
        | Q(status__in=[Status.FAILED, Status.REJECTED], created_at__gte=now - RECENT)
    )
    for post in lost.select_related("account", "article")[:50]:
        unknown = post.status == Status.UNKNOWN
        yield Problem(
            "H32" if unknown else "H33",
            Level.WARNING,
            f"{post.account}: {post.article}",
            post.error,
            post.hint or ("Look at the account, then decide on its page." if unknown else ""),
            Where("post", post.pk),
        )
    stuck = now - STUCK_AFTER
    for post in Post.objects.due(stuck).select_related("account", "article")[:50]:
        message = f"Was due on {clock(post.due_at)} and does not move."
        hint = "If the daemon runs, its log tells what keeps it."
        subject, where = f"{post.account}: {post.article}", Where("post", post.pk)
        yield Problem("H34", Level.ERROR, subject, message, hint, where)


def corrections(now: datetime) -> Iterator[Problem]:
    """Corrections of posts that could not be carried over, or that do not move."""
    found = Correction.objects.select_related("post__account", "post__article")
    for each in found.filter(status=Status.FAILED, created_at__gte=now - RECENT)[:50]:
        subject, where = f"{each.post.account}: {each.post.article}", Where("post", each.post_id)
        message = f"Still stands there as it was. {each.error}"
        yield Problem("H35", Level.WARNING, subject, message, each.hint, where)
    for each in found.due(now - STUCK_AFTER).select_related("post__account", "post__article")[:50]:
        subject, where = f"{each.post.account}: {each.post.article}", Where("post", each.post_id)
        message = f"Was to be corrected on {clock(each.due_at)}, and is not."
        hint = "If the daemon runs, its log tells what keeps it."
        yield Problem("H36", Level.ERROR, subject, message, hint, where)
