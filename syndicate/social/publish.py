"""From a post to its permalink, once.

::

    claim ─→ was an answer never read? ─→ channel.find ─→ there: sent
               └─ no, or not there ─→ mark it unsure ─→ channel.publish ─→ sent
                                                          └─ NotSent ─→ outcome ─→ recorded

Every write is conditional on being its owner still, so a worker that was frozen past its lease
sends nothing when it wakes, and records nothing over its successor.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, ConfigError, NotSent, Scope
from syndicate.lib.status import Status
from syndicate.social.channels import channel
from syndicate.social.channels.base import Channel
from syndicate.social.channels.message import Card, Message, Published
from syndicate.social.key import first_try, key
from syndicate.social.models import Account, Post
from syndicate.social.outcome import Outcome, Pause, outcome
from syndicate.sources.models import Article

log = logging.getLogger(__name__)

# The least that a claim holds; longer where calls may take longer.
LEASE = timedelta(minutes=5)


class Lapsed(Exception):
    """The post is in other hands by now."""


def publish(post_id: int, now: datetime) -> None:
    """Publish one post, if it is due and nobody else has it."""
    post = _claim(post_id, now)
    if post is None:
        return
    withdrawn = post.article.state == Article.State.WITHDRAWN or post.article.missing_at
    if withdrawn and not post.unsure:
        _record(post, status=Status.CANCELLED, error="The article was withdrawn.")
        return
    try:
        _refuse_endless(post)
        _sent(post, _send(post, now), now)
    except Lapsed:
        log.warning("“%s” for %s was taken over by another worker", post.article, post.account)
    except NotSent as error:
        _not_sent(post, error, now)
    except (BadInput, ConfigError) as error:
        # What is stored with the account cannot be used: a person must see to it.
        _not_sent(post, _unusable(error), now)


def _claim(post_id: int, now: datetime) -> Post | None:
    """Take it, or None: only one of two workers that both saw it due gets it."""
    due = Post.objects.due(now).select_related("account", "article__source")
    post = due.filter(pk=post_id).first()
    if post is None:
        return None
    # All that another worker, or an editor, could have changed since we read it. A silent owner
    # that wakes between the two moves its lease, so it cannot send while we believe it dead.
    names = ("status", "owner", "attempts", "lease_until", "unsure", "text")
    seen = {name: getattr(post, name) for name in names}
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    post.key = post.key or key(post.pk, now)
    taken = Post.objects.filter(pk=post.pk, **seen).update(
        status=Status.SENDING,
        owner=owner,
        key=post.key,
        lease_until=now + _lease(),
        attempts=F("attempts") + 1,
    )
    post.owner, post.attempts = owner, post.attempts + 1
    return post if taken else None


def _refuse_endless(post: Post) -> None:
    """A post whose worker died each time must not take down one after the other."""
    if post.attempts > site().social.max_attempts:
        raise NotSent("Each try ended without a word.", permanent=True, unknown=True)


def _send(post: Post, now: datetime) -> Published:
    there, message = channel(post.account), _message(post, now)
    began = clock.monotonic()

    def sending() -> None:
        elapsed = timedelta(seconds=clock.monotonic() - began)
        if not _owned(post).update(unsure=True, lease_until=now + elapsed + _lease()):
            raise Lapsed
        post.unsure = True

    if post.unsure and (found := _found(there, message)):
        return found
    post.unsure = False
    return there.publish(message, sending)


def _found(there: Channel, message: Message) -> Published | None:
    """Whether an earlier try arrived."""
    try:
        return there.find(message)
    except NotSent as error:
        error.unknown = True  # what was open stays open
        raise


def _message(post: Post, now: datetime) -> Message:
    return Message(
        text=post.text,
        card=Card(**post.card),
        key=post.key,
        language=post.article.language or site().publication.language,
        first_try=first_try(post.key),
        now=now,
    )


def _sent(post: Post, published: Published, now: datetime) -> None:
    safe = published.permalink.startswith(("https://", "http://"))
    permalink = published.permalink if safe and len(published.permalink) <= 2000 else ""
    _record(
        post,
        status=Status.SENT,
        unsure=False,
        published_at=now,
        remote_id=published.remote_id[:500],
        permalink=permalink,
    )
    ill = Account.objects.filter(pk=post.account_id).exclude(health=Account.Health.OK)
    ill.update(health=Account.Health.OK, paused_until=None, error="", hint="")
    log.info("posted “%s” to %s: %s", post.article, post.account, permalink or "(no address)")


def _not_sent(post: Post, error: NotSent, now: datetime) -> None:
    # Before the decisive request nothing can have gone out, whatever broke.
    error.unknown = error.unknown and post.unsure
    next = outcome(error, post.attempts, post.key, now, site().social)
    _record(
        post,
        status=next.status,
        due_at=next.due_at,
        unsure=next.unsure,
        attempts=post.attempts - (not next.counts),
        error=error.message,
        hint=error.hint,
    )
    if next.pause is not None:
        _pause(post.account, next.pause, error)
    log.warning("“%s” for %s is %s: %s", post.article, post.account, _told(next), error)


def _pause(account: Account, pause: Pause, error: NotSent) -> None:
    Account.objects.filter(pk=account.pk).update(
        health=pause.health, paused_until=pause.until, error=error.message, hint=error.hint
    )


def _record(post: Post, **values: object) -> None:
    cleared: dict[str, object] = {"owner": "", "lease_until": None, "error": "", "hint": ""}
    _owned(post).update(**cleared | values)


def _owned(post: Post) -> QuerySet[Post]:
    return Post.objects.filter(pk=post.pk, owner=post.owner, status=Status.SENDING)


def _unusable(error: BadInput | ConfigError) -> NotSent:
    return NotSent(error.message, permanent=True, auth=True, scope=Scope.LANE, hint=error.hint)


def _lease() -> timedelta:
    return max(LEASE, timedelta(seconds=site().social.timeout_seconds * 10))


def _told(next: Outcome) -> str:
    return f"{next.status}, to be looked up" if next.unsure else str(next.status)
