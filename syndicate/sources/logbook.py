"""Looks at which nothing was new, written down together: one transaction for many.

::

    note ─→ waiting ─→ write      when there are enough, or the first has waited long enough;
                                  before the clock asks what is due; when nothing waits for a look

Most looks are such, and a transaction for each would cost more than the look. A kill, or a database
that refuses, loses what waits: those claims end, and the sources are looked at once more. What has
articles is never put off (sources.detect).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast

from django.db import connection, transaction
from django.db.models import Field

from syndicate.lib import clock
from syndicate.lib.database import writing
from syndicate.sources.models import Source

# So many at once, or what came in so many seconds.
ENOUGH, LONGEST = 64, 0.1


class Line(NamedTuple):
    """What is to be stored of a source whose claim lasts *until*."""

    pk: int
    until: datetime
    values: Mapping[str, Any]


_waiting: list[Line] = []  # only whoever holds _writing takes from it
_writing = threading.Lock()
_since = 0.0  # when the first of them came, monotonic


def note(source: Source, values: Mapping[str, Any]) -> None:
    """As ``after.give_back``, but soon instead of at once."""
    global _since
    now = clock.monotonic()
    if not _waiting:
        _since = now
    _waiting.append(Line(source.pk, source.next_check, values))
    if len(_waiting) >= ENOUGH or now - _since >= LONGEST:
        write()


def write() -> None:
    """Write down what was noted by now; it stands in the database on return."""
    with _writing:
        lines = _waiting[:]
        del _waiting[: len(lines)]
        if lines:
            with writing(again=True), transaction.atomic():
                _store(lines)


def _store(lines: Iterable[Line]) -> None:
    """Past the ORM, which takes longer to say an UPDATE than the database to do it."""
    alike: defaultdict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.pk):
        named = dict(line.values)
        due = named.pop("next_check")
        values = [_stored(name, value) for name, value in named.items()]
        claim = [_stored("next_check", at) for at in (line.until, due)]
        alike[tuple(named)].append([*values, *claim, line.pk])
    with connection.cursor() as cursor:
        for names, rows in alike.items():
            cursor.executemany(_update(names), rows)


def _stored(name: str, value: Any) -> Any:
    """*value* as the database holds it."""
    return _field(name).get_db_prep_save(value, connection)


@cache
def _update(names: tuple[str, ...]) -> str:
    """If an editor asked for a look meanwhile, that stands."""
    columns = "".join(f"{_field(name).column} = %s, " for name in names)
    return (
        f"UPDATE sources_source SET {columns}next_check ="  # noqa: S608 - our own names
        " CASE WHEN next_check = %s THEN %s ELSE next_check END WHERE id = %s"
    )


def _field(name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", Source._meta.get_field(name))
