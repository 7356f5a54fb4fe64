"""Questions put into SQL once: what follows the moment, and what is put together each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from syndicate.jobs import JOBS
from syndicate.lib.config import Config, site
from syndicate.lib.prepared import Question, prepared
from syndicate.sources.models import Source
from tests import rows

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class Counted:
    """A question that knows how often it was put together."""

    def __init__(self, question: Question) -> None:
        self.times = 0
        self._question = question

    def __call__(self, now: datetime) -> QuerySet[Source]:
        self.times += 1
        return self._question(now)


def overdue(now: datetime) -> QuerySet[Source]:
    """Two parameters that follow the moment at different distances, and some that do not."""
    window = Q(next_check__lte=now - HOUR, next_check__gt=now - timedelta(days=1, microseconds=5))
    return Source.objects.filter(window, active=True, failures__lt=3).order_by("next_check")


def test_it_is_put_together_once_and_asked_of_any_moment(now: datetime) -> None:
    early, late = (rows.source(next_check=now + hours * HOUR) for hours in (2, 4))
    rows.source(next_check=now + 2 * HOUR, failures=3)
    counted = Counted(overdue)
    ask = prepared(counted)
    for hours in (2, 3, 4, 5, 25, 27, 28, 29):
        moment = now + hours * HOUR
        assert ask(moment) == [*overdue(moment).values_list("pk", flat=True)]
    assert ask(now + 5 * HOUR) == [early.pk, late.pk]
    assert counted.times == 3


@pytest.mark.parametrize("microseconds", [0, 1, 999_999])
def test_moments_are_compared_to_the_microsecond(microseconds: int, now: datetime) -> None:
    moment = now.replace(microsecond=microseconds)
    source = rows.source(next_check=moment)
    ask = prepared(lambda now: Source.objects.filter(next_check__lte=now))
    assert ask(moment) == [source.pk]
    assert ask(moment - timedelta(microseconds=1)) == []


def by_the_day(now: datetime) -> QuerySet[Source]:
    return Source.objects.filter(next_check__gte=now.replace(hour=0, minute=0, second=0))


def by_the_hour(now: datetime) -> QuerySet[Source]:
    return Source.objects.filter(failures=now.hour)


def by_the_weekday(now: datetime) -> QuerySet[Source]:
    every = Source.objects.all()
    return every.filter(active=True) if now.weekday() else every


def nothing(now: datetime) -> QuerySet[Source]:
    return Source.objects.none()


@pytest.mark.parametrize("question", [by_the_day, by_the_hour, by_the_weekday, nothing])
def test_what_follows_the_moment_otherwise_is_put_together_each_time(
    question: Question, now: datetime
) -> None:
    rows.source(next_check=now, failures=now.hour)
    rows.source(next_check=now, active=False)
    ask = prepared(question)
    for moment in (now, now + HOUR, now + 40 * HOUR):
        assert ask(moment) == [*question(moment).values_list("pk", flat=True)]


def test_another_configuration_is_another_question(
    now: datetime, configure: Callable[..., Config]
) -> None:
    source = rows.source(failures=5)
    ask = prepared(lambda now: Source.objects.filter(failures__lt=site().mail.max_attempts))
    configure(mail={"max_attempts": 9})
    assert ask(now) == [source.pk]
    configure(mail={"max_attempts": 4})
    assert ask(now) == []


def test_most_of_the_table_of_work_is_put_together_once(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not costs a daemon many times as much, every second."""
    made: list[str] = []
    as_sql = SQLCompiler.as_sql

    def counted(self: SQLCompiler, *args: Any, **options: Any) -> Any:
        made.append(self.query.model.__name__)
        return as_sql(self, *args, **options)

    anew = {}
    for job in JOBS:
        list(job.due(now))
        with monkeypatch.context() as patch:
            patch.setattr(SQLCompiler, "as_sql", counted)
            list(job.due(now + HOUR))
        anew[job.name], made = made, []
    assert {name: models for name, models in anew.items() if models} == {
        "detect": ["Source"], "reshare": ["Account"], "offer": ["Account"], "alert": ["Account"],
    }  # fmt: skip
