"""Editors are mailed once when an account breaks, once when it is well again, and before it ends.

::

    account ─ state(pure) ≠ what was told ─→ claimed by telling so ─→ one mail to each editor
                                              └─ no mail leaves: taken back, tried in five minutes

What the platforms' own pauses are, which end by themselves, nobody is mailed about.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Q

from syndicate.lib import tokens
from syndicate.lib.config import site
from syndicate.lib.errors import NotSent
from syndicate.mail import message
from syndicate.mail.render import notice
from syndicate.mail.send import send
from syndicate.social.models import Account

log = logging.getLogger(__name__)

WELL, BROKEN, ENDING = "", "broken", "ends"
# Before credentials end, so that somebody has time to renew them.
AHEAD = timedelta(days=7)
PATIENCE = timedelta(minutes=5)


def state(account: Account, now: datetime) -> str:
    """What an editor should know of it: "", "broken", or "ends 2026-12-01"."""
    health = Account.Health
    for_ever = account.health == health.PAUSED and account.paused_until is None
    if account.health == health.RECONNECT or for_ever:
        return BROKEN
    if account.expires_at and account.expires_at - now < AHEAD:
        return f"{ENDING} {account.expires_at:%Y-%m-%d}"
    return WELL


def due(now: datetime) -> Iterator[int]:
    """Accounts of which something else is to be said than was said last."""
    ready = Q(tell_after=None) | Q(tell_after__lte=now)
    for account in Account.objects.filter(ready, active=True):
        if state(account, now) != account.told:
            yield account.pk


def alert(account_id: int, now: datetime) -> None:
    """Tell editors how one account is; only one of two workers that both saw it does."""
    account = Account.objects.get(pk=account_id)
    before, after = account.told, state(account, now)
    mine = Account.objects.filter(pk=account.pk, told=before)
    if before == after or not mine.update(told=after, tell_after=None):
        return
    if (words := _words(account, before, after)) is None:
        return
    try:
        for address in recipients():
            _mail(account, address, *words, now)
    except NotSent as error:
        log.warning("nobody could be told that %s: %s", words[0], error)
        Account.objects.filter(pk=account.pk, told=after).update(
            told=before, tell_after=now + PATIENCE
        )


def recipients() -> list[str]:
    """``alerts.mail_to``, else every editor who has an address."""
    editors = get_user_model().objects.filter(is_active=True).exclude(email="")
    return site().alerts.mail_to or [*editors.values_list("email", flat=True)]


def _words(account: Account, before: str, after: str) -> tuple[str, list[str]] | None:
    """(subject, paragraphs) of the mail; None where nothing need be said."""
    if after == BROKEN:
        waits = "What is due there waits, and nothing is lost. Other accounts go on."
        return f"{account} cannot post", [account.error, account.hint, waits]
    if before == BROKEN:
        return f"{account} posts again", ["What had waited goes now, one after the other."]
    if after:
        ends = f"{account.expires_at:%-d %B %Y}"
        what = "Connect it again before that day, and nothing is interrupted."
        return f"{account} must be connected again by {ends}", [what]
    return None


def _mail(
    account: Account, address: str, subject: str, paragraphs: list[str], now: datetime
) -> None:
    url = f"{site().site.base_url}/desk/accounts/{account.pk}"
    made = notice(subject, [each for each in paragraphs if each], url)
    letter = message.letter(None, made, now)
    key = tokens.sign("alert", account.pk, int(now.timestamp()))
    send(letter.envelope, address, message.single(letter, address, "", key=key), now)
    log.info("told %s: %s", address, subject)
