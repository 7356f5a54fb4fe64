"""Take what somebody told us: look, read the page that was named, or keep the article itself.

::

    tell (stored) ─→ take: claim ─→ what does it say? ─→ an article ─→ detect.take
                                                      ├─ taken back ─→ detect.take_back
                                                      ├─ an address ─→ look; not there? add_article
                                                      └─ else       ─→ look

The notice is deleted in the transaction that stores what came of it: whenever the program ends, it
is either still there or done with. One that cannot be taken is tried again, and then kept to see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.http import parse_header_parameters

from syndicate.lib import retry
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Page
from syndicate.sources import detect, told
from syndicate.sources.editorial import look_now
from syndicate.sources.hand import add_article
from syndicate.sources.models import TRIES, Notice, Source
from syndicate.sources.readers import feed
from syndicate.sources.readers.base import Reading
from syndicate.sources.told import Told

log = logging.getLogger(__name__)

# Between tries: a page may be told of before the last of its servers has it.
MINUTES = (1, 5, 15, 60)
# What could not be taken is kept for a person to see; not for ever.
KEPT_FOR = timedelta(days=30)


def take(notice_id: int, now: datetime) -> None:
    """Do what one notice asks for, unless it is done or somebody else is at it."""
    notice = Notice.objects.select_related("source").filter(pk=notice_id).first()
    until = now + timedelta(seconds=site().daemon.lease_seconds)
    if notice is None or notice.due_at > now:
        return
    if not Notice.objects.claim(notice.pk, notice.due_at, until):
        return
    try:
        _heed(notice, now)
    except BadInput as error:
        _again(notice, error, now)


def hosts(source: Source) -> set[str]:
    """Where the source's articles may stand: its own hosts, and that of its latest article."""
    latest = source.articles.order_by("-pk").values_list("url", flat=True).first()
    return {_host(url) for url in (source.url, source.site_url, latest or "")} - {""}


def is_of(source: Source, url: str) -> bool:
    """Whether *url* lies on one of the source's :func:`hosts`; it must not tell of another site."""
    return _host(url) in hosts(source)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _heed(notice: Notice, now: datetime) -> None:
    """Raises BadInput when it cannot be done now."""
    if not notice.source.active:
        _done(notice)
    elif notice.kind == Notice.Kind.PUSH:
        _pushed(notice, now)
    else:
        _told(notice, now)


def _told(notice: Notice, now: datetime) -> None:
    source, done = notice.source, partial(_done, notice)
    said = _meaning(notice)
    if said.entry is None and not said.url:
        _look(notice, now)
    elif said.entry is None:
        _page(source, said.url, now, done)
    elif said.gone:
        detect.take_back(source, said.entry.guid, said.entry.url, now, along=done)
    else:
        detect.take(Reading(entries=(said.entry,)), source, now, along=done)


def _meaning(notice: Notice) -> Told:
    if not notice.body:
        return Told(notice.url)
    return told.read(notice.content_type, bytes(notice.body), notice.source.url)


def _pushed(notice: Notice, now: datetime) -> None:
    """A feed that was pushed, whole or in part; where the source is none, or it is empty: look."""
    source = notice.source
    reading = _reading(notice) if source.kind == "feed" else Reading()
    if reading.entries:
        detect.take(reading, source, now, along=partial(_done, notice))
    else:
        _look(notice, now)


def _reading(notice: Notice) -> Reading:
    if not notice.body:
        return Reading()  # as some hubs do, and it means the same: look
    try:
        return feed.parse(_as_page(notice))
    except BadInput as error:
        log.info("was told of something new at %s and looks: %s", notice.source, error.message)
        return Reading()


def _as_page(notice: Notice) -> Page:
    """What was pushed, as if it had been fetched."""
    kind, more = parse_header_parameters(notice.content_type)
    return Page(
        status=200,
        url=notice.source.url,
        moved_to="",
        headers={},
        body=bytes(notice.body),
        etag="",
        last_modified="",
        content_type=kind,
        charset=more.get("charset", ""),
    )


def _page(source: Source, url: str, now: datetime, done: Callable[[], object]) -> None:
    """The source's own words first; an article they do not hold yet is read from its page."""
    look(source, now)
    if source.knows(url):
        done()
    else:
        add_article(url, source, now, along=done)


def _look(notice: Notice, now: datetime) -> None:
    """A look that fails is tried again sooner than the source would be by itself."""
    if not look(notice.source, now):
        raise BadInput(notice.source.error, notice.source.hint)
    _done(notice)


def look(source: Source, now: datetime) -> bool:
    """Look at all of it, even if somebody else is about to: they may have begun too early."""
    look_now(source, now)
    detect.detect(source.pk, now)
    source.refresh_from_db()
    return source.failures == 0


def _done(notice: Notice) -> None:
    """Called in the transaction that stores what came of it."""
    # Not notice.delete(): that forgets its key, even if the transaction is then taken back.
    Notice.objects.filter(pk=notice.pk).delete()


def _again(notice: Notice, error: BadInput, now: datetime) -> None:
    """Later; after the last try it stays, for push.describe to tell."""
    tries = notice.attempts + 1
    later = now + retry.wait(tries, MINUTES, notice.pk)
    Notice.objects.filter(pk=notice.pk).update(due_at=later, error=str(error))
    log.warning("what was told of %s cannot be taken: %s", notice.source, error)
    failed = Notice.objects.filter(attempts__gte=TRIES)
    # Of a look that failed the source itself tells.
    failed.filter(Q(received_at__lt=now - KEPT_FOR) | Q(url="", body=b"")).delete()
