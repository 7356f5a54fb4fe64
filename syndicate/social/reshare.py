"""What stays true is shared again: by an account's rules, one at a time, never two in a day.

::

    accounts_due ─→ reshare ─→ the post that has waited longest ─→ a new round of it, held or queued
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from syndicate.lib.status import Status
from syndicate.social.models import Account, Post
from syndicate.social.write import create
from syndicate.sources.models import Article

log = logging.getLogger(__name__)

# Between two re-shares of one account.
APART = timedelta(days=1)
_WAITING = (Status.HELD, Status.QUEUED, Status.SENDING, Status.DEFERRED)


def accounts_due(now: datetime) -> Iterator[int]:
    """Accounts that share something again now."""
    for account in Account.objects.filter(active=True):
        if account.habits.reshare_days and candidates(account, now).exists():
            yield account.pk


def reshare(account_id: int, now: datetime) -> None:
    """Write one post anew. Safe to run twice: unique (account, story, round)."""
    account = Account.objects.get(pk=account_id)
    post = candidates(account, now).select_related("article__source").first()
    if post is not None:
        create(account, post.article, now, round=post.round + 1)
        log.info("shares “%s” again on %s", post.article, account)


def candidates(account: Account, now: datetime) -> QuerySet[Post]:
    """Posts whose turn has come, the one that waited longest first; none while another waits."""
    rules = account.habits
    again = account.posts.filter(round__gt=0)
    if again.filter(Q(status__in=_WAITING) | Q(created_at__gt=now - APART)).exists():
        return Post.objects.none()
    later = Post.objects.filter(
        account=account, story=OuterRef("story"), round__gt=OuterRef("round")
    )
    due = account.posts.standing().filter(
        round__lt=rules.reshare_times,
        published_at__lte=now - timedelta(days=rules.reshare_days),
        article__missing_at=None,
    )
    found = due.exclude(article__state=Article.State.WITHDRAWN).exclude(Exists(later))
    return _tagged(found, rules.reshare_tag.strip()).order_by(F("published_at").asc(), "pk")


def _tagged(posts: QuerySet[Post], tag: str) -> QuerySet[Post]:
    """Those whose article has *tag*, in any case; all without one."""
    if not tag:
        return posts
    # SQLite keeps a JSON text with escapes, PostgreSQL one without.
    escaped, plain = json.dumps(tag), json.dumps(tag, ensure_ascii=False)
    told = posts.annotate(told=Cast("article__tags", TextField()))
    return told.filter(Q(told__icontains=escaped) | Q(told__icontains=plain))
