"""What an editor does to sources and articles; each act is one conditional UPDATE."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from syndicate.lib import secrets
from syndicate.lib.errors import BadInput
from syndicate.sources.arrange import arrange
from syndicate.sources.hand import HAND
from syndicate.sources.models import Article, Source

__all__ = [
    "arrange", "look_afresh", "look_now", "pause", "release", "renew_ping", "resume", "withdraw",
]  # fmt: skip


def release(article: Article, now: datetime) -> None:
    """Let a held or seen article go on to newsletters and accounts."""
    kept_back = [Article.State.HELD, Article.State.SEEN, Article.State.WITHDRAWN]
    stops = Q(state__in=kept_back) | Q(missing_at__isnull=False)
    waiting = Article.objects.filter(stops, pk=article.pk)
    if not article.url:
        raise BadInput(f"“{article.title}” has no link to share.", "Publish it with one.")
    # available_at, not first_seen, is what newsletters and accounts compare with their beginning.
    # Not listed: a source that does not show it has no say in it any more.
    going = {"state": Article.State.NEW, "state_reason": "", "missing_at": None, "listed": False}
    if not waiting.update(**going, available_at=now):
        raise BadInput(f"“{article.title}” is on its way already.", "There is nothing to release.")
    article.refresh_from_db()


def withdraw(article: Article) -> None:
    """Keep an article out of everything that is not yet composed or written."""
    Article.objects.filter(pk=article.pk).update(
        state=Article.State.WITHDRAWN, state_reason="An editor took it back."
    )
    article.refresh_from_db()


def look_now(source: Source, now: datetime) -> None:
    """Look at a source at the next tick, and read all of it."""
    if not source.active:
        raise BadInput(f"{source.name} is paused.", "Resume it first.")
    _be_watched(source)
    _wake(source, now)


def pause(source: Source) -> None:
    """Look at it no more until it is resumed."""
    Source.objects.filter(pk=source.pk).update(active=False)
    source.refresh_from_db()


def resume(source: Source, now: datetime) -> None:
    """Look at it again, beginning now."""
    _be_watched(source)
    Source.objects.filter(pk=source.pk).update(active=True)
    _wake(source, now)


def renew_ping(source: Source) -> None:
    """Another ping address: whoever has the old one can tell us nothing any more."""
    Source.objects.filter(pk=source.pk).update(ping_token=secrets.fresh())
    source.refresh_from_db()


def _be_watched(source: Source) -> None:
    if source.kind == HAND:
        raise BadInput(f"{source.name} is no site.", "Its articles are added one by one.")


def _wake(source: Source, now: datetime) -> None:
    """Due at once; what was gone gets another chance."""
    rows = Source.objects.filter(pk=source.pk)
    rows.filter(health=Source.Health.GONE).update(health=Source.Health.FAILING)
    rows.update(next_check=now, full_look_at=None)
    source.refresh_from_db()


def look_afresh() -> None:
    """Let the next look at each source be like a first one: what is new by then is only noted."""
    Source.objects.update(baseline_at=None, take_newest=0)
