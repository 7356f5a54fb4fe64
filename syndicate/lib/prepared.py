"""Questions that are asked every second, put into SQL once.

    due = prepared(lambda now: Edition.objects.due(now))
    due(now) → primary keys

To put such a question together costs Django many times what its answer costs the database, and one
process asks a dozen of them a second for as long as it runs. Between two times only the moment
differs. Which parameters follow it, and how far behind or ahead, shows when the question is put
together for several moments; one of which that is not the whole truth is put together each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from syndicate.lib.config import Config, site

# Moments with nothing in common: neither the day, nor the hour, nor the part of a second.
_MOMENTS = tuple(
    datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=days, seconds=seconds, microseconds=days * 7)
    for days, seconds in ((1, 3_661), (40, 29), (777, 40_007))
)

Question = Callable[[datetime], QuerySet[Any, Any]]


class _Made(NamedTuple):
    """*follows*: for each parameter its distance from the moment, None for what stays."""

    sql: str
    parameters: Sequence[Any]
    follows: Sequence[timedelta | None]


class _Prepared:
    """One question. It is put together anew when the configuration is another."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._made: _Made | None = None
        self._for: tuple[Config, str] | None = None

    def __call__(self, now: datetime) -> list[int]:
        """The primary keys of what is found, in its order."""
        here = site(), connection.vendor
        if self._for != here:
            self._made, self._for = _make(self._question), here
        if self._made is None:
            return [*self._question(now).values_list("pk", flat=True)]
        with connection.cursor() as cursor:
            cursor.execute(self._made.sql, _at(now, self._made))
            return [key for (key,) in cursor.fetchall()]


def prepared(question: Question) -> Callable[[datetime], list[int]]:
    """*question* by its primary keys, its SQL made when it is first asked."""
    return _Prepared(question)


def _make(question: Question) -> _Made | None:
    try:
        forms = [_form(question, moment) for moment in _MOMENTS]
    except EmptyResultSet:  # Django knows that nothing can be found, perhaps for this moment only
        return None
    sql, parameters = forms[0]
    if any(other != sql or len(more) != len(parameters) for other, more in forms):
        return None
    columns = zip(*(parameters for _, parameters in forms), strict=True)
    try:
        return _Made(sql, parameters, [_distance(column) for column in columns])
    except ValueError:
        return None


def _form(question: Question, moment: datetime) -> tuple[str, Sequence[Any]]:
    rows = question(moment).values_list("pk", flat=True)
    sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
    return sql, parameters


def _distance(values: Sequence[Any]) -> timedelta | None:
    """How far one parameter is from the moments. Raises ValueError if it follows otherwise."""
    if all(value == values[0] for value in values):
        return None
    distances = {_read(value) - moment for value, moment in zip(values, _MOMENTS, strict=True)}
    if len(distances) > 1:
        raise ValueError(values)
    return distances.pop()


def _read(value: Any) -> datetime:
    """A moment as the database is told it: SQLite in words, without a zone."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _at(now: datetime, made: _Made) -> list[Any]:
    return [
        value if distance is None else connection.ops.adapt_datetimefield_value(now + distance)
        for value, distance in zip(made.parameters, made.follows, strict=True)
    ]
