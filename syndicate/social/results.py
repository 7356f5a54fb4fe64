"""What each account brought: posts, what people did with them, who came, who subscribed, the cost.

Reactions are what the platforms say; arrivals and subscribers are counted by ``utm_source``, by the
day, nobody followed. Two accounts with the same ``utm_source`` share those figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from syndicate.audience.models import Arrival, Subscription
from syndicate.social.charge import Charge
from syndicate.social.models import Account, Post

# In the order in which they are shown.
KINDS = ("views", "likes", "reposts", "replies", "quotes", "clicks")


@dataclass(frozen=True)
class Result:
    """Of one account, over a stretch of time; *reactions*: only what its platform tells."""

    account: Account
    posts: int
    reactions: dict[str, int]
    source: str  # utm_source, "" where its links carry none
    arrivals: int
    subscribers: int  # confirmed, of those who came by it
    mills: int  # thousandths of a US dollar
    best: list[Post] = field(default_factory=list)


def results(now: datetime, days: int = 30) -> list[Result]:
    """One for each account, the most read first."""
    since = now - timedelta(days=days)
    arrivals, subscribers = _arrivals(since), _subscribers(since)
    spent = _spent(since)
    found = []
    for account in Account.objects.all():
        posts = [
            *account.posts.standing().filter(published_at__gte=since).select_related("article")
        ]
        source = account.habits.utm_source
        found.append(
            Result(
                account=account,
                posts=len(posts),
                reactions=summed(post.reactions for post in posts),
                source=source,
                arrivals=arrivals.get(source, 0),
                subscribers=subscribers.get(source, 0),
                mills=spent.get(account.pk, 0),
                best=sorted(posts, key=weight, reverse=True)[:3],
            )
        )
    return sorted(found, key=lambda one: (one.arrivals, sum(one.reactions.values())), reverse=True)


def summed(reactions: Iterable[dict[str, int]]) -> dict[str, int]:
    """Kind → number over all posts; kinds that none tells are left out."""
    total: Counter[str] = Counter()
    for each in reactions:
        total.update({kind: int(each[kind]) for kind in KINDS if kind in each})
    return {kind: total[kind] for kind in KINDS if kind in total}


def weight(post: Post) -> int:
    """What people did with it; being looked at is not yet doing."""
    return sum(number for kind, number in post.reactions.items() if kind != "views")


def sources() -> set[str]:
    """Every ``utm_source`` that one of our accounts puts into its links."""
    found = Account.objects.values_list("customs__utm_source", flat=True)
    return {source for source in found if source}


def _arrivals(since: datetime) -> dict[str, int]:
    days = Arrival.objects.filter(day__gte=since.date()).values_list("source")
    return dict(days.annotate(all=Sum("count")))


def _subscribers(since: datetime) -> dict[str, int]:
    confirmed = Subscription.objects.filter(
        status=Subscription.Status.CONFIRMED, confirmed_at__gte=since
    ).exclude(came_by="")
    return dict(confirmed.values_list("came_by").annotate(all=Count("subscriber", distinct=True)))


def _spent(since: datetime) -> dict[int, int]:
    lines = Charge.objects.filter(at__gte=since).values_list("account")
    return dict(lines.annotate(all=Sum("mills")))
