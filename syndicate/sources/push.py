"""Subscribe at the hub of a source (WebSub), until it confirms; then again in time.

::

    a look finds a hub ─→ offer ─→ subscribe ⇢ hub.confirm ⇢ hub.receive, hub.receive, …
                                   ↑ until confirmed, then long before the lease ends

The source is looked at as before: a hub that is silent, gone or wrong costs minutes, no article.
"""

from __future__ import annotations

import logging
import secrets as random
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.db.models import F, QuerySet
from django.utils.timezone import localtime

from syndicate.lib import http, retry, secrets
from syndicate.lib.config import site
from syndicate.lib.errors import NotSent
from syndicate.lib.text import one_line
from syndicate.sources import websub
from syndicate.sources.models import TRIES, Notice, Push, Source
from syndicate.sources.readers.base import Reading

log = logging.getLogger(__name__)

State = Push.State
# Until a hub has confirmed; the last one repeats.
MINUTES = (2, 10, 60, 360, 1440)
# How often we look whether site.base_url has become one that a hub can call.
AT_HOME = timedelta(hours=1)
_HOPS = 3


def offer(source: Source, reading: Reading, now: datetime) -> None:
    """A look was stored: note the hub it found, or that there is none any more.

    A hub that was left gets 410 at its next push, which ends it (WebSub, 7).
    """
    if reading.not_modified:
        return
    known = Push.objects.filter(source=source)
    topic = reading.topic or source.url
    if reading.hub and known.filter(hub=reading.hub, topic=topic).exists():
        return
    known.delete()
    if reading.hub:
        sealed = secrets.seal({"secret": random.token_urlsafe(32)})
        Push.objects.create(
            source=source, hub=reading.hub, topic=topic, sealed=sealed, next_try=now
        )


def missed(source: Source, count: int, now: datetime) -> None:
    """A look found *count* articles of which a hub that serves us had told nothing."""
    served = Push.objects.filter(source=source, state=State.VERIFIED, lease_until__gt=now)
    served.update(missed=F("missed") + count)


def subscribe(push_id: int, now: datetime) -> None:
    """Ask a hub to push, or once more before the lease ends; for a paused source, to stop."""
    push = Push.objects.select_related("source").filter(pk=push_id).first()
    if push is None:
        return
    if not push.source.active:
        leave(push)
    elif not can_be_called():
        Push.objects.filter(pk=push.pk).update(next_try=now + AT_HOME)
    elif push.next_try <= now and _claim(push, now):
        _ask(push, now)


def leave(push: Push) -> None:
    """Ask the hub to stop, once; if it does not hear, its next push gets 410."""
    push.delete()
    try:
        _post(push, "unsubscribe")
    except NotSent as error:
        log.info("%s was not told that we leave: %s", push.hub, error)


def describe(source: Source, now: datetime) -> list[str]:
    """What an editor should know of being told at once: sentences, none if all is well or plain."""
    return [*_of_push(source, now), *_of_notices(source)]


def callback(push: Push) -> str:
    """Where the hub reaches us; nobody else can guess it."""
    return f"{site().site.base_url}/hooks/websub/{push.token}"


def secret(push: Push) -> str:
    """What signs the pushes."""
    return secrets.unseal(push.sealed)["secret"]


def can_be_called() -> bool:
    """Whether hubs can reach ``site.base_url``."""
    return websub.is_reachable(site().site.base_url, site().sources.allow_private)


def _claim(push: Push, now: datetime) -> bool:
    """Take it for one try, which counts as failed until the hub confirms."""
    seen, push.failures = push.next_try, push.failures + 1
    push.next_try = now + retry.wait(push.failures, MINUTES, push.token)
    lasts = push.lease_until is not None and push.lease_until > now
    # Before it is asked, since some hubs verify before they answer.
    push.state = State.VERIFIED if lasts and push.state == State.VERIFIED else State.ASKED
    values = {"next_try": push.next_try, "failures": push.failures, "state": push.state}
    return Push.objects.filter(pk=push.pk, next_try=seen).update(**values) == 1


def _ask(push: Push, now: datetime) -> None:
    try:
        reply = _post(push, "subscribe")
    except NotSent as error:
        return _failed(push, str(error))
    if not 200 <= reply.status_code < 300:
        why = one_line(reply.content[:200].decode("utf-8", "replace"))
        asked = http.retry_after(reply.headers, now)
        return _failed(push, f"It answered {reply.status_code}. {why}".strip(), asked)
    _still_asked(push).update(error="")
    log.info("asked %s to push %s", push.hub, push.topic)


def _post(push: Push, mode: str) -> http.Reply:
    """Ask the hub, or the one it names instead (WebSub, 5.1.2). Raises NotSent."""
    form = websub.asked(mode, push.topic, callback(push), secret(push))
    at, patience = push.hub, site().sources.timeout_seconds
    for _ in range(_HOPS):
        reply = http.call("POST", at, data=form, timeout=patience)
        if reply.status_code not in {307, 308} or "Location" not in reply.headers:
            return reply
        at = _joined(at, reply.headers["Location"])
    raise NotSent(f"{push.hub} leads from one hub to the next.", permanent=False)


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError as error:
        raise NotSent(f"{base} leads to no web address.", permanent=False) from error


def _failed(push: Push, error: str, patience: timedelta | None = None) -> None:
    """It has not answered as hoped; a subscription whose lease still runs goes on."""
    state = State.VERIFIED if push.state == State.VERIFIED else State.FAILED
    later = push.next_try + (patience or timedelta(0))
    _still_asked(push).update(error=error, state=state, next_try=later)
    log.warning("%s does not take us for %s: %s", push.hub, push.topic, error)


def _still_asked(push: Push) -> QuerySet[Push]:
    """Its row, if the hub has not asked back meanwhile."""
    return Push.objects.filter(pk=push.pk, next_try=push.next_try)


def _of_push(source: Source, now: datetime) -> Iterator[str]:
    push = Push.objects.filter(source=source).first()
    if push is None or not source.active:
        return
    if not can_be_called():
        yield (
            f"{push.hub} would tell us at once what is new, but nobody outside can call"
            f" {site().site.base_url}. Set site.base_url to where this site is reached."
        )
        return
    yield _state(push)
    if push.state == State.VERIFIED and push.error and push.lease_until:
        yield f"It does so until {_day(push.lease_until)}, and could not be renewed: {push.error}"
    if push.missed:
        yield f"{_count(push.missed, 'article')} came without a word from it since it last told us."
    if push.forged:
        yield f"Ignored, since it did not sign them: {_count(push.forged, 'message')} in its name."


def _state(push: Push) -> str:
    again = f"It is asked again on {_day(push.next_try)}; until then we look as before."
    match push.state:
        case State.VERIFIED:
            return f"{push.hub} tells us at once what is new."
        case State.DENIED:
            return f"{push.hub} will not tell us what is new: {push.error or 'no reason'}. {again}"
        case State.FAILED:
            return f"{push.hub} does not tell us what is new. {push.error} {again}"
    times = f", {push.failures} times by now" if push.failures > 1 else ""
    return f"{push.hub} has been asked to tell us at once{times}, and has yet to confirm it."


def _of_notices(source: Source) -> Iterator[str]:
    for notice in Notice.objects.filter(source=source, attempts__gte=TRIES).defer("body")[:5]:
        what = f" of {notice.url}" if notice.url else ""
        why = notice.error or "The program ended each time."
        yield f"What we were told{what} on {_day(notice.received_at)} could not be taken. {why}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _day(moment: datetime) -> str:
    return f"{localtime(moment):%-d %B, %H:%M}"
