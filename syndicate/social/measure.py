"""How posts were received, asked ever more rarely: after an hour, six, a day, a week, a month.

::

    accounts_due ─→ measure ─→ up to a hundred posts claimed ─→ channel.measure ─→ Reactions kept

Nothing depends on it: a platform that does not answer is asked again later, and no account is
stopped for it.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from syndicate.lib.errors import BadInput, ConfigError, NotSent
from syndicate.lib.prepared import prepared
from syndicate.social import charge
from syndicate.social.channels import channel
from syndicate.social.channels.base import METRICS, Act, Channel
from syndicate.social.channels.message import Reactions
from syndicate.social.models import Account, Post, usable

log = logging.getLogger(__name__)

AFTER = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72, 168, 720))
# Whoever claimed posts has so long to write down what came of them.
_CLAIM = timedelta(minutes=30)
_BATCH = 100


def first(there: Channel, now: datetime) -> datetime | None:
    """When a post that was published at *now* is asked about first."""
    return now + AFTER[0] if METRICS in there.capabilities else None


@prepared
def accounts_due(now: datetime) -> QuerySet[Account]:
    """Accounts with posts to be asked about."""
    due = Post.objects.filter(usable(now), next_reading__lte=now, removed_at=None)
    return Account.objects.filter(pk__in=due.order_by().values("account"))


def measure(account_id: int, now: datetime) -> None:
    """Ask for what became of one account's posts; twice does no harm but to ask twice."""
    account = Account.objects.get(pk=account_id)
    posts = _claimed(account, now)
    if not posts:
        return
    try:
        there = channel(account)
        found = there.measure([post.remote_id for post in posts])
    except (NotSent, BadInput, ConfigError) as error:
        log.warning("%s does not tell how posts were received: %s", account, error)
        _again(posts, error, now)
        return
    for post in posts:
        cost = there.cost(Act.MEASURE)
        charge.charge(account, Act.MEASURE, f"{post.pk}:{post.readings}", cost, now)
        _keep(post, found.get(post.remote_id), now)


def _claimed(account: Account, now: datetime) -> list[Post]:
    """Posts of ours alone until :data:`_CLAIM` is over."""
    due = account.posts.standing().filter(next_reading__lte=now).order_by("next_reading")
    posts = due[:_BATCH]
    if not _affordable(account, now):
        due.update(next_reading=charge.month(now, later=1))
        return []
    return [
        post
        for post in posts
        if account.posts.filter(pk=post.pk, next_reading=post.next_reading).update(
            next_reading=now + _CLAIM
        )
    ]


def _affordable(account: Account, now: datetime) -> bool:
    """Posts go before figures: what is left of a budget must do for one."""
    left = charge.left(account, now)
    there = channel(account)
    return left is None or left >= _BATCH * there.cost(Act.MEASURE) + there.cost(Act.PUBLISH)


def _keep(post: Post, found: Reactions | None, now: datetime) -> None:
    """A post that is gone there keeps what was read last, and is asked about no more."""
    values: dict[str, object] = {"readings": F("readings") + 1, "next_reading": None}
    if found is not None:
        said = {name: value for name, value in asdict(found).items() if value is not None}
        values |= {"reactions": said, "read_at": now, "next_reading": following(post, now)}
    Post.objects.filter(pk=post.pk).update(**values)


def following(post: Post, now: datetime) -> datetime | None:
    """The next moment of :data:`AFTER` that is still to come; None after the last."""
    begun = post.published_at or now
    return next((begun + wait for wait in AFTER if begun + wait > now), None)


def _again(posts: list[Post], error: NotSent | BadInput | ConfigError, now: datetime) -> None:
    wait = getattr(error, "retry_after", None) or timedelta(hours=6)
    for post in posts:
        later = following(post, now + wait) if getattr(error, "permanent", True) else now + wait
        Post.objects.filter(pk=post.pk).update(next_reading=later)
