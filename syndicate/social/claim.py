"""Who has a post in hand: one worker at a time, told by its row.

Every write is conditional on being its owner still, so a worker that was frozen past its lease
sends nothing when it wakes, and records nothing over its successor.
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.status import Status
from syndicate.social import queue
from syndicate.social.halt import pause, unusable
from syndicate.social.key import key
from syndicate.social.models import Account, Post
from syndicate.social.outcome import Pause

# The least that a claim holds; longer where calls may take longer.
LEASE = timedelta(minutes=5)


class Lapsed(Exception):
    """It is in other hands by now."""


def claim(post_id: int, now: datetime) -> Post | None:
    """Take it, or None: only one of two workers that both saw it due gets it.

    A post whose hours have not come, or to which another one stands too near, is put off.
    """
    due = Post.objects.due(now).select_related("account", "article__source")
    post = due.filter(pk=post_id).first()
    if post is None:
        return None
    # All that another worker, or an editor, could have changed since we read it. A silent owner
    # that wakes between the two moves its lease, so it cannot send while we believe it dead.
    names = (
        "status",
        "owner",
        "attempts",
        "lease_until",
        "unsure",
        "text",
        "thread",
        "chain",
        "due_at",
    )
    seen = Post.objects.filter(pk=post.pk, **{name: getattr(post, name) for name in names})
    try:
        later = queue.put_off(post, now)
    except BadInput as error:  # stored hours that cannot be read: a person must see to it
        pause(post.account, Pause(Account.Health.RECONNECT), unusable(error))
        return None
    if later is not None:
        seen.update(due_at=later)
        return None
    post.owner, post.key = owner(), post.key or key(post.pk, now)
    taken = seen.update(
        status=Status.SENDING,
        owner=post.owner,
        key=post.key,
        lease_until=now + lease(),
        attempts=F("attempts") + 1,
    )
    post.attempts += 1
    return post if taken else None


def owned(post: Post) -> QuerySet[Post]:
    """Its row, as long as it is ours."""
    return Post.objects.filter(pk=post.pk, owner=post.owner, status=Status.SENDING)


def owner() -> str:
    """A name for this one claim."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def lease() -> timedelta:
    """How long a claim holds when its worker says nothing."""
    return max(LEASE, timedelta(seconds=site().social.timeout_seconds * 10))
