"""From a post to its permalink, once.

::

    claim ─→ for each part that does not stand yet:
               was an answer never read? ─→ channel.find ─→ there: it stands
                 └─ no, or not there ─→ affordable? ─→ mark it unsure ─→ channel.publish ─→ stands
                                                          └─ NotSent ─→ outcome ─→ recorded
          ─→ all of them stand: sent
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from syndicate.lib import clock
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, ConfigError, NotSent, Scope
from syndicate.lib.status import Status
from syndicate.social import charge, manners, measure
from syndicate.social.attach import message
from syndicate.social.channels import channel
from syndicate.social.channels.base import Act, Channel
from syndicate.social.channels.message import Message, Published
from syndicate.social.claim import Lapsed, claim, lease, owned
from syndicate.social.halt import pause, unusable
from syndicate.social.models import Account, Post
from syndicate.social.outcome import Outcome, outcome
from syndicate.sources.models import Article

log = logging.getLogger(__name__)


def publish(post_id: int, now: datetime) -> None:
    """Publish one post, if it is due and nobody else has it."""
    post = claim(post_id, now)
    if post is None:
        return
    withdrawn = post.article.state == Article.State.WITHDRAWN or post.article.missing_at
    if withdrawn and not post.unsure and not post.chain:
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
        _not_sent(post, unusable(error), now)


def _refuse_endless(post: Post) -> None:
    """A post whose worker died each time must not take down one after the other."""
    if post.attempts > site().social.max_attempts:
        raise NotSent("Each try ended without a word.", permanent=True, unknown=True)


def _send(post: Post, now: datetime) -> Channel:
    """Part after part; the channel, which knows how much may still be asked."""
    there = channel(post.account)
    try:
        for number in range(len(post.chain), len(post.texts)):
            _stands(post, _part(post, there, number, now))
    finally:
        _keep_room(post.account, there)
    return there


def _part(post: Post, there: Channel, number: int, now: datetime) -> Published:
    words, began = message(post, number, there, now), clock.monotonic()

    def sending() -> None:
        elapsed = timedelta(seconds=clock.monotonic() - began)
        if not owned(post).update(unsure=True, lease_until=now + elapsed + lease()):
            raise Lapsed
        post.unsure = True

    if post.unsure and (found := _found(post, there, words)):
        return found
    post.unsure = False
    manners.refuse_alike(post)
    cost = there.cost(Act.PUBLISH, words.text, len(words.pictures))
    _refuse_unaffordable(post.account, cost, now)
    return _paid(post, number, cost, now, lambda: there.publish(words, sending))


def _found(post: Post, there: Channel, words: Message) -> Published | None:
    """Whether an earlier try arrived."""
    try:
        found = there.find(words)
    except NotSent as error:
        error.unknown = True  # what was open stays open
        raise
    charge.charge(
        post.account, Act.FIND, f"{post.pk}:{post.attempts}", there.cost(Act.FIND), words.now
    )
    return found


def _refuse_unaffordable(account: Account, cost: int, now: datetime) -> None:
    left = charge.left(account, now)
    if cost and left is not None and cost > left:
        raise NotSent(
            f"This month’s budget of ${account.habits.budget} is used up, or too small for one "
            f"more post ({charge.dollars(cost)}).",
            permanent=False,
            scope=Scope.LANE,
            retry_after=charge.month(now, later=1) - now,
            hint="Raise the budget and resume the account, or wait for the next month.",
        )


def _paid(
    post: Post, number: int, cost: int, now: datetime, call: Callable[[], Published]
) -> Published:
    """What *call* gives; it is charged where the post stands, and where it may."""
    try:
        found = call()
    except NotSent as error:
        if error.unknown and post.unsure:
            charge.charge(post.account, Act.PUBLISH, f"{post.pk}:{number}", cost, now)
        raise
    charge.charge(post.account, Act.PUBLISH, f"{post.pk}:{number}", cost, now)
    return found


def _stands(post: Post, part: Published) -> None:
    """Keep that it stands, before anything else is asked. Raises Lapsed."""
    safe = part.permalink.startswith(("https://", "http://")) and len(part.permalink) <= 2000
    post.chain = [*post.chain, [part.remote_id[:500], part.permalink if safe else ""]]
    post.unsure = False
    first = post.standing[0]
    there = {"remote_id": first.remote_id, "permalink": first.permalink}
    if not owned(post).update(chain=post.chain, unsure=False, **there):
        raise Lapsed


def _keep_room(account: Account, there: Channel) -> None:
    """How long the platform's window is used up, if it said so."""
    if there.full_until is not None:
        Account.objects.filter(pk=account.pk).update(full_until=there.full_until)


def _sent(post: Post, there: Channel, now: datetime) -> None:
    first = post.standing[0]
    _record(
        post,
        status=Status.SENT,
        unsure=False,
        published_at=now,
        next_reading=measure.first(there, now),
    )
    ill = Account.objects.filter(pk=post.account_id).exclude(health=Account.Health.OK)
    ill.update(health=Account.Health.OK, paused_until=None, error="", hint="")
    log.info("posted “%s” to %s: %s", post.article, post.account, first.permalink or "(no address)")


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
        pause(post.account, next.pause, error)
    log.warning("“%s” for %s is %s: %s", post.article, post.account, _told(next), error)


def _record(post: Post, **values: object) -> None:
    cleared: dict[str, object] = {"owner": "", "lease_until": None, "error": "", "hint": ""}
    owned(post).update(**cleared | values)


def _told(next: Outcome) -> str:
    return f"{next.status}, to be looked up" if next.unsure else str(next.status)
