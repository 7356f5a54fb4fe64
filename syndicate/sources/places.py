"""Places for many looks at once, so that no host waits for another.

::

    due(now)        those that may be looked at now, longest waiting first      the table of work
    take(pks, now)  claims them, many in one statement, for hands that will come to them soon
    look(pk, now)   detect.look_at, counted while it lasts                      asks and does these
    rest()          nothing waits: what was noted is written, what was not begun is given back
    choose(rows, …)                                                             pure

A look is mostly waiting, so there may be many (sources.look_width). Two things must not take all
places: many sources at one host, of which only sources.per_host are asked at a time; and sources
that fail, since those are the ones that hang. They get a quarter.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from syndicate.lib.config import site
from syndicate.lib.database import writing
from syndicate.lib.visits import authority
from syndicate.sources import logbook
from syndicate.sources.detect import look_at
from syndicate.sources.models import LOOK_LEASE, Source

# Of all places, those that fail get one in so many.
_SHARE = 4
# So many for each place are claimed at a time: hands come to them long before the lease ends.
_EACH = 16


class Row(NamedTuple):
    """A source, as far as its place depends on it."""

    pk: int
    host: str
    failing: bool


_at_work: dict[int, Row] = {}  # claimed, and then looked at
_claimed: dict[int, Source] = {}  # nobody has come to them yet
_lock = threading.Lock()


def due(now: datetime) -> Iterator[int]:
    """The sources that may be looked at now."""
    logbook.write()
    limits = site().sources
    with _lock:
        busy, room = list(_at_work.values()), limits.look_width * _EACH - len(_claimed)
    if room <= 0:
        return iter(())
    waiting = Source.objects.due(now).values_list("pk", "url", "failures")
    rows = (_row(*each) for each in waiting.iterator(chunk_size=200))
    offered = choose(rows, busy, limits.per_host, max(1, limits.look_width // _SHARE))
    return (row.pk for row in islice(offered, room))


def take(pks: Sequence[int], now: datetime) -> list[int]:
    """Claim those of *pks* that nobody else has; ``look`` will be called for each, or ``rest``."""
    sources = _claim(pks, now)
    with _lock:
        _claimed.update((source.pk, source) for source in sources)
    return [source.pk for source in sources]


def look(source_id: int, now: datetime) -> None:
    """One look at one source: sources.detect."""
    try:
        source = _mine(source_id, now)
        if source is not None:
            look_at(source, now, logbook.note)
    finally:
        with _lock:
            _at_work.pop(source_id, None)


def rest() -> None:
    """Nothing waits for a look: leave nothing behind."""
    with _lock:
        unbegun = list(_claimed.values())
        _claimed.clear()
        for source in unbegun:
            _at_work.pop(source.pk, None)
    for source in unbegun:
        logbook.note(source, {"next_check": source.next_check - LOOK_LEASE})
    logbook.write()


def choose(rows: Iterable[Row], busy: Iterable[Row], per_host: int, share: int) -> Iterator[Row]:
    """Of *rows*, in their order, those that find a place beside *busy* ones and each other."""
    hosts: Counter[str] = Counter()
    failing, taken = 0, set()
    for row in busy:
        hosts[row.host] += 1
        failing += row.failing
        taken.add(row.pk)
    for row in rows:
        full = hosts[row.host] >= per_host or (row.failing and failing >= share)
        if row.pk not in taken and not full:
            hosts[row.host] += 1
            failing += row.failing
            yield row


def _mine(source_id: int, now: datetime) -> Source | None:
    """The source, if it is ours: claimed before, or now, since nobody did or the lease is over."""
    with _lock:
        source = _claimed.pop(source_id, None)
    if source is None or source.next_check <= now:
        source = next(iter(_claim([source_id], now)), None)
    return source


def _claim(pks: Sequence[int], now: datetime) -> list[Source]:
    with writing(again=True):
        sources = Source.objects.claim(pks, now, now + LOOK_LEASE)
    with _lock:
        _at_work.update((each.pk, _row(each.pk, each.url, each.failures)) for each in sources)
    return sources


def _row(pk: int, url: str, failures: int) -> Row:
    try:
        return Row(pk, authority(url), failures > 0)
    except ValueError:
        return Row(pk, url, True)  # it will fail, and say why
