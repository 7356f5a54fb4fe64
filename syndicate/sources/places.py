"""Places for many looks at once, so that no host waits for another.

::

    due(now)        those that may be looked at now, longest waiting first      the table of work
    look(pk, now)   detect, and counted while it lasts                          asks and does these
    choose(rows, …)                                                             pure

A look is mostly waiting, so there may be many (sources.look_width). Two things must not take all
places: many sources at one host, of which only sources.per_host are asked at a time; and sources
that fail, since those are the ones that hang. They get a quarter.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from syndicate.lib.config import site
from syndicate.lib.visits import authority
from syndicate.sources.detect import detect
from syndicate.sources.models import Source

# Of all places, those that fail get one in so many.
_SHARE = 4


class Row(NamedTuple):
    """A source, as far as its place depends on it."""

    pk: int
    host: str
    failing: bool


_at_work: dict[int, Row] = {}
_offered: dict[int, Row] = {}  # by the last due(): a look need not ask again what it is
_lock = threading.Lock()


def due(now: datetime) -> Iterator[int]:
    """The sources that may be looked at now."""
    limits = site().sources
    with _lock:
        busy = list(_at_work.values())
        _offered.clear()
    waiting = Source.objects.due(now).values_list("pk", "url", "failures")
    rows = (_row(*each) for each in waiting.iterator(chunk_size=200))
    for row in choose(rows, busy, limits.per_host, max(1, limits.look_width // _SHARE)):
        _offered[row.pk] = row
        yield row.pk


def look(source_id: int, now: datetime) -> None:
    """One look at one source: sources.detect."""
    row = _offered.pop(source_id, None) or _asked(source_id)
    if row is None:
        return
    with _lock:
        _at_work[source_id] = row
    try:
        detect(source_id, now)
    finally:
        with _lock:
            _at_work.pop(source_id, None)


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


def _asked(source_id: int) -> Row | None:
    """Another process offered it."""
    found = Source.objects.filter(pk=source_id).values_list("pk", "url", "failures").first()
    return _row(*found) if found else None


def _row(pk: int, url: str, failures: int) -> Row:
    try:
        return Row(pk, authority(url), failures > 0)
    except ValueError:
        return Row(pk, url, True)  # it will fail, and say why
