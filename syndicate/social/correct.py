"""From a correction to what readers see: the post changed, or taken down. Twice is as once.

::

    claim ─→ channel.edit, or channel.delete (a thread's last part first) ─→ done
                └─ NotSent ─→ later, or failed; the account stops where it must
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from django.db.models import F, QuerySet

from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, ConfigError, NotSent
from syndicate.lib.status import Status
from syndicate.social import charge
from syndicate.social.attach import message
from syndicate.social.channels import channel
from syndicate.social.channels.base import Act, Channel
from syndicate.social.channels.message import Published
from syndicate.social.claim import lease, owner
from syndicate.social.correction import Correction
from syndicate.social.halt import pause, unusable
from syndicate.social.key import key
from syndicate.social.models import Post
from syndicate.social.outcome import outcome

log = logging.getLogger(__name__)


def correct(correction_id: int, now: datetime) -> None:
    """Carry one correction over, if it is due and nobody else has it."""
    correction = _claim(correction_id, now)
    if correction is None:
        return
    try:
        there = channel(correction.post.account)
        if correction.kind == Correction.Kind.EDIT:
            _edit(correction, there, now)
        else:
            _delete(correction, there, now)
    except NotSent as error:
        _not_done(correction, error, now)
    except (BadInput, ConfigError) as error:
        _not_done(correction, unusable(error), now)


def _claim(correction_id: int, now: datetime) -> Correction | None:
    due = Correction.objects.due(now).select_related("post__account", "post__article__source")
    found = due.filter(pk=correction_id).first()
    if found is None:
        return None
    seen = Correction.objects.filter(
        pk=found.pk, status=found.status, owner=found.owner, attempts=found.attempts
    )
    found.owner = owner()
    taken = seen.update(
        status=Status.SENDING,
        owner=found.owner,
        lease_until=now + lease(),
        attempts=F("attempts") + 1,
    )
    found.attempts += 1
    return found if taken else None


def _edit(correction: Correction, there: Channel, now: datetime) -> None:
    """The first part says something else; what follows it in a thread stays."""
    post = correction.post
    post.text, post.card = correction.text, correction.card
    # A key of its own: the same text once more, after another one between, is no repetition.
    words = replace(
        message(post, 0, there, now),
        after=(),
        key=key(correction.pk, correction.created_at),
        first_try=correction.created_at,
    )
    found = there.edit(post.standing[0], words)
    _charge(correction, there, Act.EDIT, now, correction.text)
    chain = [[found.remote_id, found.permalink or post.permalink], *post.chain[1:]]
    Post.objects.filter(pk=post.pk).update(
        text=correction.text, card=correction.card, chain=chain,
        remote_id=found.remote_id, permalink=found.permalink or post.permalink,
    )  # fmt: skip
    _done(correction, now)


def _delete(correction: Correction, there: Channel, now: datetime) -> None:
    post = correction.post
    for part in reversed(post.standing or (Published(post.remote_id, post.permalink),)):
        there.delete(part)
    _charge(correction, there, Act.DELETE, now)
    Post.objects.filter(pk=post.pk).update(removed_at=now, next_reading=None)
    _done(correction, now)


def _charge(
    correction: Correction, there: Channel, act: Act, now: datetime, text: str = ""
) -> None:
    cost = there.cost(act, text)
    charge.charge(correction.post.account, act, str(correction.pk), cost, now)


def _done(correction: Correction, now: datetime) -> None:
    _owned(correction).update(
        status=Status.SENT, done_at=now, owner="", lease_until=None, error="", hint=""
    )
    log.info("carried over: %s", correction)


def _not_done(correction: Correction, error: NotSent, now: datetime) -> None:
    # Whether it was done need not be known: doing it again is the same.
    error.unknown = False
    seed = f"correction-{correction.pk}"
    next = outcome(error, correction.attempts, seed, now, site().social)
    _owned(correction).update(
        status=next.status,
        due_at=next.due_at,
        owner="",
        lease_until=None,
        attempts=correction.attempts - (not next.counts),
        error=error.message,
        hint=error.hint,
    )
    if next.pause is not None:
        pause(correction.post.account, next.pause, error)
    log.warning("%s is %s: %s", correction, next.status, error)


def _owned(correction: Correction) -> QuerySet[Correction]:
    return Correction.objects.filter(
        pk=correction.pk, owner=correction.owner, status=Status.SENDING
    )
