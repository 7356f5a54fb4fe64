"""Looks at which nothing was new, written down together; what is lost of them is done again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syndicate.sources import logbook, places
from syndicate.sources.models import LOOK_LEASE, Article, Source
from syndicate.sources.readers import READERS
from syndicate.sources.readers.base import Conditions, Reading
from tests.conftest import NOON
from tests.sources.looking import HOUR, Stage, entry, look, show, staged

LATER = NOON + HOUR
SAME = Reading(not_modified=True, conditions=Conditions('"another tag"', "", "the hash"))


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(READERS, "stage", ("", f"{Stage.__module__}.Stage"))
    yield
    places.rest()


def unchanged(count: int) -> list[int]:
    """So many sources that are due, and show what they showed before."""
    sources = [look(staged([entry(1)]), NOON) for _ in range(count)]
    for source in sources:
        Stage.shows[source.url] = SAME
    Source.objects.update(next_check=LATER)
    return [source.pk for source in sources]


@pytest.mark.django_db
def test_many_looks_are_claimed_and_written_in_a_few_statements() -> None:
    pks = unchanged(20)
    with CaptureQueriesContext(connection) as asked:
        places.take(pks, LATER)
        for pk in pks:
            places.look(pk, LATER)
        places.rest()
    written = Source.objects.filter(checked_at=LATER, etag='"another tag"', looks=2)
    assert written.filter(next_check__gt=LATER).count() == 20
    assert len([each for each in asked if "UPDATE" in each["sql"]]) < 10


@pytest.mark.django_db
def test_what_waits_is_written_before_the_clock_asks() -> None:
    (pk,) = unchanged(1)
    places.look(pk, LATER)
    assert Source.objects.get(pk=pk).checked_at == NOON
    assert list(places.due(LATER)) == []
    assert Source.objects.get(pk=pk).checked_at == LATER


@pytest.mark.django_db
def test_enough_is_written_by_itself() -> None:
    for pk in unchanged(logbook.ENOUGH):
        places.look(pk, LATER)
    assert Source.objects.filter(checked_at=LATER).exists()


@pytest.mark.django_db
def test_a_look_that_an_editor_asked_for_meanwhile_stands() -> None:
    (pk,) = unchanged(1)
    places.look(pk, LATER)
    Source.objects.filter(pk=pk).update(next_check=LATER)
    places.rest()
    found = Source.objects.get(pk=pk)
    assert (found.next_check, found.checked_at) == (LATER, LATER)


@pytest.mark.django_db
def test_articles_are_stored_at_once() -> None:
    (pk,) = unchanged(1)
    show(Source.objects.get(pk=pk), [entry(7), entry(1)])
    places.look(pk, LATER)
    assert Article.objects.filter(title="T7").exists()
    assert Source.objects.get(pk=pk).checked_at == LATER


@pytest.mark.django_db
def test_what_was_taken_and_not_begun_is_given_back() -> None:
    pks = unchanged(3)
    places.take(pks, LATER)
    assert list(places.due(LATER)) == []
    places.look(pks[0], LATER)
    places.rest()
    assert sorted(places.due(LATER)) == pks[1:]


@pytest.mark.django_db
def test_whoever_comes_after_the_lease_asks_again_for_it() -> None:
    (pk,) = unchanged(1)
    places.take([pk], LATER)
    over = LATER + LOOK_LEASE
    other = Source.objects.claim([pk], over, over + timedelta(hours=1))
    places.look(pk, over)
    assert len(other) == 1 and Source.objects.get(pk=pk).checked_at == NOON


@pytest.mark.django_db(transaction=True)
def test_of_many_that_claim_the_same_each_source_has_one() -> None:
    pks = unchanged(30)

    def claim(number: int) -> list[int]:
        try:
            mine = Source.objects.claim(pks[number:], LATER, LATER + LOOK_LEASE)
            return [source.pk for source in mine]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        taken = [pk for mine in hands.map(claim, range(4)) for pk in mine]
    assert sorted(taken) == pks
