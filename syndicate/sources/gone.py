"""What a source shows no more: taken back there, it must not go out here.

Only what is absent although older articles are still shown was taken back; the rest slid out, as
articles do. So the source must be in order, or show all that it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from syndicate.sources.models import Article, Source

# What is older has long been sent.
WATCHED_FOR = timedelta(days=30)


def edge(dates: Sequence[datetime | None]) -> datetime | None:
    """How far back a reading goes, by the *dates* of its entries in order; None if it has none.

    One article that is pinned on top of the others may be out of order. Pure.
    """
    told = [at for at in dates if at]
    climbs = sum(later > earlier for earlier, later in pairwise(told))
    return told[-1] if told and climbs <= 1 else None


def gone(source: Source, shown: frozenset[int], since: datetime | None, now: datetime) -> list[int]:
    """The articles that wait, or went lately, and are not among *shown* though not older than it.

    *since* is the :func:`edge`; None: all that the source has was shown.
    """
    waiting = source.articles.filter(
        first_seen__gt=now - WATCHED_FOR,
        state__in=[Article.State.NEW, Article.State.HELD],
        missing_at__isnull=True,
        listed=True,
    ).values_list("pk", "published_at", "first_seen")
    return [
        pk for pk, published_at, first_seen in waiting
        if pk not in shown and (since is None or (published_at or first_seen) > since)
    ]  # fmt: skip
