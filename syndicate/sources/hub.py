"""What a hub says to us (WebSub, 5.2, 5.3 and 7): asks whether it was we, denies, pushes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F

from syndicate.lib import wake
from syndicate.lib.text import one_line
from syndicate.sources import websub
from syndicate.sources.models import Notice, Push, Source
from syndicate.sources.push import secret
from syndicate.sources.tell import tell

log = logging.getLogger(__name__)

State = Push.State
# A hub that does not want us is asked again after this, in case it changed its mind.
AFTER_DENIAL = timedelta(days=7)


def confirm(token: str, asked: Mapping[str, str], now: datetime) -> str | None:
    """A hub asks whether it was we: the challenge to echo, or None if it was not.

    Also takes note of a hub that denies. *asked* are the fields ``hub.…`` of its question.
    """
    push = Push.objects.select_related("source").filter(token=token).first()
    mode, challenge = asked.get("hub.mode", ""), asked.get("hub.challenge", "")
    if push is None:
        # We know of no such subscription, so let there be none.
        return challenge if mode == "unsubscribe" else None
    if asked.get("hub.topic") != push.topic or not push.source.active:
        return None
    if mode == "denied":
        _denied(push, asked.get("hub.reason", ""), now)
        return ""
    if mode != "subscribe" or push.state == State.DENIED:
        return None
    _verified(push, websub.lease(asked.get("hub.lease_seconds", "")), now)
    return challenge


def receive(token: str, signature: str, content_type: str, body: bytes, now: datetime) -> bool:
    """Keep what was pushed; False if we want nothing from there (any more).

    What is not signed with our secret is counted, and otherwise ignored (WebSub, 8).
    """
    push = Push.objects.select_related("source").filter(token=token, source__active=True).first()
    if push is None:
        return False
    rows = Push.objects.filter(pk=push.pk)
    if not websub.is_signed(signature, secret(push), body):
        rows.update(forged=F("forged") + 1)
        log.warning("ignored what %s is said to push: it is not signed", push.hub)
        return True
    tell(push.source, Notice.Kind.PUSH, now, content_type=content_type, body=body)
    rows.update(pushed_at=now, missed=0)
    return True


def _verified(push: Push, granted: timedelta, now: datetime) -> None:
    """From now on it pushes; what was published since our last look was pushed to others only."""
    Push.objects.filter(pk=push.pk).update(
        state=State.VERIFIED,
        lease_until=now + granted,
        next_try=now + websub.renewal(granted),
        failures=0,
        error="",
    )
    if push.state != State.VERIFIED:
        log.info("%s pushes %s from now on", push.hub, push.topic)
        Source.objects.filter(pk=push.source_id).update(next_check=now, full_look_at=None)
        wake.ring()


def _denied(push: Push, reason: str, now: datetime) -> None:
    error = one_line(reason)[:500]
    values = {"state": State.DENIED, "lease_until": None, "next_try": now + AFTER_DENIAL}
    Push.objects.filter(pk=push.pk).update(error=error, **values)
    log.warning("%s will not push %s: %s", push.hub, push.topic, error or "no reason given")
