"""Detect what is new: look when a source is due, and take what we are told of meanwhile.

::

    detect     claim ─→ look_at: look.look ─→ shape ─→ nothing new: note, now or soon (logbook.py)
                                                 ↓
    take       told of ─→ look.listen ─→ shape ──┴→ one transaction: keep, what to ask with next
    take_back  told that it is gone                 time, health, next look (after.py)
    add_article (hand.py)  by its address alone

A source that fails says so itself, in words, and is tried again with growing distance; nothing
that a site can send raises out of here. What the next look is asked with is stored in the same
transaction as the articles, so a crash between any two steps loses none and doubles none.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from syndicate.lib import stop
from syndicate.lib.database import writing
from syndicate.lib.errors import BadInput
from syndicate.sources import push
from syndicate.sources.after import failure, give_back, success
from syndicate.sources.decide import Decision
from syndicate.sources.hand import add_article
from syndicate.sources.identity import short, url_key
from syndicate.sources.keep import Shaped, keep, shape
from syndicate.sources.look import glance, listen, look
from syndicate.sources.models import LOOK_LEASE, Article, Source
from syndicate.sources.readers.base import Reading

__all__ = [
    "Decision", "Shaped", "add_article", "detect", "keep", "look", "peek", "shape", "take",
    "take_back",
]  # fmt: skip

log = logging.getLogger(__name__)

# A hub is told, reads the feed, and then goes through all who subscribed.
HUB_NEEDS = timedelta(minutes=5)

# Stores what a look leaves with its source, and ends the claim.
Note = Callable[[Source, Mapping[str, Any]], None]


def write_now(source: Source, values: Mapping[str, Any]) -> None:
    """``give_back``, which the disk need not confirm."""
    with writing(again=True):
        give_back(source, values)


def detect(source_id: int, now: datetime) -> None:
    """Look at one source, if it is due and nobody else has taken it."""
    with writing(again=True):
        taken = Source.objects.claim([source_id], now, now + LOOK_LEASE)
    for source in taken:
        look_at(source, now)


def look_at(source: Source, now: datetime, note: Note = write_now) -> None:
    """Look at a source that we have claimed.

    *note* stores what may as well be lost, since another look finds it: logbook.note does so soon.
    """
    try:
        shaped = shape(look(source, now), now)
    except stop.Interrupted:
        note(source, {"next_check": now})
        raise
    except BadInput as error:
        note(source, failure(source, error, now))
        log.warning("%s cannot be read: %s", source.name, error)
        return
    if shaped.look.reading.not_modified:
        values = success(shaped.look, (), now)
        # Who moves must not find the new address taken by one that is being written down with it.
        return write_now(source, values) if "url" in values else note(source, values)
    with writing(), transaction.atomic():
        made = _stored(shaped, now)
    _tell(shaped, made)


def take(
    reading: Reading, source: Source, now: datetime, along: Callable[[], object] | None = None
) -> list[Article]:
    """Store what somebody told us of *source*: a part of it, so nothing is missing that is not
    in it, and neither its health nor its next look is changed. Returns what goes on or is held.

    *along* is called in the transaction that stores the articles.
    """
    shaped = shape(listen(reading, source, now), now)
    with transaction.atomic():
        made = keep(shaped, now)
        if along is not None:
            along()
    _tell(shaped, made)
    return [article for article in made if article.state != Article.State.SEEN]


def take_back(
    source: Source,
    guid: str,
    url: str,
    now: datetime,
    along: Callable[[], object] | None = None,
) -> None:
    """The site says that it has withdrawn an article: it is sent no more, unless shown again."""
    key = url_key(url)
    this = (Q(guid=short(guid)) if guid else Q()) | (Q(url_key=key) if key else Q())
    with transaction.atomic():
        if this:
            source.articles.filter(this, missing_at__isnull=True).update(missing_at=now)
        if along is not None:
            along()


def peek(source: Source, now: datetime) -> Decision:
    """What a look at *source* (saved or not) would find; writes nothing. Raises BadInput."""
    return glance(source, now).decision


def _stored(shaped: Shaped, now: datetime) -> list[Article]:
    """Articles, validators, health and next look: all of it or nothing."""
    seen = shaped.look
    source, baseline = seen.source, seen.source.baseline_at
    made = keep(shaped, now)
    push.offer(source, seen.reading, now)
    late = sum(_should_have_been_told(article, now) for article in made)
    if late and baseline is not None:
        push.missed(source, late, now)
    give_back(source, success(seen, made, now))
    return made


def _should_have_been_told(article: Article, now: datetime) -> bool:
    """Whether a hub has had time enough to push it."""
    told_by = now - HUB_NEEDS
    return article.state == Article.State.NEW and article.dated <= told_by


def _tell(shaped: Shaped, made: Sequence[Article]) -> None:
    name, states = shaped.look.source.name, [article.state for article in made]
    for article in made:
        if article.state == Article.State.NEW:
            log.info("detected “%s” (%s)", article.title, name)
    for _, values in shaped.changed:
        log.info("updated “%s” (%s)", values["title"], name)
    if held := states.count(Article.State.HELD):
        log.info("holds %s articles of %s for an editor", held, name)
    if seen := states.count(Article.State.SEEN):
        log.info("noted %s articles of %s as seen", seen, name)
