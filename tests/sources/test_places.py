"""Which sources are looked at side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from syndicate.lib import clock
from syndicate.sources import places
from syndicate.sources.places import Row, choose
from tests.rows import source


def rows(*hosts: str) -> Iterator[Row]:
    """A row for each host, which fails if it is written with a "!"."""
    return (Row(pk, host, host.endswith("!")) for pk, host in enumerate(hosts))


def chosen(waiting: Iterator[Row], busy: Iterable[Row] = (), share: int = 2) -> list[int]:
    return [row.pk for row in choose(waiting, busy, per_host=2, share=share)]


def test_one_host_gets_its_places_and_no_more() -> None:
    assert chosen(rows("a", "a", "a", "b", "a", "b")) == [0, 1, 3, 5]


def test_those_that_fail_get_a_part() -> None:
    assert chosen(rows("a!", "b!", "c!", "d", "e!")) == [0, 1, 3]


def test_what_is_at_work_counts() -> None:
    busy = [Row(90, "a", False), Row(91, "b!", True), Row(2, "c", False)]
    assert chosen(rows("a", "a", "c", "d!", "e!"), busy) == [0, 3]


def test_a_thousand_sources_of_one_host_hide_nobody() -> None:
    assert chosen(rows(*["a"] * 1000, "b")) == [0, 1, 1000]


@pytest.mark.django_db
def test_due_offers_what_a_host_can_bear_longest_waiting_first() -> None:
    now = clock.now()
    for number in range(4):
        source(url=f"https://one.example.org/{number}", next_check=now)
    other = source(url="https://other.example.org/", next_check=now)
    failing = [
        source(url=f"https://{n}.example.org/", next_check=now, failures=1) for n in range(9)
    ]
    found = list(places.due(now))
    assert len(found) == 2 + 1 + 4
    assert other.pk in found
    assert len({row.pk for row in failing}.intersection(found)) == 4
