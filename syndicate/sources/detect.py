"""One look at a source: fetch, decide, keep what is new or changed.

::

    claim ─→ read (conditional, and in full once a day) ─→ decide (pure) ─→ fill gaps from pages
          ─→ shape (clean it; slow, so before the database is taken)
          ─→ one transaction: articles, what to ask with next time, health, next look

A source that fails says so itself, in words, and is tried again with growing distance; nothing
that a site can send raises out of here. What the next look is asked with is stored in the same
transaction as the articles, so a crash between the two loses none.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from syndicate.lib import clock, stop
from syndicate.lib.config import site
from syndicate.lib.errors import BadInput
from syndicate.lib.http import Refused
from syndicate.sources import pages
from syndicate.sources.decide import Change, Decision, Find, Known, Policy, decide
from syndicate.sources.models import LOOK_LEASE, Article, Source
from syndicate.sources.readers import reader
from syndicate.sources.readers.base import Ask, Conditions, Entry, Reading
from syndicate.sources.shape import TEASER, fields, filled, has_gaps
from syndicate.sources.summary import is_good

__all__ = ["Decision", "complete", "decide", "detect", "keep", "peek", "shape"]

log = logging.getLogger(__name__)

# The most that failures, or a server that asks for patience, keep us from looking again.
LONGEST_WAIT = timedelta(days=1)
# Pages of articles are read one after another; after this, the rest go on with what the feed says.
PAGES_FOR = 120  # seconds


@dataclass(frozen=True)
class Shaped:
    """Articles to be stored, and what to change of known ones."""

    found: list[Article]
    changed: list[tuple[Change, dict[str, Any]]]

    def titles(self, state: str) -> list[str]:
        """Of the found ones in *state*."""
        return [article.title for article in self.found if article.state == state]


def detect(source_id: int, now: datetime) -> None:
    """Look at one source, if it is due and nobody else has taken it."""
    source = Source.objects.filter(pk=source_id).first()
    until = now + LOOK_LEASE
    if source is None or source.next_check > now:
        return
    if not Source.objects.claim(source_id, source.next_check, until):
        return
    last = _conditions(source, now)
    try:
        reading = reader(source.kind).read(_ask(source, last, now))
        decision = complete(_decide(source, reading, now), now)
    except BadInput as error:
        _end(source, until, *_failure(source, error, now))
        log.warning("%s cannot be read: %s", source.name, error)
        return
    shaped = shape(source, decision, now)
    with transaction.atomic():
        keep(shaped, now)
        _end(source, until, *_success(source, reading, last, now))
    _tell(source, shaped)


def peek(source: Source, now: datetime) -> Decision:
    """What a look at *source* (saved or not) would find; writes nothing. Raises BadInput."""
    reading = reader(source.kind).read(_ask(source, Conditions(), now))
    return _decide(source, reading, now)


def _ask(source: Source, last: Conditions, now: datetime) -> Ask:
    """What the reader is to know of the source."""
    return Ask(
        source.url,
        now,
        last,
        headers=source.headers,
        key=source.key,
        knows=source.knows,
        first=source.baseline_at is None,
    )


def _conditions(source: Source, now: datetime) -> Conditions:
    """Ask only for what is new, but once a day for everything: a server's 304 may be untrue.

    WordPress answers 304 although an article was added, when that is dated earlier than others.
    """
    distance = timedelta(hours=site().sources.unconditional_hours)
    if source.full_look_at is None or now - source.full_look_at >= distance:
        return Conditions(body_hash=source.body_hash)
    return Conditions(source.etag, source.last_modified, source.body_hash)


def _decide(source: Source, reading: Reading, now: datetime) -> Decision:
    if reading.not_modified:
        return Decision()
    known = _known(source)
    if known and not reading.entries:
        raise BadInput(
            f"{source.url} is a feed without any articles, where there were some before.",
            "Nothing was changed here. If the site was emptied, pause the source.",
        )
    limits = site().sources
    policy = Policy(
        now,
        began=source.baseline_at,
        take_newest=source.take_newest,
        max_new=limits.max_new,
        max_age=timedelta(days=limits.max_age_days),
    )
    return decide(known, reading.entries, policy)


def _known(source: Source) -> list[Known]:
    """Every article ever seen here: an old one that shows again must be known."""
    if source.pk is None:
        return []
    rows = Article.objects.filter(source=source).values_list(
        "pk", "identity", "guid", "url_key", "content_hash", "title", "revision", "published_at"
    )
    return [Known(*row) for row in rows.iterator()]


def complete(decision: Decision, now: datetime) -> Decision:
    """*decision* with the gaps of its entries filled from their pages, as far as there is time."""
    going = [find.entry for find in decision.finds if find.state != Article.State.SEEN]
    going += [change.entry for change in decision.changed]
    wanted = [entry for entry in going if has_gaps(entry)]
    end = clock.monotonic() + PAGES_FOR
    read: dict[Entry, Entry] = {}
    for entry in wanted[: site().sources.max_new]:
        if clock.monotonic() > end or stop.requested():
            break
        read[entry] = _from_page(entry, now)
    return Decision(
        tuple(replace(find, entry=read.get(find.entry, find.entry)) for find in decision.finds),
        tuple(replace(each, entry=read.get(each.entry, each.entry)) for each in decision.changed),
    )


def _from_page(entry: Entry, now: datetime) -> Entry:
    if not entry.url:
        return entry
    try:
        return filled(entry, pages.read(entry.url, now))
    except BadInput as error:
        log.info("only what the feed says of “%s”: %s", entry.title, error)
        return entry


def shape(source: Source, decision: Decision, now: datetime) -> Shaped:
    """What was found, as it will be stored. Slow: foreign HTML is cleaned here."""
    return Shaped(
        [_row(source, find, now) for find in decision.finds],
        [(change, fields(change.entry, change.marks)[0]) for change in decision.changed],
    )


def keep(shaped: Shaped, now: datetime) -> None:
    """Store what was found; within a transaction, so that it is all of it or nothing."""
    Article.objects.bulk_create(shaped.found, ignore_conflicts=True, batch_size=100)
    for change, values in shaped.changed:
        _update(change, values, now)


def _row(source: Source, find: Find, now: datetime) -> Article:
    values, remark = fields(find.entry, find.marks)
    held = bool(remark) and find.state == Article.State.NEW
    return Article(
        source=source,
        identity=find.marks.identity,
        state=Article.State.HELD if held else find.state,
        state_reason=(find.reason or remark)[:300],
        first_seen=now,
        available_at=find.available_at,
        **values,
    )


def _update(change: Change, values: dict[str, Any], now: datetime) -> None:
    """Bring an article up to date. It keeps its identity and state: an edit sends nothing again.

    What its page had filled in stays where the source still says nothing, or only teases.
    """
    article = Article.objects.get(pk=change.pk)
    unsaid = {name for name, value in values.items() if not value}
    if len(values["body"]) < min(len(article.body), TEASER):
        unsaid |= {"body"} if is_good(change.entry.summary) else {"body", "summary"}
    said = {name: value for name, value in values.items() if name not in unsaid}
    Article.objects.filter(pk=change.pk).update(**said, changed_at=now, revision=F("revision") + 1)


def _success(
    source: Source, reading: Reading, last: Conditions, now: datetime
) -> tuple[timedelta, dict[str, Any]]:
    """(wait for the next look, what to store of this one)."""
    moved = f"It has moved to {reading.moved_to}, and is read there." if reading.moved_to else ""
    in_full = not (last.etag or last.last_modified)
    return _interval(source), {
        "checked_at": now,
        "baseline_at": source.baseline_at or now,
        "full_look_at": now if in_full else source.full_look_at,
        "etag": _fitting(reading.conditions.etag, 500),
        "last_modified": _fitting(reading.conditions.last_modified, 100),
        "body_hash": reading.conditions.body_hash,
        "site_url": source.site_url or reading.site_url,
        "health": Source.Health.OK,
        "failures": 0,
        "error": "",
        "hint": moved,
        "failing_since": None,
    }


def _fitting(validator: str, size: int) -> str:
    """Verbatim or not at all: a validator that was cut is another one."""
    return validator if len(validator) <= size else ""


def _failure(source: Source, error: BadInput, now: datetime) -> tuple[timedelta, dict[str, Any]]:
    """(wait for the next try, what to store); what was known of the source stays untouched."""
    gone = isinstance(error, Refused) and error.status == 410
    return _patience(source, error), {
        "checked_at": now,
        "health": Source.Health.GONE if gone else Source.Health.FAILING,
        "failures": source.failures + 1,
        "error": error.message,
        "hint": error.hint,
        "failing_since": source.failing_since or now,
    }


def _interval(source: Source) -> timedelta:
    own: timedelta | None = source.interval
    return own or timedelta(minutes=site().sources.interval_minutes)


def _patience(source: Source, error: BadInput) -> timedelta:
    """Twice as long after each failure, at least as long as the server asks, at most a day."""
    asked = error.retry_after if isinstance(error, Refused) else None
    doubled = _interval(source) * (1 << min(source.failures, 10))
    return max(min(max(doubled, asked or timedelta(0)), LONGEST_WAIT), _interval(source))


def _end(source: Source, until: datetime, wait: timedelta, values: dict[str, Any]) -> None:
    """Give the source back. If an editor asked for a look meanwhile, that stands."""
    Source.objects.filter(pk=source.pk).update(**values)
    next_check = until - LOOK_LEASE + wait
    Source.objects.filter(pk=source.pk, next_check=until).update(next_check=next_check)


def _tell(source: Source, shaped: Shaped) -> None:
    for title in shaped.titles(Article.State.NEW):
        log.info("detected “%s” (%s)", title, source.name)
    for _, values in shaped.changed:
        log.info("updated “%s” (%s)", values["title"], source.name)
    if held := shaped.titles(Article.State.HELD):
        log.info("holds %s articles of %s for an editor", len(held), source.name)
    if seen := shaped.titles(Article.State.SEEN):
        log.info("noted %s articles of %s as seen", len(seen), source.name)
