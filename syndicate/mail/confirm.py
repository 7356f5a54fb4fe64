"""A reader has asked → the one mail that lets them say that the address is theirs.

awaiting_mail ─ render ─ claim ─ send ─→ sent: nothing more is due
                           │        └──→ not now: again after as long as they have waited, for a day
                           └ crash: the claim ends after five minutes, the same mail goes again

When it is unclear whether it went, it goes again, with the same Message-ID: a second confirmation
mail harms nobody, a missing one loses a reader.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F

from syndicate.audience.links import confirm_url
from syndicate.audience.models import CONFIRM_LEASE, Subscription, Suppression
from syndicate.audience.subscribe import FORGIVEN
from syndicate.lib import tokens
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput, NotSent, Scope
from syndicate.mail import message
from syndicate.mail.message import Letter
from syndicate.mail.render import confirmation
from syndicate.mail.routes import open_routes
from syndicate.mail.send import send

log = logging.getLogger(__name__)

MESSAGE_ID = "confirm-mail"
SOON = timedelta(minutes=1)
GIVE_UP = timedelta(days=1)


def confirm(subscription_id: int, now: datetime) -> None:
    """Send one confirmation mail that is due. Safe to run twice, anywhere."""
    waiting = Subscription.objects.awaiting_mail(now).filter(pk=subscription_id)
    asked = waiting.select_related("subscriber", "list").first()
    if asked is None or asked.confirm_due is None:
        return
    if not open_routes(now):
        _due(asked, asked.confirm_due, now + SOON)
    elif _is_banned(asked):
        _due(asked, asked.confirm_due, None, "The address is suppressed.")
    else:
        letter = _letter(asked, now)
        if Subscription.objects.claim_mail(asked.pk, asked.confirm_due, now + CONFIRM_LEASE):
            _send(asked, letter, now)


def next_try(asked_at: datetime, now: datetime) -> datetime | None:
    """Wait as long again as they have waited; after a day it is too late to be of use."""
    waited = now - asked_at
    return None if waited > GIVE_UP else now + max(SOON, waited)


def _send(asked: Subscription, letter: Letter, now: datetime) -> None:
    """The caller holds the claim, which has counted one try."""
    mine, reader = now + CONFIRM_LEASE, asked.subscriber
    key = tokens.sign(MESSAGE_ID, asked.pk, int(asked.created_at.timestamp()))
    try:
        mail = message.single(letter, reader.email, reader.name, key=key)
        send(letter.envelope, reader.email, mail, now)
    except NotSent as error:
        if error.permanent and error.scope is Scope.ITEM:
            _due(asked, mine, None, error.message)
        else:
            _due(asked, mine, next_try(asked.created_at, now), error.message, given_back=1)
    except BadInput as error:
        _due(asked, mine, None, error.message)
    else:
        _due(asked, mine, None, sent_at=now)
        log.info("asked %s to confirm %s", reader, asked.list)


def _due(
    asked: Subscription,
    seen: datetime,
    due: datetime | None,
    error: str = "",
    *,
    sent_at: datetime | None = None,
    given_back: int = 0,
) -> None:
    """Set when the mail is due next, unless somebody has changed that since *seen*."""
    Subscription.objects.filter(pk=asked.pk, confirm_due=seen).update(
        confirm_due=due,
        confirm_error=error,
        confirm_sent_at=sent_at or F("confirm_sent_at"),
        confirm_tries=F("confirm_tries") - given_back,
    )


def _letter(asked: Subscription, now: datetime) -> Letter:
    days = site().subscribe.confirm_days
    return message.letter(None, confirmation(asked.list.name, confirm_url(asked.pk), days), now)


def _is_banned(asked: Subscription) -> bool:
    """Suppressed for a reason that confirming cannot lift."""
    ban = Suppression.objects.filter(address=asked.subscriber.address)
    return ban.exclude(reason__in=FORGIVEN).exists()
